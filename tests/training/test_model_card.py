"""A trained folder has a card that says what is known, and nothing else; a match adds to it."""

import json
import re
import shutil
from pathlib import Path

import pytest

import underdog
from tests.models.tiny_gguf import write_tiny
from underdog.data.dataset.card.data_card import read_card
from underdog.data.decontamination import protect
from underdog.errors import DataError
from underdog.models.exporting.origin import read_head, read_origin
from underdog.models.loading import open_model
from underdog.training.card.card_page import OWN_TEXT
from underdog.training.card.model_card import read_model_card
from underdog.training.session import TrainingRun
from underdog.training.training_recipe import Stage, StageBudget, TrainingRecipe

from .conftest import recipe_of

pytest.importorskip("peft")
pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(autouse=True, scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNDERDOG_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model with room for prompts with examples."""
    path = tmp_path_factory.mktemp("tiny") / "tiny.gguf"
    return write_tiny(path, "llama", context_tokens=2048).path


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, tiny: Path, sums: Path) -> Path:
    folder = tmp_path_factory.mktemp("trained") / "better"
    own = folder.with_name("own.jsonl")
    own.write_text('{"question": "What is 17 + 12 when nobody counts on fingers?"}\n')
    tests = protect(files=[own], local=False)
    recipe = recipe_of(tiny, sums, trainable="lora:r=4")
    list(TrainingRun(recipe, folder, "float32", tests).updates())
    return folder


@pytest.fixture
def folder(trained: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(trained, tmp_path / "better"))


def page(folder: Path) -> str:
    return (folder / "README.md").read_text()


def test_the_card_says_what_was_done(trained: Path, tiny: Path, sums: Path) -> None:
    card, data = read_model_card(trained), read_card(sums)
    [stage] = card.stages
    [pool] = stage.pools
    report = json.loads((trained / "stages/train/done.json").read_text())["report"]
    assert (stage.steps, stage.tokens, stage.trainable) == (6, report["tokens"], "lora:r=4")
    assert data is not None
    assert (pool.problems, pool.rows, pool.verified) == (data.problems, data.rows, data.verified)
    assert pool.tokens == report["tokens"]
    assert stage.compared == {"own.jsonl": 1}
    assert card.base.sha256 == open_model(tiny).digest
    text = page(trained)
    for said in (
        "`lora:r=4`", f"{report['tokens']:,} tokens", "addition:digits=2", "own.jsonl (1)",
        "not been evaluated in a match yet", "Its licence: not stated", f"{data.rows:,}",
    ):  # fmt: skip
        assert said in text, said
    assert "None" not in text
    assert not re.search(r"license:", text)


def test_hubs_read_its_head(trained: Path, folder: Path) -> None:
    import yaml

    head = yaml.safe_load(page(trained).split("---\n")[1])
    assert head == {
        "base_model": "tiny.gguf",
        "library_name": "transformers",
        "pipeline_tag": "text-generation",
        "tags": ["underdog", "lora"],
    }
    assert read_head(trained)["base_model"] == "tiny.gguf"
    card = read_model_card(folder)
    base = card.base.model_copy(update={"licence": "Apache-2.0", "name": "x: 'y'"})
    (folder / "card.json").write_text(card.model_copy(update={"base": base}).model_dump_json())
    underdog.model_card(folder)
    head = yaml.safe_load(page(folder).split("---\n")[1])
    assert (head["license"], head["base_model"]) == ("apache-2.0", "x: 'y'")
    assert read_origin(folder).licence == "apache-2.0"


@pytest.fixture(scope="module")
def match(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A match of the trained model against another."""
    run = tmp_path_factory.mktemp("run") / "run.db"
    with underdog.open_engine(f"openvino:{trained},threads=1,context_tokens=1024") as engine:
        underdog.challenge(
            engine, "scripted:reply=The answer is 7.", "addition:digits=2", limit=12,
            small_strategy="greedy", max_tokens=8, run=run,
        )  # fmt: skip
    return run


def test_a_match_adds_its_evaluation_with_intervals_once(folder: Path, match: Path) -> None:
    before = page(folder)
    for _ in range(2):
        assert underdog.model_card(folder, match) == folder / "README.md"
    [one] = read_model_card(folder).evaluations
    assert one.n == 12
    assert one.low <= one.accuracy <= one.high
    assert one.text.strip().replace("## ", "### ", 1) in page(folder)
    assert page(folder).count("### better against scripted") == 1
    assert "not been evaluated" not in page(folder)
    assert page(folder).split("## Evaluation")[0] == before.split("## Evaluation")[0]


def test_a_match_of_other_models_is_refused(folder: Path, match: Path) -> None:
    config = folder / "generation_config.json"
    config.write_text(config.read_text() + "\n")
    with pytest.raises(DataError, match="holds no match of"):
        underdog.model_card(folder, match)


def test_text_of_ones_own_is_kept(folder: Path) -> None:
    (folder / "README.md").write_text(f"{page(folder)}\nThanks to all.\n")
    underdog.model_card(folder)
    assert page(folder).endswith(f"{OWN_TEXT}\nThanks to all.\n")


def test_a_model_from_scratch_has_no_base(sums: Path, tmp_path: Path) -> None:
    stage = {"data": str(sums), "budget": StageBudget(steps=1), "trainable": "full"}
    recipe = TrainingRecipe(model="scratch:6k", stages=(Stage(**stage),))
    list(TrainingRun(recipe, tmp_path / "new").updates())
    text = page(tmp_path / "new")
    assert "`scratch:6k`, made and trained with" in text
    assert "base_model" not in text
    assert "Base model" not in text


@pytest.mark.parametrize("text", ["{", '{"name": 3}'])
def test_a_damaged_card_is_named(folder: Path, text: str) -> None:
    (folder / "card.json").write_text(text)
    with pytest.raises(DataError, match=r"card\.json is no card"):
        underdog.model_card(folder)


def test_dev_points_are_shown_as_what_they_are(tiny: Path, sums: Path, tmp_path: Path) -> None:
    recipe = recipe_of(tiny, sums)
    run = TrainingRun(recipe, tmp_path / "out", "float32")
    news = run.updates()
    next(news), next(news)
    score = {"name": "sums", "form": "answer", "n": 50, "right": 20, "low": 0.26, "high": 0.55}
    place = tmp_path / "out" / "stages" / "train" / "dev.jsonl"
    points = [
        {"step": step, "scores": [score | {"right": right}]} for step, right in ((0, 1), (6, 20))
    ]
    place.write_text("".join(json.dumps(point) + "\n" for point in points))
    list(news)
    assert "they may have chosen settings" in page(tmp_path / "out")
    assert "| train | 6 | sums | 40.0% | 50 | 26.0% to 55.0% |" in page(tmp_path / "out")
    assert "| train | 0 | sums | 2.0% |" in page(tmp_path / "out")

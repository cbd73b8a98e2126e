"""Rows of one's own, questions and answers in JSON lines, and a model without a chat template."""

import json
from pathlib import Path

import pytest

from underdog.core import Message, Prompt
from underdog.data.dataset.shards import shards_of
from underdog.data.mixing.recipe import open_mix
from underdog.errors import ConfigError, DataError, TrainingError, UnknownNameError
from underdog.models.loading import open_model
from underdog.training.scratch.start import open_scratch, texts_of
from underdog.training.session import TrainingRun
from underdog.training.stage_data import mix_of
from underdog.training.training_recipe import Stage, TrainingRecipe

from .conftest import recipe_of

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "rows.jsonl"
    lines = ({"question": f"Is {n} odd?", "answer": "yes" if n % 2 else "no"} for n in range(60))
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_rows_of_questions_and_answers_train_a_model_that_needs_no_template(
    tiny, rows, tmp_path
) -> None:
    recipe = recipe_of(tiny, rows).model_copy(update={"template": "plain"})
    updates = list(TrainingRun(recipe, tmp_path / "out").updates())
    assert updates[-1].finished
    template = open_model(tmp_path / "out").template
    asked = Prompt((Message("user", "Is 7 odd?"),))
    assert template.render(asked).strip() == "Is 7 odd?"
    kept = json.loads((tmp_path / "out" / "recipe.json").read_text())
    assert kept["recipe"]["template"] == "plain"


def test_the_reply_alone_is_learned_of_a_row(tiny, rows) -> None:
    from underdog.training.feeding.length_buckets import BatchPlace
    from underdog.training.torch_models.torch_model import open_torch_model

    recipe = recipe_of(tiny, rows)
    start = open_torch_model(tiny, "plain")
    [stage] = recipe.stages
    stream = TrainingRun(recipe, rows.parent / "unused").batches(stage, start)
    batch, _ = next(iter(stream.stream(BatchPlace())))
    vocabulary = start.opened.open_vocabulary()
    replies = [vocabulary.encode(text) for text in ("yes", "no")]
    for item in batch.items:
        learned = [token for token, weight in zip(item.tokens, item.weights, strict=True) if weight]
        assert learned[:-1] in replies
        assert learned[-1] in vocabulary.ends


def test_a_template_that_is_none_of_ours_is_refused(tiny, rows, tmp_path) -> None:
    recipe: TrainingRecipe = recipe_of(tiny, rows).model_copy(update={"template": "plane"})
    with pytest.raises(UnknownNameError, match="plain"):
        list(TrainingRun(recipe, tmp_path / "out").updates())


def test_a_file_that_is_missing_is_named(tiny, tmp_path) -> None:
    recipe = recipe_of(tiny, tmp_path / "none.jsonl")
    with pytest.raises(DataError, match=r"none\.jsonl"):
        list(TrainingRun(recipe, tmp_path / "out").updates())


def test_a_file_in_lines_is_one_pool(rows, tiny) -> None:
    [pool] = mix_of(recipe_of(tiny, rows).stages[0], 0).pools.values()
    assert (pool.jsonl, pool.data) == (str(rows), "")


def test_a_model_from_scratch_has_its_own_template(tiny, rows) -> None:
    settings = recipe_of(tiny, rows).model_dump() | {"model": "scratch:6k", "template": "plain"}
    settings["stages"][0]["trainable"] = "full"
    with pytest.raises(ValueError, match="leave template out"):
        TrainingRecipe.model_validate(settings)


@pytest.mark.parametrize(
    ("name", "words"), [("none", "none: no such data set"), ("rows.csv", r"ends in \.jsonl")]
)
def test_a_path_that_is_no_folder_says_what_is_wrong_with_it(tmp_path, name, words) -> None:
    (tmp_path / "rows.csv").write_text("question,answer")
    with pytest.raises(DataError, match=words):
        shards_of(tmp_path / name, "train")


def test_rows_of_a_file_that_begins_with_a_byte_order_mark_are_read(rows, tiny) -> None:
    rows.write_text(rows.read_text(), "utf-8-sig")
    mixture = open_mix(mix_of(recipe_of(tiny, rows).stages[0], 0))
    assert any("Is " in text for text in texts_of(mixture))


@pytest.mark.parametrize("spec", ["scratch:6k,layers=99999999", "scratch:6k,width=8000000"])
def test_a_model_from_scratch_beyond_the_memory_is_refused_before_it_is_made(spec) -> None:
    with pytest.raises(ConfigError, match="take a smaller model"):
        open_scratch(spec, lambda: (), 0)


@pytest.mark.parametrize(
    "change",
    [
        {"budget": {"cpu_seconds": float("inf")}},
        {"weight_decay": float("inf")},
        {"learning_rate": float("nan")},
    ],
)
def test_numbers_without_end_are_refused(tiny, rows, change) -> None:
    stage = recipe_of(tiny, rows).stages[0].model_dump() | change
    with pytest.raises(ValueError, match="finite"):
        Stage.model_validate(stage)


def test_a_split_of_a_file_that_has_none_is_refused(tiny, rows) -> None:
    stage = recipe_of(tiny, rows).stages[0].model_dump() | {"split": "dev"}
    with pytest.raises(ValueError, match="has no splits"):
        Stage.model_validate(stage)


def test_a_recipe_names_a_model(tiny, rows) -> None:
    with pytest.raises(ValueError, match="at least 1 character"):
        TrainingRecipe.model_validate(recipe_of(tiny, rows).model_dump() | {"model": ""})


def test_two_runs_at_once_in_a_folder_are_refused(tiny, rows, tmp_path) -> None:
    run = TrainingRun(recipe_of(tiny, rows), tmp_path / "out")
    first = run.updates()
    next(first)
    with pytest.raises(TrainingError, match="another run trains in"):
        list(run.updates())
    first.close()
    assert list(run.updates())[-1].finished

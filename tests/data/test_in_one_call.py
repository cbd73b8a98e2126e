"""Data sets in one call: `make`, `collect` and `mix` as scripts and notebooks call them."""

import json
from pathlib import Path

import pytest

from underdog.core import Budget
from underdog.data.dataset.card.plan import plan_of
from underdog.data.dataset.shards import read_examples
from underdog.data.making import make as planned
from underdog.data.making.family_data import make
from underdog.data.mixing.mixing import mix
from underdog.data.mixing.recipe import read_mix
from underdog.data.sources.model_data import collect
from underdog.engines.scripted import ScriptedEngine
from underdog.engines.sync import open_engine
from underdog.errors import ConfigError, DataError, UnknownNameError, UsageError

SEVEN = "scripted:reply=The answer is 7."


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNDERDOG_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("UNDERDOG_DATA_DIR", raising=False)


def own_test(path: Path, question: str) -> Path:
    path.write_text(json.dumps({"question": question}))
    return path


def test_a_made_set_is_the_one_of_its_plan(tmp_path: Path) -> None:
    given = {"count": 20, "forms": ["cot"], "decontaminate": False}
    card = make("addition:digits=2", tmp_path / "one", **given)
    plan = plan_of(["addition:digits=2"], 20, ["cot"])
    other = planned.make(plan, tmp_path / "other")
    assert [shard.sha256 for shard in card.shards] == [shard.sha256 for shard in other.shards]
    assert make(["addition:digits=2"], tmp_path / "one", **given) == card


def test_a_made_set_stays_clear_of_the_test_sets_here_and_of_ones_own(tmp_path: Path) -> None:
    [first, *_] = (
        example.tags["question"]
        for example in read_examples(_made(tmp_path / "first", decontaminate=False))
    )
    own = own_test(tmp_path / "own.jsonl", str(first))
    again = _made(tmp_path / "again", test_files=[str(own)])
    assert first not in {example.tags["question"] for example in read_examples(again)}


def _made(folder: Path, **given: object) -> Path:
    make("words", folder, 5, forms=["cot"], **given)
    return folder


def test_making_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing to make"):
        make([], tmp_path / "none")
    with pytest.raises(UnknownNameError, match="did you mean"):
        make("aditions", tmp_path / "none")


@pytest.mark.parametrize("wrap", [lambda spec: spec, open_engine])
def test_a_model_makes_a_set_and_the_card_tells_which(tmp_path: Path, wrap) -> None:
    folder = tmp_path / "out"
    card = collect(
        "self:form=cot,k=1",
        str(folder),
        seeds="addition:digits=1",
        model=wrap(SEVEN),
        count=2,
        name="sevens",
    )
    assert (card.name, card.rows, card.verified) == ("sevens", 2, 2)
    assert card.sampling is not None
    assert card.sampling.plan.models["main"].startswith("scripted:")
    assert card.decontamination is not None
    assert "underdog-words/test" in {*card.decontamination.checked_against}


def test_several_models_go_by_role_and_a_finished_set_asks_none(tmp_path: Path) -> None:
    given = {
        "seeds": "addition:digits=1",
        "count": 2,
        "max_seeds": 40,
        "decontaminate": False,
    }
    models = {"weak": ScriptedEngine("The answer is 7."), "strong": SEVEN}
    source = "matched:form=cot,n=1,ratio=2"
    card = collect(source, tmp_path / "out", model=models, **given)
    again = collect(source, tmp_path / "out", model=models, **given)
    assert again == card


def test_a_collection_keeps_its_budget(tmp_path: Path) -> None:
    card = collect(
        "self:form=cot,k=1",
        tmp_path / "out",
        seeds="addition:digits=1",
        model=SEVEN,
        budget=Budget(calls=30),
        decontaminate=False,
    )
    assert card.sampling is not None
    assert card.sampling.calls <= 30
    assert card.sampling.stopped_by == "calls"


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        ({"source": "slf"}, UnknownNameError, "did you mean self"),
        ({"count": 0}, UsageError, "count is 0"),
        ({"seeds": "underdog-words:split=test"}, DataError, "held out"),
        ({"model": "smolm2"}, UnknownNameError, "did you mean smollm2"),
    ],
)
def test_what_cannot_be_collected_is_refused(tmp_path: Path, wrong, error, message: str) -> None:
    given = {"source": "self:k=1", "seeds": "addition:digits=1", "model": SEVEN, **wrong}
    with pytest.raises(error, match=message):
        collect(given.pop("source"), tmp_path / "out", **given)


RECIPE = """
test_files = ["own.jsonl"]
[pools.sums]
share = 1.0
family = "addition:digits=2"
forms = ["cot"]
"""


def test_a_mixture_is_read_from_its_file_and_stays_clear_of_its_test_files(
    tmp_path: Path,
) -> None:
    own_test(tmp_path / "own.jsonl", "Ann has seventeen green apples and eats four of them daily.")
    (tmp_path / "mix.toml").write_text(RECIPE)
    card = mix(str(tmp_path / "mix.toml"), tmp_path / "mixed", items=20)
    assert card.rows == 20
    assert card.decontamination is not None
    assert {"own.jsonl", "underdog-words/test"} <= {*card.decontamination.checked_against}
    read = read_mix(tmp_path / "mix.toml")
    loose = mix(read, tmp_path / "loose", tokens=200, decontaminate=False)
    assert loose.decontamination is not None
    assert loose.decontamination.off


def test_a_mixture_without_an_amount_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mix.toml").write_text(RECIPE.replace('test_files = ["own.jsonl"]', ""))
    with pytest.raises(ConfigError, match="either items or tokens"):
        mix(tmp_path / "mix.toml", tmp_path / "mixed", decontaminate=False)

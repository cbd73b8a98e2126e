"""The precision study runs from sampling to tables, here with scripted replies for a model."""

import asyncio
import csv
import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.measure.arms import make_arm
from tests.paths import CHECKOUT
from underdog.measure.paired import mcnemar

STUDY = CHECKOUT / "docs" / "studies" / "precision" / "study.py"
PARTS = 4, 3, 5


@pytest.fixture(scope="module")
def study() -> ModuleType:
    spec = importlib.util.spec_from_file_location("precision_study", STUDY)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def place(study: ModuleType, tmp_path: Path):
    folder = tmp_path / "gsm8k"
    folder.mkdir()
    rows = [{"id": f"p{n}", "question": f"What is {n} + 4?", "answer": "4"} for n in range(6)]
    (folder / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    parts = [
        study.Part(part.task, part.split, limit)
        for part, limit in zip(study.PARTS, PARTS, strict=True)
    ]
    return study.Place(tmp_path / "run.db", str(tmp_path), parts)


def model(tmp_path: Path, label: str, answer: int) -> str:
    """A model that always gives one answer."""
    path = tmp_path / f"{label}-{answer}.json"
    path.write_text(json.dumps({"*": [f"So.\nThe answer is {answer}."]}))
    return f"{label}=scripted:{path}"


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open() as file:
        return list(csv.DictReader(file))


def test_every_precision_is_compared_on_the_same_problems(study, place, tmp_path) -> None:
    asyncio.run(study.sample(place, model(tmp_path, "toy", 4), ["f32", "int8"]))
    asyncio.run(study.sample(place, model(tmp_path, "toy", 5), ["int4"]))
    study.report(place, tmp_path / "out")
    whole = [row for row in rows_of(tmp_path / "out/arms.csv") if row["problems"] == "all"]
    assert [row["precision"] for row in whole] == ["f32", "int8", "int4"]
    assert {row["n"] for row in whole} == {str(sum(PARTS))}
    pairs = {(row["arm"], row["against"]): row for row in rows_of(tmp_path / "out/pairs.csv")}
    same = pairs["toy int8", "toy f32"]
    assert (same["difference"], same["p"]) == ("0.0", "1.0")
    other = pairs["toy int4", "toy f32"]
    assert other["only arm"] == "0"
    assert int(other["only other"]) >= PARTS[0]
    assert len(rows_of(tmp_path / "out/items.csv")) == sum(PARTS)
    assert "| toy | int8 | all |" in (tmp_path / "out/results.md").read_text()


def test_tables_are_made_again_from_the_outcomes_alone(study, place, tmp_path) -> None:
    for answer, precisions in ((4, ["f32", "int8"]), (5, ["int4"])):
        asyncio.run(study.sample(place, model(tmp_path, "toy", answer), precisions))
    study.report(place, tmp_path)
    names = ("arms.csv", "pairs.csv", "results.md")
    before = [(tmp_path / name).read_bytes() for name in names]
    for name in names:
        (tmp_path / name).unlink()
    study.write_tables(study.kept_arms(tmp_path / "items.csv"), tmp_path, place.parts)
    assert [(tmp_path / name).read_bytes() for name in names] == before


def test_the_committed_tables_follow_from_the_committed_outcomes(study, tmp_path) -> None:
    study.write_tables(study.kept_arms(STUDY.parent / "items.csv"), tmp_path, study.PARTS)
    for name in ("arms.csv", "pairs.csv", "results.md"):
        assert (tmp_path / name).read_text() == (STUDY.parent / name).read_text(), name


def test_what_is_finished_is_not_asked_again(study, place, tmp_path, capsys) -> None:
    asyncio.run(study.sample(place, model(tmp_path, "toy", 4), ["f32"]))
    capsys.readouterr()
    asyncio.run(study.sample(place, model(tmp_path, "toy", 4), ["f32"]))
    assert "left" not in capsys.readouterr().err


def test_precisions_that_were_asked_other_problems_are_not_compared(study, place, tmp_path) -> None:
    asyncio.run(study.sample(place, model(tmp_path, "toy", 4), ["f32"]))
    rows = tmp_path / "gsm8k" / "train.jsonl"
    rows.write_text(rows.read_text().replace("+ 4", "+ 5"))
    asyncio.run(study.sample(place, model(tmp_path, "toy", 4), ["int8"]))
    with pytest.raises(SystemExit, match="was asked other problems"):
        study.report(place, tmp_path / "out")


def test_an_unfinished_precision_is_left_out(study, place, tmp_path, capsys) -> None:
    few = study.Place(place.store, place.data_dir, place.parts[:1])
    asyncio.run(study.sample(few, model(tmp_path, "toy", 4), ["f32"]))
    with pytest.raises(SystemExit, match="no finished precision"):
        study.report(place, tmp_path / "out")


def test_only_a_difference_that_survives_correction_has_a_winner(study) -> None:
    arms = {
        "f32": {"all": make_arm("++++++++++", "m f32")},
        "int8": {"all": make_arm("----++++++", "m int8")},
        "int4": {"all": make_arm("----------", "m int4")},
    }
    found = {(one.verdict.left, one.verdict.right): one for one in study.pairs_of("m", arms)}
    assert found["m int4", "m f32"].verdict.words == "worse"
    assert found["m int8", "m f32"].verdict.p_value == pytest.approx(3 * 0.125)
    worse = found["m int4", "m int8"].verdict
    assert mcnemar(worse.left_only, worse.right_only) == pytest.approx(0.03125)
    assert (worse.p_value, worse.words) == (pytest.approx(0.09375), "no difference shown")


def test_the_command_refuses_what_it_cannot_do(study, tmp_path) -> None:
    for given, message in (
        (["sample"], "give --model"),
        (["sample", "--precisions", "int3"], "int3"),
        (["sample", "--model", "alone", "--store", str(tmp_path / "s.db")], "LABEL=MODEL"),
    ):
        with pytest.raises(SystemExit, match=message):
            study.main(given)

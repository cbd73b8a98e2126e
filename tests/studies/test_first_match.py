"""The first-match study runs from sampling to pages on a scripted model and our own problems."""

import asyncio
import csv
import importlib.util
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.paths import CHECKOUT

FOLDER = CHECKOUT / "docs" / "studies" / "first-match"
GOOD = {"*": [f"So it is {n}.\nThe answer is {n}." for n in (4, 4, 4, 4, 4, 4, 5)]}
BAD = {"*": [f"So it is {n}.\nThe answer is {n}." for n in (5, 6, 7)]}
PROBLEMS = 8


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def study() -> Iterator[ModuleType]:
    sys.path.insert(0, str(FOLDER))
    spec = importlib.util.spec_from_file_location("first_match_study", FOLDER / "study.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    sys.path.remove(str(FOLDER))
    del sys.modules["outcomes"], sys.modules["tables"], sys.modules[spec.name]


@pytest.fixture(scope="module")
def out(study: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A played and reported match: a small model that is mostly wrong, a big one that is right."""
    folder = tmp_path_factory.mktemp("match")
    data = folder / "gsm8k"
    data.mkdir()
    rows = [
        {"id": f"p{n}", "question": f"What is {n} + {4 - n}?", "answer": "4"}
        for n in range(PROBLEMS)
    ]
    (data / "test.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    place = study.Place(folder / "run" / "rollouts.db", str(folder))
    for label, replies in (("0.5B", BAD), ("1.5B", GOOD)):
        script = folder / f"{label}.json"
        script.write_text(json.dumps(replies))
        model, limit = f"{label}=scripted:{script}", PROBLEMS
        asyncio.run(study.sample(place, model, ["cot"], ["greedy", "majority:n=16"], limit))
    study.report(place, PROBLEMS, folder)
    return folder


def test_every_arm_of_complete_pools_is_reported(out: Path) -> None:
    arms = read(out / "arms.csv")
    assert {row["strategy"] for row in arms} >= {"greedy", "majority(n=16)", "majority(n=4)"}
    assert all(row["n"] == str(PROBLEMS) for row in arms)
    assert not any(row["form"] == "program" for row in arms)
    assert "the first" in json.loads((out / "facts.json").read_text())["problems"]
    assert "| 0.5B cot majority(n=16) |" in (out / "results.md").read_text()
    assert "<html" in (out / "card.html").read_text()
    assert (out / "figure.svg").read_text().startswith("<svg")


def test_outcomes_are_kept_problem_by_problem_and_hold_no_text(out: Path) -> None:
    items = [row for row in read(out / "items.csv") if row["strategy"] == "majority(n=16)"]
    assert [row["problem"] for row in items if row["model"] == "1.5B"] == [
        f"p{n}" for n in range(PROBLEMS)
    ]
    assert {(row["model"], row["status"]) for row in items} == {
        ("0.5B", "wrong"),
        ("1.5B", "right"),
    }
    assert {row["samples"] for row in items} == {"16"}
    kept = (out / "items.csv").read_text() + (out / "pools.csv").read_text()
    assert "What is" not in kept
    assert "So it is" not in kept


def test_pools_say_of_each_sample_which_answer_it_gave(out: Path) -> None:
    pools = {(row["model"], row["problem"]): row["samples"] for row in read(out / "pools.csv")}
    marks = pools["1.5B", "p0"].split()
    assert len(marks) == 16
    assert {mark for mark in marks if mark.startswith("R")} == {"R1"}
    assert {mark[0] for mark in pools["0.5B", "p0"].split()} == {"W"}


def test_every_claim_has_its_paired_test_corrected_for_all_that_were_declared(
    study: ModuleType, out: Path
) -> None:
    first, *others = read(out / "claims.csv")
    assert first["claim"] == "the match named beforehand"
    right = sum(
        row["status"] == "right" and row["strategy"] == "greedy"
        for row in read(out / "items.csv")
        if row["model"] == "1.5B"
    )
    assert right >= 6
    assert (first["only_arm"], first["only_against"]) == ("0", str(right))
    assert (first["verdict"], first["corrected_for"]) == ("worse", "1")
    assert float(first["p_corrected"]) == pytest.approx(2 / 2**right, abs=1e-5)
    assert others
    assert {row["corrected_for"] for row in others} == {str(len(study.tables.CLAIMS))}
    assert "lacks `0.5B program majority(n=16)`" in "".join(
        study.tables.blocks(study.outcomes.read_match(out))["claims"]
    )


def test_a_gap_has_an_interval_or_is_too_small_to_tell(out: Path) -> None:
    gaps = [row for row in read(out / "gaps.csv") if row["model"] == "1.5B"]
    assert {row["coverage"] for row in gaps} == {"1.0"}
    assert all(0.0 < float(row["one_sample"]) < 1.0 for row in gaps)
    assert {row["gap_closed"] for row in gaps} == {""}
    assert all(float(row["coverage_low"]) < 1.0 for row in gaps)


def test_tables_are_made_again_without_the_store(study: ModuleType, out: Path) -> None:
    made = ("arms.csv", "claims.csv", "curves.csv", "gaps.csv", "results.md", "card.md")
    before = [(out / name).read_bytes() for name in made]
    for name in made:
        (out / name).unlink()
    study.tables.write(out, [])
    assert [(out / name).read_bytes() for name in made] == before


def test_a_store_without_a_complete_arm_is_refused(study: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "gsm8k").mkdir()
    row = {"id": "p", "question": "What is 2 + 2?", "answer": "4"}
    (tmp_path / "gsm8k" / "test.jsonl").write_text(json.dumps(row) + "\n")
    place = study.Place(tmp_path / "run.db", str(tmp_path))
    script = tmp_path / "r.json"
    script.write_text(json.dumps(GOOD))
    asyncio.run(study.sample(place, f"1.5B=scripted:{script}", ["cot"], [], 1))
    with pytest.raises(SystemExit, match="no arm has all"):
        study.report(place, 1, tmp_path)


@pytest.mark.parametrize(
    "page", [FOLDER / "README.md", CHECKOUT / "README.md"], ids=["study", "front"]
)
def test_the_numbers_on_a_page_are_those_of_the_committed_outcomes(
    study: ModuleType, page: Path
) -> None:
    text = page.read_text()
    marked = re.findall(r"<!-- made: (\w+) -->", text)
    assert marked
    assert text == study.tables.filled(text, study.tables.blocks(study.outcomes.read_match(FOLDER)))


def test_the_committed_tables_follow_from_the_committed_outcomes(
    study: ModuleType, tmp_path: Path
) -> None:
    for name in ("items.csv", "pools.csv", "facts.json"):
        (tmp_path / name).write_bytes((FOLDER / name).read_bytes())
    study.tables.write(tmp_path, [])
    for name in ("arms.csv", "claims.csv", "verdicts.csv", "gaps.csv", "curves.csv", "card.md"):
        assert (tmp_path / name).exists() == (FOLDER / name).exists(), name
        if (FOLDER / name).exists():
            assert (tmp_path / name).read_text() == (FOLDER / name).read_text(), name

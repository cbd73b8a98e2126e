"""The first-match study runs from sampling to tables on a scripted model and our own problems."""

import asyncio
import csv
import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.paths import CHECKOUT

STUDY = CHECKOUT / "docs" / "studies" / "first-match" / "study.py"
REPLIES = {"*": [f"So it is {n}.\nThe answer is {n}." for n in (4, 4, 4, 5, 6)]}
PROBLEMS = 6


@pytest.fixture(scope="module")
def study() -> ModuleType:
    spec = importlib.util.spec_from_file_location("first_match_study", STUDY)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_a_study_samples_once_and_reports_every_rule(study: ModuleType, tmp_path: Path) -> None:
    data = tmp_path / "gsm8k"
    data.mkdir()
    rows = [
        {"id": f"p{n}", "question": f"What is {n} + {4 - n}?", "answer": "4"}
        for n in range(PROBLEMS)
    ]
    (data / "test.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "replies.json").write_text(json.dumps(REPLIES))
    place = study.Place(tmp_path / "run" / "rollouts.db", str(tmp_path))
    for label in ("0.5B", "1.5B"):
        model = f"{label}=scripted:{tmp_path / 'replies.json'}"
        asyncio.run(study.sample(place, model, ["cot"], ["greedy", "majority:n=16"], PROBLEMS))
    study.report(place, "1.5B", PROBLEMS, tmp_path)

    with (tmp_path / "arms.csv").open() as file:
        arms = list(csv.DictReader(file))
    assert {row["strategy"] for row in arms} >= {"greedy", "majority(n=16)", "majority(n=4)"}
    assert all(row["n"] == str(PROBLEMS) for row in arms)
    assert "the first" in json.loads((tmp_path / "facts.json").read_text())["problems"]
    assert "| 0.5B cot majority(n=16) |" in (tmp_path / "results.md").read_text()
    assert "<html" in (tmp_path / "card.html").read_text()
    assert (tmp_path / "figure.svg").read_text().startswith("<svg")
    assert (tmp_path / "verdicts.csv").exists()

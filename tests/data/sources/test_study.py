"""The study of sources runs from collecting to tables on scripted models."""

import asyncio
import importlib.util
import json
import sys
from argparse import Namespace
from pathlib import Path
from types import ModuleType

import pytest

from tests.data.sources.scripted_sources import EGGS, EGGS_PROGRAM
from tests.paths import CHECKOUT

STUDY = CHECKOUT / "docs" / "studies" / "sources" / "study.py"


@pytest.fixture
def study(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("sources_study", STUDY)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "HERE", tmp_path)
    matched = "matched:form=program,n=1,ratio=2"
    monkeypatch.setattr(module, "PAIRS", (matched, module.PAIRS[1]))
    return module


def test_every_source_gets_its_row(study: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "gsm8k").mkdir()
    row = {"id": "eggs", "question": EGGS.question.text, "answer": "72"}
    (tmp_path / "gsm8k" / "train.jsonl").write_text(json.dumps(row) + "\n")
    (tmp_path / "replies.json").write_text(json.dumps({"*": EGGS_PROGRAM}))
    models = [f"{label}=scripted:{tmp_path / 'replies.json'}" for label in ("0.5B", "135M")]
    args = Namespace(model=models, out=tmp_path / "out", data_dir=str(tmp_path), seeds=1)
    asyncio.run(study.collect_all(args))
    asyncio.run(study.collect_all(args))
    study.report(args)
    table = (tmp_path / "results.md").read_text()
    for spec in (*study.SINGLE, *study.PAIRS):
        assert f"`{spec}`" in table
    assert f"| `{study.PAIRS[0]}` | weak | 2 | 2 | 100%" in table
    assert len((tmp_path / "results.csv").read_text().splitlines()) == 23


def test_the_committed_table_follows_from_the_committed_counts(
    study: ModuleType, tmp_path: Path
) -> None:
    for name in ("results.csv", "teachers.csv"):
        (tmp_path / name).write_bytes((STUDY.parent / name).read_bytes())
    study.tables(tmp_path)
    assert (tmp_path / "results.md").read_text() == (STUDY.parent / "results.md").read_text()

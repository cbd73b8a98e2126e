"""The study of selectors prints the tables of its page from the outcomes that are committed."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.paths import CHECKOUT

FOLDER = CHECKOUT / "docs" / "studies" / "selectors"


@pytest.fixture(scope="module")
def study() -> ModuleType:
    spec = importlib.util.spec_from_file_location("selectors_study", FOLDER / "study.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_page_holds_the_tables_of_the_committed_outcomes(study: ModuleType) -> None:
    page = (FOLDER / "README.md").read_text()
    rows = [line for line in study.pooled(FOLDER / "items.csv") if line.startswith("|")]
    assert len(rows) > 20
    assert all(row in page for row in rows)


def test_outcomes_are_added_run_by_run_and_pooled(
    study: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    kept = tmp_path / "items.csv"
    for seed in ("0", "1"):
        run = ["study.py", "--sets", "sums", "--items", "40", "--epochs", "1", "--seed", seed]
        monkeypatch.setattr(sys, "argv", [*run, "--keep", str(kept)])
        study.main()
    printed = capsys.readouterr().out
    assert "sums: 40 items, 4 of them wrong" in printed
    assert len(kept.read_text().splitlines()) == 1 + 2 * 40
    [row] = [line for line in study.pooled(kept) if line.startswith("| `random` |")]
    assert row.startswith("| `random` | 4, 4 | ")

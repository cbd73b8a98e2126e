"""Where data beyond what is committed may be."""

import os
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]


def data_folder() -> Path | None:
    chosen = os.environ.get("UNDERDOG_DATA_DIR")
    folder = Path(chosen) if chosen else CHECKOUT.parent / "shared" / "data"
    return folder if folder.is_dir() else None


@pytest.fixture
def data_dir() -> Path:
    folder = data_folder()
    if folder is None:
        pytest.skip("no data folder: set UNDERDOG_DATA_DIR")
    return folder


@pytest.fixture(autouse=True)
def no_data_dir_by_accident(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UNDERDOG_DATA_DIR", raising=False)

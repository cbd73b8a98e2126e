"""Where data beyond what is committed may be."""

import os
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[3]


@pytest.fixture
def data_dir() -> Path:
    chosen = os.environ.get("UNDERDOG_DATA_DIR")
    folder = Path(chosen) if chosen else CHECKOUT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("no data folder: set UNDERDOG_DATA_DIR")
    return folder

"""Settings that all tests share."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

from tests.paths import DATA

# Test processes run side by side: engines whose threads wait for each other would starve.
os.environ.setdefault("UNDERDOG_THREADS", "1")

settings.register_profile("underdog", deadline=None)
settings.load_profile("underdog")


@pytest.fixture
def data_dir() -> Path:
    """The folder of benchmark data; a test that needs it is skipped without it."""
    if not DATA.is_dir():
        pytest.skip("no data folder: set UNDERDOG_DATA_DIR")
    return DATA

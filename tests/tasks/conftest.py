"""Tasks find the data that a test names, and no other."""

import pytest


@pytest.fixture(autouse=True)
def no_data_dir_by_accident(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UNDERDOG_DATA_DIR", raising=False)

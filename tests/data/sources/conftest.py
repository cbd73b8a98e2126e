"""One sandbox for all tests of sources."""

from collections.abc import Iterator

import pytest

from underdog.core import Sandbox
from underdog.sandbox.probing import open_sandbox


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with open_sandbox("monty") as opened:
        yield opened

"""Small families with known spaces, and data sets made of them."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from underdog.core import Draft, Step
from underdog.data.dataset import per_process as process
from underdog.data.dataset.card.data_card import DataCard
from underdog.data.dataset.card.plan import plan_of
from underdog.data.making import batches
from underdog.data.making.make import make
from underdog.generators import families


class Halves:
    """Halves of small numbers; a space of `top` problems. Every `lie`-th gold answer is wrong."""

    name = "halves"
    version = 1
    checker = "numeric"
    forms = ("answer", "cot", "program")

    def __init__(self, top: int = 40, lie: int = 0) -> None:
        self._top = top
        self._lie = lie

    def draft(self, rng: Random) -> Draft:
        number = 2 * rng.randrange(self._top)
        half = str(number // 2)
        gold = "-1" if self._lie and number // 2 % self._lie == 0 else half
        step = Step("half", f"{number} // 2", half, f"{number} / 2 = {half}.")
        return Draft(f"What is half of {number}?", gold, (step,), f"half:{number}", number)


@pytest.fixture(scope="module")
def halves() -> Iterator[None]:
    families.names()
    families.register("halves")(Halves)
    yield
    families._entries.pop("halves")
    batches._family.cache_clear()


@pytest.fixture(scope="session", autouse=True)
def _close_sandbox() -> Iterator[None]:
    yield
    if process.process_sandbox.cache_info().currsize:
        process.process_sandbox().close()
        process.process_sandbox.cache_clear()


@pytest.fixture(scope="session")
def sums(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, DataCard]:
    """A finished data set of 150 sums in two forms, three shards."""
    folder = tmp_path_factory.mktemp("sums") / "sums"
    plan = plan_of(["addition:digits=4"], 150, ["cot", "program"], shard_problems=60)
    return folder, make(plan, folder)

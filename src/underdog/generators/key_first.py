"""Families that know an item's key before they write its words.

The split of an item follows from its key alone, so that a draw for another split costs only its
numbers. Such draws are one in five for `train` and nine in ten for `dev` and `test`. A family may
as well write numbers and words at once (see `underdog.core.item.Family`).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from random import Random
from typing import Generic, TypeVar

from underdog.core.item import Draft

Numbers = TypeVar("Numbers")


class KeyFirst(ABC, Generic[Numbers]):
    """A family that draws the numbers of an item first and writes its words afterwards."""

    @abstractmethod
    def draw(self, rng: Random) -> tuple[str, Numbers]:
        """Draw the numbers of one item; returns its canonical key and the numbers."""

    @abstractmethod
    def write(self, rng: Random, key: str, numbers: Numbers) -> Draft:
        """The item with the given key and numbers, in words chosen with `rng`."""

    def draft(self, rng: Random) -> Draft:
        """One item."""
        return self.write(rng, *self.draw(rng))

    def draft_if(self, rng: Random, wanted: Callable[[str], bool]) -> Draft | None:
        """One item; `None`, before any words are written, when its key is not wanted."""
        key, numbers = self.draw(rng)
        return self.write(rng, key, numbers) if wanted(key) else None

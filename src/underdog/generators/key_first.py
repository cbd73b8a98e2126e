"""Families that know an item's key before they write its words.

The split of an item is decided by its key alone, so a draw of another split costs only its numbers:
one in five draws for `train`, nine in ten for `dev` and `test`. A family may as well write
everything at once (see `underdog.core.item.Family`).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from random import Random
from typing import Generic, TypeVar

from underdog.core.item import Draft

Numbers = TypeVar("Numbers")


class KeyFirst(ABC, Generic[Numbers]):
    """The `draft` of a family that draws numbers first and writes words afterwards."""

    @abstractmethod
    def draw(self, rng: Random) -> tuple[str, Numbers]:
        """The canonical key of one item, and its numbers."""

    @abstractmethod
    def write(self, rng: Random, key: str, numbers: Numbers) -> Draft:
        """The item with that key and those numbers, in words that `rng` chooses."""

    def draft(self, rng: Random) -> Draft:
        """One item."""
        return self.write(rng, *self.draw(rng))

    def draft_if(self, rng: Random, wanted: Callable[[str], bool]) -> Draft | None:
        """One item, or `None`, its words never written, when its key is not wanted."""
        key, numbers = self.draw(rng)
        return self.write(rng, key, numbers) if wanted(key) else None

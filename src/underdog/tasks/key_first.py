"""Families that know an item's key before they write anything.

Which split a draw belongs to hangs on its key alone, so a draw of another split costs only its
numbers: one in five for `train`, nine in ten for `dev` and `test`. Not a must: a family may just as
well have a `draft` of its own (see `underdog.core.item.Family`).
"""

from abc import ABC, abstractmethod
from random import Random
from typing import Generic, TypeVar

from underdog.core.item import Draft

Numbers = TypeVar("Numbers")


class KeyFirst(ABC, Generic[Numbers]):
    """Half of a family: draws in two halves, numbers and words."""

    __slots__ = ()

    @abstractmethod
    def draw(self, rng: Random) -> tuple[str, Numbers]:
        """The canonical key of one item, and its numbers."""

    @abstractmethod
    def write(self, rng: Random, key: str, numbers: Numbers) -> Draft:
        """The item with that key and those numbers, in words that `rng` chooses."""

    def draft(self, rng: Random) -> Draft:
        """One item."""
        key, numbers = self.draw(rng)
        return self.write(rng, key, numbers)

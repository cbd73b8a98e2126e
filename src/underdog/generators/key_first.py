"""Families that know an item's key before they write anything.

Which split a draw belongs to hangs on its key alone, so a draw of another split costs only its
numbers: one in five for `train`, nine in ten for `dev` and `test`. Not a must: a family may just as
well have a `draft` of its own (see `underdog.core.item.Family`).
"""

from abc import ABC, abstractmethod
from random import Random
from typing import Generic, TypeVar

from underdog.core.item import Draft, DraftRow, Family

Numbers = TypeVar("Numbers")


class KeyFirst(ABC, Generic[Numbers]):
    """Half of a family: draws in two halves, numbers and words."""

    __slots__ = ()

    @abstractmethod
    def draw(self, rng: Random) -> tuple[str, Numbers]:
        """The canonical key of one item, and its numbers."""

    @abstractmethod
    def write(self, rng: Random, key: str, numbers: Numbers) -> DraftRow:
        """The item with that key and those numbers, in words that `rng` chooses.

        A `Draft`, or a plain tuple of its attributes, which is built in a third of the time.
        """

    def draft(self, rng: Random) -> Draft:
        """One item."""
        key, numbers = self.draw(rng)
        return Draft(*self.write(rng, key, numbers))


class AllAtOnce(KeyFirst[Draft]):
    """Both halves of a family that knows its key only when everything is written."""

    __slots__ = ("_draft",)

    def __init__(self, family: Family) -> None:
        self._draft = family.draft

    def draw(self, rng: Random) -> tuple[str, Draft]:
        """Everything, its key first."""
        draft = self._draft(rng)
        return draft.key, draft

    def write(self, rng: Random, key: str, numbers: Draft) -> DraftRow:
        """What was written already."""
        return numbers

"""Drawing fresh items from a family: seeds by hashing, splits by canonical key.

The stream of item i is a hash of (family, version, split, seed, i): neighbouring seeds share none.
Which split an item belongs to is a hash of its canonical key alone: whatever the seed or family, an
item and its mirror can never be in two splits. Draws that belong to another split are drawn again.
"""

from collections.abc import Callable, Iterator
from hashlib import blake2b
from itertools import accumulate
from random import Random
from typing import Any, cast

from underdog.core.item import Draft, Family, Item
from underdog.core.problem import new_problem
from underdog.errors import DataError, UnknownNameError
from underdog.seeds import digest_each
from underdog.tasks.key_first import KeyFirst
from underdog.tasks.streams import HashedStream

SHARES = {"train": 0.8, "dev": 0.1, "test": 0.1}
_MAX_DRAWS = 2_000
_MARK_BYTES = 8
_EMPTY_MARK = blake2b(digest_size=_MARK_BYTES)
_as_item = tuple[Any].__new__  # half the time of Item(…)


def _border(share: float) -> bytes:
    return min(int(share * 2**64), 2**64 - 1).to_bytes(_MARK_BYTES, "big")


_ENDS = dict(zip(SHARES, map(_border, accumulate(SHARES.values())), strict=True))
_STARTS = dict(zip(SHARES, (b"", *_ENDS.values()), strict=False))


def split_of(key: str) -> str:
    """The split that a canonical key belongs to, the same on every machine.

    Example:
        >>> split_of("add:3,7") == split_of("add:3,7")
        True
    """
    place = _mark(key)
    for name, end in _ENDS.items():
        if place < end:
            return name
    return "test"


def generate(family: Family, split: str, seed: int, start: int = 0) -> Iterator[Item]:
    """Items of a split, from number `start` on, without end.

    Item i is the same whatever was drawn before it. Items may repeat when the space is small;
    `distinct` leaves repeats out.

    Args:
        family: Where they come from.
        split: `train`, `dev` or `test`.
        seed: Any integer.
        start: Index of the first item.

    Raises:
        UnknownNameError: No such split.
        DataError: The family's space has no item of this split.
    """
    if split not in SHARES:
        raise UnknownNameError("split", split, SHARES)
    rng, next_draft = HashedStream(), _drafting(family, split)
    name, prefix = family.name, f"{family.name}-{split}-{seed}-"
    digests = digest_each((name, family.version, split, seed), start)
    for index, digest in enumerate(digests, start):
        rng.restart(digest)
        text, answer, steps, key, difficulty, meta, choices, context = next_draft(rng)
        columns = {"family": name, "key": key, "difficulty": difficulty, **meta}
        problem = new_problem(
            f"{prefix}{index}", name, text, choices, context, answer, split, columns
        )
        yield _as_item(Item, (problem, steps, key))


def distinct(items: Iterator[Item], patience: int = 2_000) -> Iterator[Item]:
    """Items whose key has not been seen yet; ends when `patience` in a row bring nothing new."""
    seen: set[bytes] = set()
    stale = 0
    for item in items:
        mark = _mark(item.key)
        if mark in seen:
            stale += 1
            if stale >= patience:
                return
            continue
        stale = 0
        seen.add(mark)
        yield item


def _drafting(family: Family, split: str) -> Callable[[Random], Draft]:
    """What gives a stream's first draw that belongs to the split."""
    low, high = _STARTS[split], _ENDS[split]

    def of_whole_drafts(rng: Random) -> Draft:
        for _ in range(_MAX_DRAWS):
            draft = family.draft(rng)
            if low <= _mark(draft.key) < high:
                return draft
        raise _too_narrow(family, split)

    if not isinstance(family, KeyFirst):
        return of_whole_drafts
    by_halves = cast("KeyFirst[Any]", family)
    draw, write = by_halves.draw, by_halves.write

    def of_keys(rng: Random) -> Draft:
        for _ in range(_MAX_DRAWS):
            key, numbers = draw(rng)
            if low <= _mark(key) < high:
                return write(rng, key, numbers)
        raise _too_narrow(family, split)

    return of_keys


def _too_narrow(family: Family, split: str) -> DataError:
    return DataError(
        f"family {family.name!r} found no item of split {split!r} in {_MAX_DRAWS} draws; "
        "widen its knobs"
    )


def _mark(key: str) -> bytes:
    """Eight bytes of a hash of the key."""
    digest = _EMPTY_MARK.copy()
    digest.update(key.encode())
    return digest.digest()

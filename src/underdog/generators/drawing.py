"""Drawing fresh items from a family: seeds by hashing, splits by canonical key.

The stream of item i is a hash of (family, version, split, seed, i): neighbouring seeds share none.
Which split an item belongs to is a hash of its canonical key alone: whatever the seed or family, an
item and its mirror can never be in two splits. Draws that belong to another split are drawn again.
"""

from collections.abc import Iterator
from hashlib import blake2b
from itertools import accumulate
from typing import Any, cast

from underdog.core.item import Family, Item
from underdog.core.problem import JSONValue, new_problem
from underdog.errors import DataError, UnknownNameError
from underdog.generators.key_first import AllAtOnce, KeyFirst
from underdog.generators.streams import HashedStream
from underdog.seeds import digest_each

SHARES = {"train": 0.8, "dev": 0.1, "test": 0.1}
_MAX_DRAWS = 2_000
_DRAWS = range(_MAX_DRAWS)
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
    name, prefix = family.name, f"{family.name}-v{family.version}-{split}-{seed}-"
    digests = digest_each((name, family.version, split, seed), start)
    low, high, stream = _STARTS[split], _ENDS[split], HashedStream()
    halves = cast("KeyFirst[Any]", family if isinstance(family, KeyFirst) else AllAtOnce(family))
    restart, draw, write, empty_mark = stream.restart, halves.draw, halves.write, _EMPTY_MARK.copy
    for index, digest in enumerate(digests, start):
        restart(digest)
        for _ in _DRAWS:
            key, numbers = draw(stream)
            mark = empty_mark()  # `_mark` written out, for speed
            mark.update(key.encode())
            if low <= mark.digest() < high:
                break
        else:
            raise _too_narrow(family, split)
        text, answer, steps, _, difficulty, meta, choices, context = write(stream, key, numbers)
        columns: dict[str, JSONValue] = (
            {"family": name, "key": key, "difficulty": difficulty, **meta}
            if meta
            else {"family": name, "key": key, "difficulty": difficulty}
        )
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

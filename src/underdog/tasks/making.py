"""Drawing fresh items from a family: seeds by hashing, splits by canonical key.

The stream of item i is a hash of (family, version, split, seed, i): neighbouring seeds share none.
Which split an item belongs to is a hash of its canonical key alone: whatever the seed or family, an
item and its mirror can never be in two splits. Draws that belong to another split are drawn again.
"""

from collections.abc import Iterator
from hashlib import blake2b
from itertools import accumulate, count
from random import Random

from underdog.core.item import Draft, Family, Item
from underdog.core.problem import JSONValue, Problem, Question
from underdog.errors import DataError, UnknownNameError
from underdog.seeds import digest_each
from underdog.tasks.streams import HashedStream

SHARES = {"train": 0.8, "dev": 0.1, "test": 0.1}
_MAX_DRAWS = 2_000
_BORDERS = tuple(
    (name, min(int(reached * 2**64), 2**64 - 1).to_bytes(8, "big"))
    for name, reached in zip(SHARES, accumulate(SHARES.values()), strict=True)
)


def split_of(key: str) -> str:
    """The split that a canonical key belongs to, the same on every machine.

    Example:
        >>> split_of("add:3,7") == split_of("add:3,7")
        True
    """
    place = blake2b(key.encode(), digest_size=8).digest()
    for name, border in _BORDERS:
        if place < border:
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
    rng = HashedStream()
    name = family.name
    path = (name, family.version, split, seed)
    for index, digest in zip(count(start), digest_each(path, count(start)), strict=True):
        rng.restart(digest)
        draft = _draw(family, split, rng)
        yield _item(name, split, f"{name}-{split}-{seed}-{index}", draft)


def distinct(items: Iterator[Item], patience: int = 2_000) -> Iterator[Item]:
    """Items whose key has not been seen yet; ends when `patience` in a row bring nothing new."""
    seen: set[bytes] = set()
    stale = 0
    for item in items:
        mark = blake2b(item.key.encode(), digest_size=8).digest()
        if mark in seen:
            stale += 1
            if stale >= patience:
                return
            continue
        stale = 0
        seen.add(mark)
        yield item


def _draw(family: Family, split: str, rng: Random) -> Draft:
    for _ in range(_MAX_DRAWS):
        draft = family.draft(rng)
        if split_of(draft.key) == split:
            return draft
    raise DataError(
        f"family {family.name!r} found no item of split {split!r} in {_MAX_DRAWS} draws; "
        "widen its knobs"
    )


def _item(family: str, split: str, identifier: str, draft: Draft) -> Item:
    key = draft.key
    meta: dict[str, JSONValue] = {"family": family, "key": key, "difficulty": draft.difficulty}
    meta.update(draft.meta)
    question = Question(identifier, family, draft.text, draft.choices, draft.context, {})
    return Item(Problem(question, draft.answer, split, meta), draft.steps, key)

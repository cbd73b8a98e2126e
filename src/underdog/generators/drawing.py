"""Drawing fresh items from a family: seeds by hashing, splits by canonical key.

The random stream of item i is a hash of (family, version, split, seed, i): neighbouring seeds
share no stream. The split of an item is a hash of its canonical key alone: whatever the seed or
family, 3 + 7 and 7 + 3 are always in the same split. A draw that falls into another split is
replaced by the next draw.
"""

from bisect import bisect
from collections.abc import Callable, Iterator
from hashlib import blake2b
from itertools import accumulate
from random import Random

from underdog.core.item import Draft, Family, Item
from underdog.core.problem import JSONValue, Problem, Question
from underdog.errors import DataError, UnknownNameError
from underdog.generators.key_first import KeyFirst
from underdog.generators.streams import HashedStream
from underdog.seeds import digest_each

SHARES = {"train": 0.8, "dev": 0.1, "test": 0.1}
_MAX_DRAWS = 2_000
_MARK_BYTES = 8
_SPLITS = tuple(SHARES)
_BORDERS = [int(share * 2**64) for share in accumulate(SHARES.values())][:-1]


def split_of(key: str) -> str:
    """The split that a canonical key belongs to, the same on every machine.

    Example:
        >>> split_of("add:3,7") == split_of("add:3,7")
        True
    """
    return _SPLITS[bisect(_BORDERS, int.from_bytes(_mark(key), "big"))]


def generate(family: Family, split: str, seed: int, start: int = 0) -> Iterator[Item]:
    """Items of a split, from number `start` on, without end.

    Item i is the same whatever was drawn before it. Items may repeat when the space is small;
    `distinct` leaves repeats out.

    Args:
        family: Family that writes the items.
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
    stream = HashedStream()
    for index, digest in enumerate(digest_each((name, family.version, split, seed), start), start):
        stream.restart(digest)
        draft = _draft_of_split(family, split, stream)
        meta: dict[str, JSONValue] = {
            "family": name,
            "key": draft.key,
            "difficulty": draft.difficulty,
            **draft.meta,
        }
        question = Question(f"{prefix}{index}", name, draft.text, draft.choices, draft.context)
        yield Item(Problem(question, draft.answer, split, meta), draft.steps, draft.key)


def distinct(items: Iterator[Item], patience: int = 2_000) -> Iterator[Item]:
    """The first item of each key; ends after `patience` items in a row with known keys."""
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


def _draft_of_split(family: Family, split: str, rng: Random) -> Draft:
    """The first draft whose key belongs to the split."""
    for _ in range(_MAX_DRAWS):
        draft = _draft_if(family, rng, lambda key: split_of(key) == split)
        if draft is not None:
            return draft
    raise DataError(
        f"family {family.name!r} found no item of split {split!r} in {_MAX_DRAWS} draws; "
        "widen its knobs"
    )


def _draft_if(family: Family, rng: Random, wanted: Callable[[str], bool]) -> Draft | None:
    if isinstance(family, KeyFirst):
        return family.draft_if(rng, wanted)
    draft = family.draft(rng)
    return draft if wanted(draft.key) else None


def _mark(key: str) -> bytes:
    """Eight bytes of a hash of the key."""
    return blake2b(key.encode(), digest_size=_MARK_BYTES).digest()

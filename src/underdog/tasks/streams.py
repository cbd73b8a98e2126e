"""Random numbers that are a hash: each item's own stream, opened for the price of one digest.

Not a general generator. Seeding Python's Mersenne Twister costs more than drawing a whole item from
it; here the numbers are a digest of the item's path (see `underdog.seeds`), read 32 bits at a time
and continued by hashing it together with a counter. All methods of `random.Random` work on it.
"""

from collections.abc import Iterator
from hashlib import blake2b
from itertools import chain
from random import Random
from struct import Struct
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from _typeshed import SupportsLenAndGetItem

T = TypeVar("T")

_WORDS = Struct("<16I")
_UNIT = 2.0**-53
_NARROW = 1 << 16
_WIDE = 1 << 48


class HashedStream(Random):
    """A `random.Random` whose numbers follow from 64 bytes.

    Choices among up to 2^48 things scale one or two words instead of drawing until one fits: none
    is preferred by more than one part in 65,536.

    Example:
        >>> stream = HashedStream()
        >>> stream.restart(bytes(64))
        >>> first = stream.randint(1, 6)
        >>> stream.restart(bytes(64))
        >>> stream.randint(1, 6) == first
        True
    """

    def __init__(self) -> None:
        super().__init__(0)

    def restart(self, key: bytes) -> None:
        """Begin the stream of a key of 64 bytes."""
        self._word = chain.from_iterable(map(_WORDS.unpack, _blocks(key))).__next__

    def seed(self, a: object = None, version: int = 2) -> None:
        """Begin the stream of any value that prints the same every time, such as an integer."""
        self.restart(blake2b(repr(a).encode()).digest())

    def getstate(self) -> tuple[object, ...]:
        """Not kept: a stream is begun again from its key."""
        raise NotImplementedError("a hashed stream has no state to save; keep its key instead")

    def setstate(self, state: object) -> None:
        """Not possible, see `getstate`."""
        raise NotImplementedError("a hashed stream has no state to set; call restart(key)")

    def random(self) -> float:
        """A number in [0, 1), of 53 bits."""
        word = self._word
        return (word() << 21 | word() >> 11) * _UNIT

    def getrandbits(self, k: int, /) -> int:
        """An integer of `k` random bits."""
        if k < 0:
            raise ValueError(f"number of bits must not be negative, got {k}")
        value, left = 0, k
        while left > 0:
            value, left = value << 32 | self._word(), left - 32
        return value >> -left

    def choice(self, seq: "SupportsLenAndGetItem[T]") -> T:
        """One element of a sequence that is not empty."""
        size = len(seq)
        if 0 < size <= _NARROW:
            return seq[self._word() * size >> 32]
        return super().choice(seq)

    def randint(self, a: int, b: int) -> int:
        """An integer from `a` to `b`, both included."""
        width = b - a + 1
        if 0 < width <= _NARROW:
            return a + (self._word() * width >> 32)
        if 0 < width <= _WIDE:
            return a + ((self._word() << 32 | self._word()) * width >> 64)
        return super().randrange(a, b + 1)


def _blocks(key: bytes) -> Iterator[bytes]:
    yield key
    counter = 0
    while True:
        counter += 1
        yield blake2b(key + counter.to_bytes(8, "little")).digest()

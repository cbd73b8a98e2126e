"""Random numbers taken from a hash: each item has its own stream, at the cost of one digest.

Not a general generator. Seeding Python's Mersenne Twister costs more than drawing a whole item from
it; here the digest of the item's path (see `underdog.seeds`) is one large integer, which every draw
among n things divides by n, keeping the quotient. When the integer becomes too small, the digest of
the digest is appended to it. The drawing methods of `random.Random` all work.
"""

from hashlib import blake2b
from random import Random

_SIZE_BITS = 512
_LOW = 1 << 112
_WIDE = 1 << 64
_UNIT_MASK = (1 << 53) - 1
_UNIT = 2.0**-53
_SPARE_BITS = 48
_LEAST = 1 << _SPARE_BITS - 1


class HashedStream(Random):
    """A `random.Random` whose numbers follow from 64 bytes.

    A draw among n things is the remainder of a large integer divided by n; the quotient is kept for
    the next draw. No thing is preferred by more than one part in 2^48.

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
        self._key = key
        self._pool = int.from_bytes(key, "little")

    def seed(self, a: object = None, version: int = 2) -> None:
        """Begin the stream of a value whose text is always the same, such as an integer."""
        self.restart(blake2b(repr(a).encode()).digest())

    def getstate(self) -> tuple[object, ...]:
        """Not supported: a stream is begun again from its key."""
        raise NotImplementedError("a hashed stream has no state to save; keep its key instead")

    def setstate(self, state: object) -> None:
        """Not supported, see `getstate`."""
        raise NotImplementedError("a hashed stream has no state to set; call restart(key)")

    def random(self) -> float:
        """A number in [0, 1), of 53 bits."""
        pool = self._pool
        if pool < _LOW:
            pool = self._filled(_WIDE)
        self._pool = pool >> 53
        return (pool & _UNIT_MASK) * _UNIT

    def getrandbits(self, k: int, /) -> int:
        """An integer of `k` random bits; the cheapest way to draw many numbers is to split one."""
        if k < 0:
            raise ValueError(f"number of bits must not be negative, got {k}")
        pool = self._pool
        rest = pool >> k
        if rest < _LEAST:
            pool = self._filled(1 << k)
            rest = pool >> k
        self._pool = rest
        return pool ^ (rest << k)

    def _randbelow(self, n: int) -> int:
        """An integer in [0, n); `choice`, `randint`, `sample` and `shuffle` are built on it."""
        pool = self._pool
        if pool < _LOW or n > _WIDE:
            pool = self._filled(n)
        self._pool, drawn = divmod(pool, n)
        return drawn

    def _filled(self, width: int) -> int:
        """The remaining integer, lengthened until it allows a draw among `width` things."""
        pool = self._pool
        while pool < max(width << _SPARE_BITS, _LOW):
            self._key = blake2b(self._key).digest()
            pool = pool << _SIZE_BITS | int.from_bytes(self._key, "little")
        return pool

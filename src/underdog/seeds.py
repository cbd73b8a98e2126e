"""Seeds derived by hashing names, never by adding numbers.

Adding (`seed + index`) makes neighbouring seeds share almost all their children; hashing the whole
path of names gives independent ones. A path is any sequence of strings and integers.
"""

import hashlib

Name = str | int

_BITS = 64


def derive(*path: Name) -> int:
    """A 64-bit seed for a path of names.

    Equal paths give equal seeds on every machine and Python version; a string and an integer that
    print alike give different ones, and so do paths cut at different places.

    Example:
        >>> derive("gsm8k", "train", 0) == derive("gsm8k", "train", 0)
        True
        >>> derive("a", "bc") == derive("ab", "c")
        False
    """
    digest = hashlib.blake2b(digest_size=_BITS // 8)
    for name in path:
        kind, data = ("i", str(name)) if isinstance(name, int) else ("s", name)
        encoded = data.encode()
        digest.update(f"{kind}{len(encoded)}:".encode() + encoded)
    return int.from_bytes(digest.digest(), "big")


def unit(*path: Name) -> float:
    """A number in [0, 1) for a path of names: uniform over paths, the same every time."""
    return (derive(*path) >> (_BITS - 53)) / (1 << 53)

"""Keys and equality of mathematical answers: what a grading worker serves.

Both answers are cleaned, shaped and read atom by atom; equality is that of the read shapes, numbers
within the tolerance of the `numeric` checker. Only where an atom could not be read does math-verify
decide, asked in both directions because its own rule is not symmetric.
"""

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import cast

from underdog.grading.numeric import close
from underdog.grading.symbolic.algebra import parsed, verified
from underdog.grading.symbolic.atoms import Atom, atom, same_constant
from underdog.grading.symbolic.cleanup import clean
from underdog.grading.symbolic.structure import BRACES, Structure, shape

TOLERANCE = Fraction(1, 10**6)
_UNORDERED = ("set", "union")
_INTERVALS = ("()", "(]", "[)", "[]")
_INFINITE = {"∞": math.inf, "-∞": -math.inf}


@dataclass(frozen=True, slots=True)
class Read:
    """A shape whose atoms have been read."""

    kind: str
    text: str
    key: str
    parts: tuple["Read", ...]
    atom: Atom | None

    @property
    def canonical(self) -> bool:
        """Whether every atom could be read."""
        own = self.atom is None or self.atom.canonical
        return own and all(part.canonical for part in self.parts)


def key(answer: str) -> str:
    """Canonical key of an answer."""
    return read(answer).key


def equal(left: str, right: str) -> bool:
    """Whether two answers mean the same."""
    first, second = read(left), read(right)
    if first.key == second.key or _same(first, second):
        return True
    if first.canonical and second.canonical:
        return False
    one, other = parsed(clean(left)), parsed(clean(right))
    return bool(one and other) and (verified(one, other) or verified(other, one))


@lru_cache(maxsize=4096)
def read(answer: str) -> Read:
    """Clean, shape and read an answer."""
    return _read(shape(clean(answer)))


def _read(made: Structure) -> Read:
    if made.kind == "atom":
        leaf = atom(made.text)
        return Read("atom", "", leaf.key, (), leaf)
    parts = [_read(part) for part in made.parts]
    if made.kind == "set" and made.text == BRACES:
        parts = list({part.key: part for part in parts}.values())
    if made.kind in _UNORDERED:
        parts.sort(key=lambda part: part.key)
    if made.kind == "union" and all(_is_interval(part) for part in parts):
        parts = _merged(parts)
        if len(parts) == 1:
            return parts[0]
    inner = ",".join(part.key for part in parts)
    brackets = made.kind if made.kind[0] in "([" else "{}"
    label = "" if made.kind == "set" or made.kind[0] in "([" else made.kind + made.text
    text = "" if made.kind == "set" else made.text
    return Read(made.kind, text, label + brackets[0] + inner + brackets[1], tuple(parts), None)


def _is_interval(part: Read) -> bool:
    return part.kind in _INTERVALS and len(part.parts) == 2 and None not in _ends(part)


def _ends(interval: Read) -> tuple[Fraction | float | None, Fraction | float | None]:
    low, high = (
        _INFINITE.get(end.key, end.atom.value if end.atom else None) for end in interval.parts
    )
    return low, high


def _merged(intervals: list[Read]) -> list[Read]:
    """Intervals in order, those that overlap or touch made one: `[1,3] ∪ [2,5]` is `[1,5]`."""
    merged: list[Read] = []
    for part in sorted(intervals, key=lambda one: (_ends(one)[0], one.kind[0] == "(")):
        last = merged[-1] if merged else None
        if last is None or not _touch(last, part):
            merged.append(part)
            continue
        longest = max(last, part, key=lambda one: (_ends(one)[1], one.kind[1] == "]"))
        merged[-1] = _interval(last, longest)
    return merged


def _touch(left: Read, right: Read) -> bool:
    """Whether nothing lies between two intervals, of which the left one begins first."""
    end, start = cast(Fraction, _ends(left)[1]), cast(Fraction, _ends(right)[0])
    return start < end or (start == end and (left.kind[1] == "]" or right.kind[0] == "["))


def _interval(low: Read, high: Read) -> Read:
    """From the low end of one interval to the high end of another."""
    kind, ends = low.kind[0] + high.kind[1], (low.parts[0], high.parts[1])
    return Read(kind, "", f"{kind[0]}{ends[0].key},{ends[1].key}{kind[1]}", ends, None)


def _same(left: Read, right: Read) -> bool:
    if left.atom and right.atom:
        return _same_atom(left.atom, right.atom)
    if (left.kind, left.text, len(left.parts)) != (right.kind, right.text, len(right.parts)):
        return False
    if left.kind not in _UNORDERED:
        return all(_same(*pair) for pair in zip(left.parts, right.parts, strict=True))
    rest = list(right.parts)
    for part in left.parts:
        match = next((other for other in rest if _same(part, other)), None)
        if match is None:
            return False
        rest.remove(match)
    return True


def _same_atom(left: Atom, right: Atom) -> bool:
    if left.exact is not None and right.exact is not None:
        return same_constant(left.exact, right.exact)
    if left.value is not None and right.value is not None:
        return close(left.value, right.value, TOLERANCE)
    return left.key == right.key

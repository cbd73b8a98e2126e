"""Keys and equality of mathematical answers: what a grading worker serves.

Both answers are cleaned, shaped and read atom by atom; equality is that of the read shapes, numbers
within the tolerance of the `numeric` checker. Only where an atom could not be read does math-verify
decide, asked in both directions because its own rule is not symmetric.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from underdog.grading.numeric import close
from underdog.grading.symbolic.algebra import parsed, verified
from underdog.grading.symbolic.atoms import Atom, atom, same_constant
from underdog.grading.symbolic.cleanup import clean
from underdog.grading.symbolic.structure import BRACES, Structure, shape

TOLERANCE = Fraction(1, 10**6)
_UNORDERED = ("set", "union")


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
    inner = ",".join(part.key for part in parts)
    brackets = made.kind if made.kind[0] in "([" else "{}"
    label = "" if made.kind == "set" or made.kind[0] in "([" else made.kind + made.text
    text = "" if made.kind == "set" else made.text
    return Read(made.kind, text, label + brackets[0] + inner + brackets[1], tuple(parts), None)


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

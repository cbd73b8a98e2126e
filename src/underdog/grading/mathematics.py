r"""Answers that are mathematics: LaTeX expressions, tuples, intervals, sets, matrices, equations.

Numbers and quantities are decided at once, exactly as by the `numeric` checker (percent is a unit:
`50%` is 50 and not 0.5, `1/2` is 0.5). All else goes to a worker process (see `pool`), which reads
the answer's shape and its atoms (see `symbolic`) with math-verify's parser. A request that runs out
of time is counted, its worker is replaced, and the grade is undecided; its key falls back to the
cleaned text. Results are remembered per process.

Strict extraction takes what stands at the last marked place (the mathematics in it, where it is
delimited), with the boxes that only "or", "and" or a comma parts from it; flexible extraction takes
the last `$…$`, `\(…\)` or `\[…\]`, else the last number.
"""

import re
from fractions import Fraction
from functools import lru_cache

from underdog.core import Extraction, Grade, JSONValue, Problem, Question
from underdog.grading import checkers
from underdog.grading.markers import MarkedPlace, boxed, read_marked, tail
from underdog.grading.numerals import read_number
from underdog.grading.numeric import grid_digits, last_numeral, quantity_key, same_quantity
from underdog.grading.pool import DEFAULT_TIMEOUT_S, PoolReply, default_pool
from underdog.grading.quantities import KnownUnit, asked_unit, read_quantity
from underdog.grading.verdicts import NO_GOLD, OPAQUE, RIGHT, opaque_key, undecided, verdict

MAX_ANSWER_CHARS = 1500
_MAX_DEPTH = 40
_TOLERANCE = 1e-6
_LIMIT = Fraction(1, 10**6)
_FLEXIBLE_CHARS = 20_000
_FORMULA = re.compile(
    r"\$\$(.{1,2000}?)\$\$|\\\[(.{1,2000}?)\\\]|\\\((.{1,2000}?)\\\)|(?<![\\$])\$((?:\\.|[^$\\\n]){1,2000})\$",
    re.DOTALL,
)
_JOINTS = re.compile(r"[\s,;.]*(?:(?:and|or)[\s,;.]*)*")
_BETWEEN_BOXES = re.compile(
    r"\s*\}?[\s$,;]*(?:\\text\{\s*(?:and|or)\s*\}|and|or)?[\s$,;]*(?:[a-zA-Z]\w?\s*=\s*)?"
)
_NAME_BEFORE = re.compile(r"(?<![a-zA-Z\\])([a-zA-Z])\s*=\s*\Z")
_CACHE_SIZE = 1 << 16


@lru_cache(maxsize=_CACHE_SIZE)
def _ask(operation: str, timeout_s: float, *answers: str) -> PoolReply:
    request: dict[str, JSONValue] = {"op": operation, "args": [*answers]}
    return default_pool().call(request, timeout_s)


@checkers.register("math")
class MathChecker:
    """Mathematics in LaTeX or plain text, symbolically compared.

    Args:
        timeout_s: Wall-clock seconds for one key or comparison.
    """

    name = "math"

    def __init__(self, timeout_s: float = DEFAULT_TIMEOUT_S) -> None:
        if not 0 < timeout_s <= 600:
            raise ValueError(f"timeout_s must be above 0 and at most 600, not {timeout_s!r}")
        self._timeout_s = float(timeout_s)
        self._digits = grid_digits(_TOLERANCE)

    def extract(self, reply: str, question: Question) -> Extraction:
        """Strict: the last marked place. Flexible: the last formula, else the last number."""
        strict = read_marked(reply, _formula_at)
        if strict is not None:
            strict = _joined_boxes(tail(reply)[-_FLEXIBLE_CHARS:], strict)
        return Extraction(strict, strict or _last_formula(tail(reply)[-_FLEXIBLE_CHARS:]))

    def vote_key(self, answer: str, question: Question) -> str:
        """The number rounded to the grid; else `≡` and the canonical shape."""
        return self._key(answer, asked_unit(question))[0]

    def equal(self, left: str, right: str, question: Question) -> bool:
        """Whether both mean the same; false when that could not be decided."""
        return self._compare(left, right, asked_unit(question)).status == "right"

    def grade(self, answer: str, problem: Problem) -> Grade:
        """Right when equal to the gold answer; undecided when time ran out."""
        if problem.gold is None:
            return NO_GOLD
        return self._compare(answer, problem.gold, asked_unit(problem.question))

    def _key(self, answer: str, asked: KnownUnit | None) -> tuple[str, str]:
        """The key, and why it is only a fallback when it is."""
        if answer.startswith(OPAQUE):
            return answer, ""
        quantity = read_quantity(answer, "marked")
        if quantity is not None:
            return quantity_key(quantity, asked, self._digits), ""
        if not _is_formula(answer):
            return opaque_key(answer), ""
        reply = _ask("key", self._timeout_s, answer)
        if reply.status == "ok" and isinstance(reply.value, str):
            plain = read_number(reply.value, "marked") is not None
            return (reply.value if plain else OPAQUE + reply.value), ""
        return opaque_key(answer), "" if reply.status == "failed" else reply.detail

    def _compare(self, left: str, right: str, asked: KnownUnit | None) -> Grade:
        if left == right:
            return RIGHT
        one, other = read_quantity(left, "marked"), read_quantity(right, "marked")
        if one is not None and other is not None:
            return verdict(same_quantity(one, other, asked, _LIMIT))
        (first, why), (second, why_not) = self._key(left, asked), self._key(right, asked)
        if first == second:
            return RIGHT
        if why or why_not:
            return undecided(why or why_not)
        if not (_is_formula(left) and _is_formula(right)):
            return verdict(False)
        reply = _ask("equal", self._timeout_s, *sorted((left, right)))
        if reply.status in ("timeout", "crashed"):
            return undecided(reply.detail)
        return verdict(reply.value is True)


def _is_formula(answer: str) -> bool:
    """Whether an answer is worth parsing: not empty, not a key, not too long, not too deep."""
    if not answer.strip() or answer.startswith(OPAQUE) or len(answer) > MAX_ANSWER_CHARS:
        return False
    depth = deepest = 0
    for character in answer:
        depth += (character in "([{") - (character in ")]}")
        deepest = max(deepest, depth)
    return deepest <= _MAX_DEPTH


def _formula_at(place: MarkedPlace) -> str | None:
    text = place.text[:_FLEXIBLE_CHARS].strip()
    found = [next(filter(None, match.groups())).strip() for match in _FORMULA.finditer(text)]
    if place.closed or not found:
        return text or None
    between = _FORMULA.sub("", text)
    return ", ".join(found) if _JOINTS.fullmatch(between) else found[0]


def _joined_boxes(reply: str, answer: str) -> str:
    """Boxes that only `or`, `and` or a comma parts from the last one, which holds the answer."""
    places = boxed(reply)
    if len(places) < 2 or places[-1].text != answer:
        return answer
    joined = [_named(reply, places[-1])]
    for earlier, later in zip(places[-2::-1], places[:0:-1], strict=True):
        between = reply[earlier.start + len(earlier.text) : _box_start(reply, later)]
        if not _BETWEEN_BOXES.fullmatch(between):
            break
        joined.insert(0, _named(reply, earlier))
    names = {name for name, _ in joined}
    return ", ".join(name + text if len(names) > 1 else text for name, text in joined)


def _box_start(reply: str, place: MarkedPlace) -> int:
    return reply.rindex("\\", 0, place.start)


def _named(reply: str, place: MarkedPlace) -> tuple[str, str]:
    """What a box is said to be the value of, with the equals sign, and what is in it."""
    found = _NAME_BEFORE.search(
        reply, max(0, _box_start(reply, place) - 20), _box_start(reply, place)
    )
    return (f"{found[1]} = " if found else ""), place.text


def _last_formula(reply: str) -> str | None:
    last: str | None = None
    for match in _FORMULA.finditer(reply):
        last = next(filter(None, match.groups())).strip()
    return last or last_numeral(reply)

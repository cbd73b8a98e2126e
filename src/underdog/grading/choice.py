"""Multiple-choice answers: a letter, or the text of the option.

An answer's key is its letter. Without a letter the answer is matched against the options' texts
(as normalised text, then as numbers and quantities, see `quantities`), so "bank" and "(A)" are the
same vote. A place that says `A or B` is no answer. Strict extraction
reads the letter or option text at the last marked place; flexible extraction takes the last letter
that is set apart like an option (`(B)`, `B)`, `B.`, `**B**`, a lone capital B), else the option
whose text occurs last in the reply.
"""

import re
from fractions import Fraction

from underdog.core import Extraction, Grade, Problem, Question, Quick
from underdog.grading import checkers
from underdog.grading.markers import HEDGED, read_reply, strip_emphasis, unboxed
from underdog.grading.numeric import same_quantity
from underdog.grading.quantities import read_quantity
from underdog.grading.text import normalise
from underdog.grading.verdicts import OPAQUE, graded, opaque_key

_NUM_LETTERS = 10
_EXACT = Fraction(0)
_FLEXIBLE_CHARS = 20_000
_ALONE_CHARS = 40
_ALONE = re.compile(
    r"""[\s(\[{"'*_`$]*(?:\\text(?:bf)?\s*\{)?\s*\(?([A-Z])[\s)\]}.:,;"'*_`$]*""",
    re.IGNORECASE | re.VERBOSE,
)
_LEADING = re.compile(
    r"""[\s(\[*_"'$]{0,20}(?:(?:option|choice|letter)\s+)?[(\[]?
        (?:([A-Z])[)\].:*]|([A-Z])(?=\s*(?:$|[,;-])|\s+(?:is|because|since)\b))""",
    re.VERBOSE,
)
_NAMED = re.compile(r"\b(?:option|choice|letter)\s+[(\[*]*([A-Za-z])(?!\w)", re.IGNORECASE)
_SET_APART = re.compile(r"[(\[*]([A-Z])[)\]*]|(?<![\w'])([A-Z])(?=[).:,;]|\s*$)", re.MULTILINE)
_LONE_CAPITAL = re.compile(r"(?<![\w'])([B-HJ-Z])(?![\w'])")
_EITHER = re.compile(r"\A\s*(?:either|both)\s+", re.IGNORECASE)
_JOINED = re.compile(r"\s*,?\s+(?:or|and)\s+", re.IGNORECASE)
_OPTION_LABEL = re.compile(r"\s*\(?[A-Z][).:]\s*")


def option_text(choice: str) -> str:
    """An option without a letter in front of it."""
    return _OPTION_LABEL.sub("", choice, count=1)


@checkers.register("choice")
class ChoiceChecker(Quick):
    """One option of several, by its letter or its text."""

    name = "choice"

    def extract(self, reply: str, question: Question) -> Extraction:
        """Strict: letter or option text at the last marked place. Flexible: see the module."""
        return read_reply(
            reply,
            lambda place: self._unhedged(place.text, question),
            lambda text: self._anywhere(text, question),
        )

    def vote_key(self, answer: str, question: Question) -> str:
        """The letter, in upper case."""
        if answer.startswith(OPAQUE):
            return answer
        return self._at(answer, question) or opaque_key(answer)

    def equal(self, left: str, right: str, question: Question) -> bool:
        """Whether both mean the same option."""
        return self.vote_key(left, question) == self.vote_key(right, question)

    def grade(self, answer: str, problem: Problem) -> Grade:
        """Right when equal to the gold answer."""
        return graded(answer, problem, self)

    def _unhedged(self, place: str, question: Question) -> str | None:
        """As `_at`; a place that joins two options by or, or and, is no answer."""
        sides = _JOINED.split(_EITHER.sub("", place[:_ALONE_CHARS].rstrip(".")))
        named = [self._at(side, question) for side in sides]
        return HEDGED if None not in named and len(set(named)) > 1 else self._at(place, question)

    def _at(self, place: str, question: Question) -> str | None:
        place = unboxed(place.strip()[:_FLEXIBLE_CHARS])
        alone = _ALONE.fullmatch(place) if len(place) <= _ALONE_CHARS else None
        if alone and (letter := _allowed(alone[1], question)):
            return letter
        if letter := _of_option(place, question):
            return letter
        for pattern in (_LEADING, _NAMED):
            match = pattern.match(place)
            if match and (letter := _allowed(next(filter(None, match.groups())), question)):
                return letter
        return None

    def _anywhere(self, reply: str, question: Question) -> str | None:
        reply = reply[-_FLEXIBLE_CHARS:]
        if letter := self._at(reply, question):
            return letter
        for pattern in (_NAMED, _SET_APART, _LONE_CAPITAL):
            if letter := _last(pattern, reply, question):
                return letter
        return _mentioned_last(reply, question)


def _allowed(letter: str, question: Question) -> str | None:
    upper = letter.upper()
    return upper if ord(upper) - ord("A") < (len(question.choices) or _NUM_LETTERS) else None


def _letter(index: int) -> str:
    return chr(ord("A") + index)


def _of_option(answer: str, question: Question) -> str | None:
    options = [option_text(choice) for choice in question.choices]
    wanted = normalise(strip_emphasis(answer))
    same = [i for i, option in enumerate(options) if normalise(option) == wanted]
    if not same and (stated := read_quantity(answer)) is not None:
        read = [read_quantity(option) for option in options]
        same = [i for i, one in enumerate(read) if one and same_quantity(one, stated, None, _EXACT)]
    return _letter(same[0]) if len(same) == 1 else None


def _last(pattern: re.Pattern[str], reply: str, question: Question) -> str | None:
    found: str | None = None
    for match in pattern.finditer(reply):
        found = _allowed(next(filter(None, match.groups())), question) or found
    return found


def _mentioned_last(reply: str, question: Question) -> str | None:
    text = f" {normalise(reply)} "
    ends = [
        (text.rfind(f" {normalise(option_text(choice))} "), len(choice), _letter(index))
        for index, choice in enumerate(question.choices)
    ]
    position, _, letter = max(ends, default=(-1, 0, ""))
    return letter if position >= 0 else None

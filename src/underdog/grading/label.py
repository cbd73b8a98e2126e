"""Answers from a fixed set of words: yes/no, yes/no/maybe, sentiment, intent names.

Strict extraction reads the first label at the last marked place. Flexible extraction takes the
label that the reply opens with, else the last label anywhere in it. A label that is denied (`not
positive`) is not stated, and a place that says `yes or no` is no answer. With the labels yes and
no, `true` and `false` count as them.
"""

import re
from collections.abc import Iterator
from itertools import islice

from underdog.core import Extraction, Grade, Problem, Question, Quick
from underdog.grading import checkers
from underdog.grading.markers import HEDGED, MarkedPlace, read_reply, strip_emphasis, tail
from underdog.grading.verdicts import OPAQUE, graded, opaque_key

_OR = re.compile(r"[\s\"'*_]*(?:,?\s*(?:or|and)\s|/)[\s\"'*_]*(?:an?\s)?", re.IGNORECASE)
_DENIAL = re.compile(
    r"(?:\b(?:not|never|neither|nor|non|no|cannot)|n't)[\s\"'*-]+(?:(?:an?|the|be|really|very)\s+)?\Z",
    re.IGNORECASE,
)
_DENIAL_CHARS = 30
_SYNONYMS = {"true": "yes", "false": "no"}


@checkers.register("label")
class LabelChecker(Quick):
    """One of a fixed set of words.

    Args:
        labels: The words, parted by `|`; case does not matter.
    """

    name = "label"

    def __init__(self, labels: str = "yes|no") -> None:
        words = [word.strip().casefold() for word in labels.split("|")]
        if len(words) < 2 or not all(words):
            raise ValueError(f"labels must be two or more words parted by '|', not {labels!r}")
        self._meaning = {word: word for word in words}
        if {"yes", "no"} <= set(words):
            self._meaning = _SYNONYMS | self._meaning
        longest_first = sorted(self._meaning, key=len, reverse=True)
        self._spaced = {_spaces(word): meaning for word, meaning in self._meaning.items()}
        options = "|".join(
            re.sub(r"(?:\\ |_)+", r"[\\s_]+", re.escape(word)) for word in longest_first
        )
        self._pattern = re.compile(rf"(?<!\w)(?:{options})(?!\w)", re.IGNORECASE)

    def extract(self, reply: str, question: Question) -> Extraction:
        """Strict: the first label at the last marked place. Flexible: opening, else last label."""
        return read_reply(reply, self._first, self._opening_or_last)

    def vote_key(self, answer: str, question: Question) -> str:
        """The label that the answer consists of, or is the only one in it."""
        if answer.startswith(OPAQUE):
            return answer
        whole = _spaces(strip_emphasis(answer).rstrip(".!"))
        if whole in self._spaced:
            return self._spaced[whole]
        found = {self._canonical(match[0]) for match in self._stated(tail(answer))}
        return found.pop() if len(found) == 1 else opaque_key(answer)

    def equal(self, left: str, right: str, question: Question) -> bool:
        """Whether the keys are the same."""
        return self.vote_key(left, question) == self.vote_key(right, question)

    def grade(self, answer: str, problem: Problem) -> Grade:
        """Right when equal to the gold answer."""
        return graded(answer, problem, self)

    def _canonical(self, word: str) -> str:
        return self._spaced.get(_spaces(word), word)

    def _first(self, place: MarkedPlace) -> str | None:
        found = list(islice(self._stated(place.text), 2))
        meant = [self._canonical(match[0]) for match in found]
        between = place.text[found[0].end() : found[1].start()] if len(found) > 1 else ""
        if len(set(meant)) > 1 and _OR.fullmatch(between):
            return HEDGED
        return meant[0] if meant else None

    def _stated(self, text: str) -> Iterator[re.Match[str]]:
        """Labels in a text, without those that it denies (`not positive`)."""
        for match in self._pattern.finditer(text):
            if not _DENIAL.search(text, max(0, match.start() - _DENIAL_CHARS), match.start()):
                yield match

    def _opening_or_last(self, reply: str) -> str | None:
        opening = strip_emphasis(reply)
        if match := self._pattern.match(opening):
            return self._canonical(match[0])
        last: str | None = None
        for match in self._stated(reply):
            last = match[0]
        return None if last is None else self._canonical(last)


def _spaces(word: str) -> str:
    return " ".join(word.casefold().replace("_", " ").split())

"""Answers that must be written exactly so: letters, words, digit strings where zeros count.

White space at the ends and its amount inside do not matter, nor whether an accent is a character of
its own; case does, unless told otherwise.
Strict extraction takes what stands at the last marked place, flexible the last line with text.
"""

import unicodedata

from underdog.core import Extraction, Grade, Problem, Question, Quick
from underdog.grading import checkers
from underdog.grading.markers import read_marked, strip_emphasis, tail, whole_place
from underdog.grading.verdicts import graded


def last_line(reply: str) -> str | None:
    """The last line of a reply that has text on it, without emphasis marks."""
    for line in reversed(tail(reply).splitlines()):
        if stripped := strip_emphasis(line):
            return stripped
    return None


@checkers.register("exact")
class ExactChecker(Quick):
    """The same characters, white space aside.

    Args:
        ignore_case: Whether `Yes` and `yes` are the same answer.
    """

    name = "exact"

    def __init__(self, ignore_case: bool = False) -> None:
        self._ignore_case = ignore_case

    def extract(self, reply: str, question: Question) -> Extraction:
        """Strict: the last marked place. Flexible: the last line with text."""
        strict = read_marked(reply, whole_place)
        return Extraction(strict, strict or last_line(reply))

    def vote_key(self, answer: str, question: Question) -> str:
        """The answer with its white space collapsed."""
        collapsed = " ".join(unicodedata.normalize("NFC", answer).split())
        return collapsed.casefold() if self._ignore_case else collapsed

    def equal(self, left: str, right: str, question: Question) -> bool:
        """Whether the keys are the same."""
        return self.vote_key(left, question) == self.vote_key(right, question)

    def grade(self, answer: str, problem: Problem) -> Grade:
        """Right when equal to the gold answer."""
        return graded(answer, problem, self)

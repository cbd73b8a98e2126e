"""Short free-text answers, compared as SQuAD does (arXiv 1606.05250): exact match and token F1.

Normalising composes accents (NFC), lowers case, drops ASCII punctuation and the articles a, an,
the, and collapses white space. A grade is right on exact match; its score is the F1 of the tokens.
Departures: an answer that normalising would empty (the band "The The") keeps its lowered text, and
F1 of a yes/no/maybe answer is all or nothing, as HotpotQA scores it (arXiv 1809.09600).
"""

import re
import string
import unicodedata
from collections import Counter

from underdog.core import Extraction, Grade, Problem, Question
from underdog.grading import checkers
from underdog.grading.exact import last_line
from underdog.grading.markers import read_marked, whole_place
from underdog.grading.verdicts import NO_GOLD

_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_VERDICT_WORDS = frozenset({"yes", "no", "maybe", "noanswer"})


def normalise(text: str) -> str:
    """SQuAD's normal form of an answer.

    Example:
        >>> normalise("The Eiffel  Tower!")
        'eiffel tower'
    """
    lowered = " ".join(unicodedata.normalize("NFC", text).lower().split())
    bare = _ARTICLES.sub(" ", lowered.translate(_PUNCTUATION))
    return " ".join(bare.split()) or lowered


def token_f1(left: str, right: str) -> float:
    """Harmonic mean of token precision and recall after normalising, in [0, 1]."""
    first, second = normalise(left), normalise(right)
    if first == second:
        return 1.0
    if _VERDICT_WORDS & {first, second}:
        return 0.0
    ours, theirs = first.split(), second.split()
    shared = (Counter(ours) & Counter(theirs)).total()
    return 2 * shared / (len(ours) + len(theirs)) if shared else 0.0


@checkers.register("text")
class TextChecker:
    """Short free text: SQuAD's exact match, with token F1 as the score."""

    name = "text"

    def extract(self, reply: str, question: Question) -> Extraction:
        """Strict: the last marked place. Flexible: the last line with text."""
        strict = read_marked(reply, whole_place)
        return Extraction(strict, strict or last_line(reply))

    def vote_key(self, answer: str, question: Question) -> str:
        """The normalised text."""
        return normalise(answer)

    def equal(self, left: str, right: str, question: Question) -> bool:
        """Whether the normalised texts are the same."""
        return normalise(left) == normalise(right)

    def grade(self, answer: str, problem: Problem) -> Grade:
        """Right on exact match; the score is the F1."""
        if problem.gold is None:
            return NO_GOLD
        right = self.equal(answer, problem.gold, problem.question)
        return Grade("right" if right else "wrong", token_f1(answer, problem.gold))

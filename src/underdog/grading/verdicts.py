"""Grades, and the opaque keys of answers that a checker cannot read any further.

Not a checker. An opaque key starts with `≡` and stands for itself: a checker that is handed one
returns it unchanged, which makes every key idempotent.
"""

from underdog.core import Checker, Grade, Problem

OPAQUE = "≡"

RIGHT = Grade("right", 1.0)
WRONG = Grade("wrong", 0.0)
NO_GOLD = Grade("undecided", 0.0, "the problem has no gold answer")


def opaque_key(text: str) -> str:
    """Key of an answer that is compared as a string: white space collapsed, case folded."""
    if text.startswith(OPAQUE):
        return text
    return OPAQUE + " ".join(text.split()).casefold()


def verdict(right: bool) -> Grade:
    """Right or wrong, without partial credit."""
    return RIGHT if right else WRONG


def graded(answer: str, problem: Problem, checker: Checker) -> Grade:
    """Right when the checker takes an answer and the gold answer for equal."""
    if problem.gold is None:
        return NO_GOLD
    return verdict(checker.equal(answer, problem.gold, problem.question))


def undecided(detail: str) -> Grade:
    """Grading itself failed, for the reason given."""
    return Grade("undecided", 0.0, detail)

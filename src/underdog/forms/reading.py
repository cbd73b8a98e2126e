"""Reading an answer from a reply in words."""

from underdog.core import Checker, Question, Reading


def read_text(reply: str, question: Question, checker: Checker) -> Reading:
    """The answer by the checker's strict rule, else by its flexible rule, else no answer."""
    found = checker.extract(reply, question)
    if found.strict is not None:
        return Reading(found.strict, "ok", strict=True)
    if found.flexible is not None:
        return Reading(found.flexible, "ok", strict=False)
    return Reading(None, "no_answer", strict=False, detail="no answer in the reply")

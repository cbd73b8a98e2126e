"""Reading an answer from a reply in words."""

from underdog.core import Checker, Question, Reading

_NEXT = ("\nQuestion:", "\nProblem:")
"""Where a reply that ran on begins a problem of its own."""


def read_text(reply: str, question: Question, checker: Checker) -> Reading:
    """The answer by the checker's strict rule, else by its flexible rule, else no answer.

    A further problem that the reply goes on with is left out, unless the answer stands after it.
    """
    place = min((at for word in _NEXT if (at := reply.find(word)) >= 0), default=None)
    if place is not None:
        first = checker.extract(reply[:place], question).strict
        if first is not None:
            return Reading(first, "ok", strict=True)
    found = checker.extract(reply, question)
    if found.strict is not None:
        return Reading(found.strict, "ok", strict=True)
    if found.flexible is not None:
        return Reading(found.flexible, "ok", strict=False)
    return Reading(None, "no_answer", strict=False, detail="no answer in the reply")

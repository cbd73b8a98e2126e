"""Is this answer right, are these two equal: one grader for data, votes, rewards and evaluation.

A checker is named by a spec, `numeric` or `numeric:tolerance=0.001`. All of them keep the same
promises for every string a model may write: they never raise and never hang; `vote_key` is
idempotent; `equal` is reflexive and symmetric, and holds whenever the keys are the same.
"""

from underdog.core import Checker, Sandbox
from underdog.registry import Registry

checkers: Registry[Checker] = Registry("checker", "underdog.grading")


def open_checker(spec: str, sandbox: Sandbox | None = None) -> Checker:
    """Build a checker from its spec.

    Args:
        spec: Name and parameters, such as `numeric:tolerance=0.001`.
        sandbox: Where the checkers that run programs run them; the others do not need it.

    Raises:
        UnknownNameError: No such checker or parameter.
        ConfigError: A parameter has a value that the checker refuses.

    Example:
        >>> from underdog.core import Question
        >>> question = Question(id="1", task="demo", text="How much is half of three?")
        >>> open_checker("numeric").equal("3/2", "1.50", question)
        True
    """
    return checkers.create(spec, sandbox=sandbox)


__all__ = ["checkers", "open_checker"]

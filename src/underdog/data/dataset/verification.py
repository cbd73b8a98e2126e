"""Whether solutions say what the gold answer says: read as a model's would be, then graded.

Nothing is believed because code wrote it: each reply is read back by its form, executed where the
form calls for it, and graded. Programs of many replies go to the sandbox together: the forms are
first asked with a sandbox that only notes what it is asked to run, then again with the results.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from underdog.core import (
    BatchSandbox,
    Checker,
    Form,
    Limits,
    Problem,
    Reading,
    Sandbox,
    SandboxResult,
)

_NOTED = SandboxResult("unsupported", error="noted, not run")


@dataclass(frozen=True, slots=True)
class Claim:
    """A reply that is said to solve a problem.

    Attributes:
        problem: The problem, gold included.
        form: How the reply is written.
        checker: The grader of the problem's task.
        reply: The whole reply.
    """

    problem: Problem
    form: Form
    checker: Checker
    reply: str


def verify(claims: Sequence[Claim], sandbox: BatchSandbox) -> list[str]:
    """Why each claim is refused, in a few words; empty for those that hold.

    Args:
        claims: What to check.
        sandbox: Where programs run.
    """
    readings: list[Reading] = []
    noted: list[_Notes] = []
    for claim in claims:
        notes = _Notes()
        readings.append(_read(claim, notes))
        noted.append(notes)
    asking = [place for place, notes in enumerate(noted) if notes.programs]
    results = sandbox.run_many([noted[place].programs[0] for place in asking], Limits())
    for place, result in zip(asking, results, strict=True):
        known = _Known(noted[place].programs[0], result, sandbox)
        readings[place] = _read(claims[place], known)
    return [_why(claim, reading) for claim, reading in zip(claims, readings, strict=True)]


def _read(claim: Claim, sandbox: Sandbox) -> Reading:
    return claim.form.read(claim.reply, claim.problem.question, claim.checker, sandbox)


def _why(claim: Claim, reading: Reading) -> str:
    if reading.answer is None:
        return reading.status.replace("_", " ")
    if not reading.strict:
        return "answer not where the form asks for it"
    grade = claim.checker.grade(reading.answer, claim.problem)
    return "" if grade.status == "right" else f"graded {grade.status}"


@dataclass(slots=True)
class _Notes:
    """A sandbox that runs nothing and notes what it was asked to run."""

    name: str = "notes"
    programs: list[str] = field(default_factory=list[str])

    def run(self, program: str, limits: Limits = Limits()) -> SandboxResult:
        self.programs.append(program)
        return _NOTED

    def close(self) -> None:
        """Nothing to end."""


@dataclass(frozen=True, slots=True)
class _Known:
    """A sandbox that already knows the result of one program."""

    program: str
    result: SandboxResult
    inner: Sandbox
    name: str = "known"

    def run(self, program: str, limits: Limits = Limits()) -> SandboxResult:
        return self.result if program == self.program else self.inner.run(program, limits)

    def close(self) -> None:
        """The owner of the inner sandbox closes it."""

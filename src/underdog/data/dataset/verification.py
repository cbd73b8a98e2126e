"""Grading solutions of training items against the gold answer.

Solutions written by code are graded like a model's: each is read back by its form, executed when
the form is a program, and graded. The sandbox runs the programs of many replies in one batch: each
form first reads its reply with a sandbox that only notes the program, then again with the result.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from underdog.core import (
    BatchSandbox,
    Checker,
    Example,
    Form,
    Limits,
    Problem,
    Reading,
    Sandbox,
    SandboxResult,
)
from underdog.data.dataset.examples import question_of
from underdog.data.dataset.per_process import open_checker, open_form

_NOTED = SandboxResult("unsupported", error="noted, not run")


@dataclass(frozen=True, slots=True)
class Claim:
    """A reply that is said to solve a problem.

    Attributes:
        problem: The problem, gold included.
        form: Form of the reply.
        checker: Checker of the problem's task.
        reply: The whole reply, its opening included.
    """

    problem: Problem
    form: Form
    checker: Checker
    reply: str


def claim_of(example: Example) -> Claim | None:
    """The claim that an item's completion solves its problem; `None` without a checker."""
    answer, form, checker = (example.tags.get(name) for name in ("answer", "form", "checker"))
    if answer is None or form is None or checker is None:
        return None
    problem = Problem(question_of(example), str(answer))
    return Claim(problem, open_form(str(form)), open_checker(str(checker)), example.completion)


def verify(claims: Sequence[Claim], sandbox: BatchSandbox) -> list[str]:
    """Reason against each claim, in a few words; an empty text for a claim that holds.

    Args:
        claims: Replies with their problems.
        sandbox: Sandbox for the replies' programs.
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
    """A sandbox that runs nothing and keeps the programs given to it."""

    name: str = "notes"
    programs: list[str] = field(default_factory=list[str])

    def run(self, program: str, limits: Limits = Limits()) -> SandboxResult:
        self.programs.append(program)
        return _NOTED

    def close(self) -> None:
        """Do nothing; there are no processes."""


@dataclass(frozen=True, slots=True)
class _Known:
    """A sandbox with the stored result of one program; other programs go to the inner sandbox."""

    program: str
    result: SandboxResult
    inner: Sandbox
    name: str = "known"

    def run(self, program: str, limits: Limits = Limits()) -> SandboxResult:
        return self.result if program == self.program else self.inner.run(program, limits)

    def close(self) -> None:
        """Do nothing; the owner of the inner sandbox closes it."""

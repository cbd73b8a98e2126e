"""Reading one reply as a solution: its answer, or the reason why it cannot be used.

Stricter than evaluation: a reply for training must end by itself, answer once, in the place that
the form asks for, and contain nothing after the answer.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace

from underdog.core import Form, Problem, Question, SamplingParams, Shot
from underdog.data.sources.replies.model_programs import calculates, literals, program_way
from underdog.data.sources.replies.question_numbers import question_numbers
from underdog.data.sources.replies.stated_equations import false_equation, way
from underdog.data.sources.replies.training_item import training_item
from underdog.data.sources.replies.wording import is_refusal
from underdog.data.sources.source import MAIN, Ask, Desk, Record, Reply
from underdog.forms.cot import ChainOfThought
from underdog.forms.layout import lay_out
from underdog.forms.program import program_in
from underdog.grading.numerals import read_number

_SMALL = 12
"""Largest number that a program may contain and answer by chance: counts, halves, dozens."""


@dataclass(frozen=True, slots=True)
class ReadReply:
    """A reply read as a solution.

    Attributes:
        reply: The reply as sampled.
        text: The text to train on: open code fences closed, cut after the answer.
        answer: The answer; `None` when there is none.
        reason: Reason why the reply cannot be used, in a few fixed words; empty when it can.
        detail: More about the reason.
        way: Key of the calculation; solutions that calculate the same share it.
        flaw: Fault in the reasoning, whether or not the answer is right; empty when none is found.
    """

    reply: Reply
    text: str
    answer: str | None = None
    reason: str = ""
    detail: str = ""
    way: str = ""
    flaw: str = ""

    def rejected(self, reason: str, detail: str = "") -> "ReadReply":
        """The same reply with a reason for rejection, unless it already has one."""
        return self if self.reason else replace(self, reason=reason, detail=detail)


def sampling(form: Form, temperature: float, max_tokens: int = 0) -> SamplingParams:
    """Sampling parameters for replies in a form; `max_tokens=0` takes the form's limit."""
    return SamplingParams(
        temperature=temperature,
        top_p=0.95,
        max_tokens=max_tokens or form.max_tokens,
        stop=form.stop,
    )


def solve_each(
    form: Form,
    questions: Sequence[Question],
    k: int,
    temperature: float,
    *,
    shots: Sequence[Shot] | None = None,
    engine: str = MAIN,
) -> Generator[Sequence[Ask], Sequence[Sequence[Reply]], dict[str, Sequence[Reply]]]:
    """Ask for k solutions of each question; returns replies by question id. Skips an empty ask."""
    if not questions or not k:
        return {}
    params = sampling(form, temperature)
    rows = yield [Ask(form.prompt(one, shots), params, k, engine) for one in questions]
    return {one.id: replies for one, replies in zip(questions, rows, strict=True)}


def failure(reply: Reply) -> tuple[str, str] | None:
    """Fault that makes a reply unreadable in any form: reason and detail; `None` without one."""
    if reply.finish in ("error", "cancelled"):
        return "engine error", reply.error or reply.finish
    if is_refusal(reply.said):
        return "refusal", reply.said.strip()[:80]
    return None


def read_attempt(
    form: Form, question: Question, reply: Reply, desk: Desk, strict: bool = True
) -> ReadReply:
    """Read a reply, and run its program when the form is a program.

    Args:
        form: Form of the reply.
        question: The question.
        reply: The reply.
        desk: Holds the checker and the sandbox.
        strict: Whether the answer must be in the place that the form asks for.
    """
    text, complete = _whole(form, question, reply, desk)
    attempt = ReadReply(reply, text)
    if (wrong := failure(reply)) is not None:
        return attempt.rejected(*wrong)
    if reply.finish == "length" and not complete:
        return attempt.rejected("truncated")
    reading = form.read(text, question, desk.checker, desk.sandbox)
    if reading.answer is None:
        return attempt.rejected(reading.status.replace("_", " "), reading.detail)
    attempt = replace(attempt, answer=reading.answer, **_reasoning(text))
    if not attempt.flaw and _states_answer(text, reading.answer, question):
        attempt = replace(attempt, flaw=f"its own answer {reading.answer} stands in the program")
    if strict and not reading.strict:
        return attempt.rejected("loose format", "the answer is not where the form asks for it")
    return attempt


def graded(
    form: Form, problem: Problem, reply: Reply, desk: Desk, strict: bool = True
) -> ReadReply:
    """A reply to a problem as `read_attempt` reads it, rejected unless it has the gold answer.

    The arguments are those of `read_attempt`.
    """
    attempt = read_attempt(form, problem.question, reply, desk, strict)
    if attempt.answer is None:
        return attempt
    grade = desk.checker.grade(attempt.answer, problem)
    if grade.status == "right":
        return attempt
    reason = "wrong answer" if grade.status == "wrong" else "not gradable"
    return attempt.rejected(reason, f"{attempt.answer[:60]}, not {problem.gold}; {grade.detail}")


def recorded(attempt: ReadReply, form: Form, question: Question, scope: str) -> Record:
    """The record of an attempt as a training item for `question`.

    Args:
        attempt: The reply as read.
        form: Form of the reply.
        question: Question for the student; the teacher's may differ.
        scope: Name of a group of attempts, in which equal ways are duplicates.
    """
    record = Record(
        reason=attempt.reason,
        detail=attempt.detail,
        question=question.text,
        reply=attempt.text,
        teacher=attempt.reply.engine,
        usage=attempt.reply.usage,
        key=f"{scope}|{attempt.way}",
        tags={"answer": attempt.answer, "flaw": attempt.flaw},
    )
    if attempt.reason:
        return record
    tags = {"answer": attempt.answer}
    return replace(record, example=training_item(form, question, attempt.text, tags))


def _reasoning(text: str) -> dict[str, str]:
    """The fields `way` and `flaw` of a solution, as far as code can tell."""
    code = program_in(text)
    if code is not None:
        return {"way": program_way(code), "flaw": "" if calculates(code) else "no calculation"}
    false = false_equation(text)
    return {"way": way(text), "flaw": f"false equation {false}" if false else ""}


def _states_answer(text: str, answer: str, question: Question) -> bool:
    """Whether a program contains its answer as a number that the question does not state."""
    code = program_in(text)
    value = read_number(answer) if code is not None else None
    if code is None or value is None or value <= _SMALL:
        return False
    stated = {number.value for number in question_numbers(lay_out(question))}
    return value not in stated and any(one.value == value for one in literals(code))


def _whole(form: Form, question: Question, reply: Reply, desk: Desk) -> tuple[str, bool]:
    """The text to train on, and whether it is known to be complete."""
    text = reply.text.rstrip()
    if text.count("```") % 2:
        return f"{text}\n```", False
    if isinstance(form, ChainOfThought):
        lines = text.splitlines()
        for place in range(len(lines)):
            start = "\n".join(lines[: place + 1])
            if desk.checker.extract(start, question).strict is not None:
                return start, place + 1 < len(lines)
    return text, False

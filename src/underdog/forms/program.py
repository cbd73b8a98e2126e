"""A Python function whose result is the answer (PAL, arXiv 2211.10435).

The model sets up the computation and the sandbox does the arithmetic. The reply is opened with the
code fence and the function's first line: left to itself, a small chat model answers in prose. The
worked examples are ours.
"""

from collections.abc import Sequence

from underdog.core import (
    Checker,
    Item,
    Limits,
    Prompt,
    Question,
    Reading,
    Sandbox,
    SandboxResult,
    Shot,
)
from underdog.forms import forms
from underdog.forms.fences import programs
from underdog.forms.layout import converse
from underdog.grading.markers import tail

_INSTRUCTION = (
    "Write a Python function solution() that computes and returns the answer to the problem. "
    "Use one line per step with clear variable names. Reply with the code only."
)
_OPENING = "```python\ndef solution():\n"

SHOTS = (
    Shot(
        "A bakery makes 12 trays of rolls with 8 rolls on each tray. It sells 70 rolls in the "
        "morning and half of the rest in the afternoon. How many rolls are left?",
        "```python\ndef solution():\n"
        "    rolls_made = 12 * 8\n"
        "    after_morning = rolls_made - 70\n"
        "    sold_in_afternoon = after_morning / 2\n"
        "    rolls_left = after_morning - sold_in_afternoon\n"
        "    return rolls_left\n```",
    ),
    Shot(
        "Nadia earns $15 an hour and works 6 hours a day. She works 5 days and then spends a "
        "third of her pay on rent. How much money does she keep?",
        "```python\ndef solution():\n"
        "    hours = 6 * 5\n"
        "    pay = hours * 15\n"
        "    rent = pay / 3\n"
        "    kept = pay - rent\n"
        "    return kept\n```",
    ),
    Shot(
        "Tom is 4 years older than twice Lena's age. Lena is 9. How old will Tom be in 3 years?",
        "```python\ndef solution():\n"
        "    lena_age = 9\n"
        "    tom_age = 2 * lena_age + 4\n"
        "    tom_age_in_3_years = tom_age + 3\n"
        "    return tom_age_in_3_years\n```",
    ),
    Shot(
        "A jacket costs $80. It is sold at 25% off, and a coupon takes another $6 off. Two friends "
        "share the price equally. How much does each of them pay?",
        "```python\ndef solution():\n"
        "    price = 80\n"
        "    after_discount = price * (1 - 25 / 100)\n"
        "    after_coupon = after_discount - 6\n"
        "    each_pays = after_coupon / 2\n"
        "    return each_pays\n```",
    ),
)


@forms.register("program")
class Program:
    """A Python function that computes the answer, run in the sandbox."""

    name = "program"
    stop = ("```", "\n\n\n", "\nprint(")
    max_tokens = 256

    def prompt(self, question: Question, shots: Sequence[Shot] | None = None) -> Prompt:
        """Ask for the function; the code fence and its first line begin the reply."""
        return converse(_INSTRUCTION, question, SHOTS if shots is None else shots, prefix=_OPENING)

    def read(self, reply: str, question: Question, checker: Checker, sandbox: Sandbox) -> Reading:
        """Run the function and read what it returned."""
        code = program_in(reply)
        if code is None:
            return Reading(None, "no_answer", strict=False, detail="no function in the reply")
        return read_result(sandbox.run(f"{code}\nprint(solution())\n", Limits()))

    def render(self, item: Item) -> str | None:
        """One assignment per step; the last one is returned."""
        if not item.steps:
            return None
        lines = [f"    {step.name} = {step.formula}" for step in item.steps]
        return "\n".join(
            [f"{_OPENING}{lines[0]}", *lines[1:], f"    return {item.steps[-1].name}", "```"]
        )


def program_in(reply: str) -> str | None:
    r"""The code of the first fenced block that defines `solution`, or of the bare reply.

    Blocks marked as Python come before others; thoughts are left out.

    Example:
        >>> program_in("```python\ndef solution():\n    return 1")
        'def solution():\n    return 1'
    """
    blocks = [block for block in programs(reply) if "def solution" in block]
    if not blocks and "def solution" in tail(reply) and "```" not in reply:
        blocks = [tail(reply)]
    return blocks[0].rstrip() if blocks else None


def read_result(result: SandboxResult) -> Reading:
    """The answer: the last line that a program printed, unless it is `None`."""
    if result.status == "error":
        return Reading(None, "execution_error", detail=result.error)
    if result.status != "ok":
        return Reading(None, result.status, detail=result.error)
    printed = result.stdout.strip().rpartition("\n")[2].strip()
    if printed in ("", "None"):
        return Reading(None, "execution_error", detail="the function returned nothing")
    return Reading(printed, "ok")

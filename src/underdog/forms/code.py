"""A whole program as the answer, graded by tests (HumanEval, arXiv 2107.03374; MBPP, 2108.07732).

The reply is opened with a code fence, and with the function's own signature where the question
gives one. Reading a reply runs no code: the tests are private and belong to the grader.
"""

import re
from collections.abc import Sequence

from underdog.core import Checker, Item, Message, Prompt, Question, Reading, Sandbox, Shot
from underdog.forms import forms
from underdog.forms.fences import programs
from underdog.forms.layout import lay_out

_INSTRUCTION = "Write the Python function that is asked for. Reply with the code only."
_FENCE = "```python\n"
_DEFINES = re.compile(r"^(?:def|async def|class)\b", re.MULTILINE)


@forms.register("code")
class Code:
    """Python source that must pass the task's tests."""

    name = "code"
    stop = ("```", "\nif __name__", "\n# Test", "\nprint(", "\nassert ")
    max_tokens = 384

    def prompt(self, question: Question, shots: Sequence[Shot] | None = None) -> Prompt:
        """Ask for the function; open the fence, and the given signature where there is one."""
        messages = [Message("system", _INSTRUCTION)]
        for shot in shots or ():
            messages += [Message("user", shot.question), Message("assistant", shot.reply)]
        messages.append(Message("user", lay_out(question)))
        return Prompt(tuple(messages), _FENCE + _signature(question))

    def read(self, reply: str, question: Question, checker: Checker, sandbox: Sandbox) -> Reading:
        """The program: the first fenced block that defines what is asked for, else the first.

        What follows it for show (calls, tests, `if __name__`) is cut off.
        """
        blocks = programs(reply)
        wanted = question.fields.get("entry_point", "")
        named = [block for block in blocks if wanted and f"def {wanted}" in block]
        defining = [block for block in blocks if _DEFINES.search(block)]
        code = next(iter(named or defining or blocks), "").rstrip()
        if not code.strip():
            return Reading(None, "no_answer", strict=False, detail="no code in the reply")
        return Reading(_without_show(code), "ok")

    def render(self, item: Item) -> str | None:
        """None: the answer of a generated item is a value, not a program."""
        return None


def _without_show(code: str) -> str:
    """A program up to the first stop string after its first definition."""
    begin = _DEFINES.search(code)
    places = [code.find(stop, begin.end()) for stop in Code.stop] if begin else []
    return code[: min((at for at in places if at >= 0), default=len(code))].rstrip()


def _signature(question: Question) -> str:
    """The question's text if it is the head of a function, for the model to continue, else ""."""
    text = question.text
    return text.rstrip() + "\n" if f"def {question.fields.get('entry_point', ' ')}(" in text else ""

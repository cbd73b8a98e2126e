"""A whole program as the answer, graded by tests (HumanEval, arXiv 2107.03374; MBPP, 2108.07732).

The reply is opened with a code fence, and with the function's own signature where the question
gives one. Reading a reply runs no code: the tests are private and belong to the grader.
"""

from collections.abc import Sequence

from underdog.core import Checker, Item, Message, Prompt, Question, Reading, Sandbox, Shot
from underdog.forms import forms
from underdog.forms.layout import lay_out

_INSTRUCTION = "Write the Python function that is asked for. Reply with the code only."
_FENCE = "```python\n"


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
        """The code inside the fence; its first block when there are several."""
        code = reply.partition(_FENCE)[2].partition("```")[0].rstrip()
        if not code.strip():
            return Reading(None, "no_answer", strict=False, detail="no code in the reply")
        return Reading(code, "ok")

    def render(self, item: Item) -> str | None:
        """None: the answer of a generated item is a value, not a program."""
        return None


def _signature(question: Question) -> str:
    """The question's text if it is the head of a function, for the model to continue, else ""."""
    text = question.text
    return text.rstrip() + "\n" if f"def {question.fields.get('entry_point', ' ')}(" in text else ""

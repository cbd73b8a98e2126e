"""The question as it stands and nothing else: the form of a model that was trained on its task.

No instruction, no worked examples and no opening of ours: a trained model needs none, and every
token of a prompt is paid for at each question. An untrained model is told what to do by the task's
own instruction and worked examples.
"""

from collections.abc import Sequence
from dataclasses import replace

from underdog.core import Checker, Item, Prompt, Question, Quick, Reading, Sandbox, Shot
from underdog.errors import UnknownNameError
from underdog.forms import forms
from underdog.forms.layout import converse
from underdog.forms.reading import read_text


@forms.register("direct")
class Direct(Quick):
    """The question alone; the reply, with or without reasoning, holds the answer.

    Args:
        field: Public field to ask in place of the question's text, where the task puts an
            instruction around it that the model does not need; empty asks the text.
    """

    name = "direct"
    stop = ("\nQuestion:", "\nProblem:", "\n\n\n")
    max_tokens = 400

    def __init__(self, field: str = "") -> None:
        self._field = field

    def prompt(self, question: Question, shots: Sequence[Shot] | None = None) -> Prompt:
        """Ask the question; no worked examples unless given.

        Raises:
            UnknownNameError: The question has no such public field.
        """
        if not self._field:
            return converse("", question, shots or ())
        if self._field not in question.fields:
            raise UnknownNameError("public field", self._field, question.fields)
        bare = replace(question, text=question.fields[self._field])
        return converse("", bare, shots or ())

    def read(self, reply: str, question: Question, checker: Checker, sandbox: Sandbox) -> Reading:
        """Read a final sentence; else what the checker's lenient rule finds."""
        return read_text(reply, question, checker)

    def render(self, item: Item) -> str | None:
        """The gold answer and nothing else."""
        return item.problem.gold

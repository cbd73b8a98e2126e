"""The answer alone, without reasoning: the cheapest form, and a baseline for the others."""

from collections.abc import Sequence

from underdog.core import Checker, Item, Prompt, Question, Quick, Reading, Sandbox, Shot
from underdog.forms import forms
from underdog.forms.cot import CHOICE_SHOTS, MATH_SHOTS
from underdog.forms.layout import converse
from underdog.forms.reading import read_text
from underdog.grading.markers import tail

_INSTRUCTION = 'Answer with the sentence "The answer is X." and nothing else.'
_OPENING = "The answer is"


def _last_line(shot: Shot) -> Shot:
    return Shot(shot.question, shot.reply.rpartition("\n")[2])


@forms.register("answer")
class AnswerOnly(Quick):
    """The final answer, nothing else."""

    name = "answer"
    stop = ("\n",)
    max_tokens = 32

    def prompt(self, question: Question, shots: Sequence[Shot] | None = None) -> Prompt:
        """Ask for the final sentence alone; its first words begin the reply."""
        if shots is None:
            own = CHOICE_SHOTS if question.choices else MATH_SHOTS
            shots = tuple(_last_line(shot) for shot in own)
        return converse(_INSTRUCTION, question, shots, prefix=_OPENING)

    def read(self, reply: str, question: Question, checker: Checker, sandbox: Sandbox) -> Reading:
        """Read the sentence on the first line; else what the whole reply says."""
        first = tail(reply).strip().partition("\n")[0]
        found = read_text(first, question, checker)
        return found if found.strict and found.answer else read_text(reply, question, checker)

    def render(self, item: Item) -> str | None:
        """The final sentence."""
        return f"{_OPENING} {item.problem.gold}."

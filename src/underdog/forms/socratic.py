"""Sub-questions with their answers, then the answer (Socratic CoT, arXiv 2212.00193).

A step that comes without a question of its own is asked for by its calculation. The worked examples
are ours.
"""

from collections.abc import Sequence

from underdog.core import Checker, Item, Prompt, Question, Quick, Reading, Sandbox, Shot
from underdog.core.item import Step
from underdog.forms import forms
from underdog.forms.layout import converse
from underdog.forms.reading import read_text
from underdog.forms.solutions import in_numbers, is_given

_INSTRUCTION = (
    "Split the problem into sub-questions. Write each one on a line that starts with Q: and its "
    'answer on a line that starts with A:, then finish with the sentence "The answer is X." where '
    "X is only the answer."
)

SHOTS = (
    Shot(
        "A bakery makes 12 trays of rolls with 8 rolls on each tray. It sells 70 rolls in the "
        "morning and half of the rest in the afternoon. How many rolls are left?",
        "Q: How many rolls does the bakery make?\n"
        "A: It makes 12 * 8 = 96 rolls.\n"
        "Q: How many are left after the morning?\n"
        "A: 96 - 70 = 26 rolls are left.\n"
        "Q: How many are sold in the afternoon?\n"
        "A: 26 / 2 = 13 rolls are sold.\n"
        "Q: How many rolls are left in the end?\n"
        "A: 26 - 13 = 13 rolls are left.\n"
        "The answer is 13.",
    ),
    Shot(
        "Tom is 4 years older than twice Lena's age. Lena is 9. How old will Tom be in 3 years?",
        "Q: What is twice Lena's age?\n"
        "A: Twice Lena's age is 2 * 9 = 18.\n"
        "Q: How old is Tom?\n"
        "A: Tom is 18 + 4 = 22 years old.\n"
        "Q: How old will he be in 3 years?\n"
        "A: He will be 22 + 3 = 25.\n"
        "The answer is 25.",
    ),
    Shot(
        "What is 14 * 23?",
        "Q: What is 23 * 10?\n"
        "A: 23 * 10 = 230.\n"
        "Q: What is 23 * 4?\n"
        "A: 23 * 4 = 92.\n"
        "Q: What is 230 + 92?\n"
        "A: 230 + 92 = 322.\n"
        "The answer is 322.",
    ),
)


@forms.register("socratic")
class Socratic(Quick):
    """Sub-question and answer pairs, then "The answer is X."."""

    name = "socratic"
    stop = ("\n\n", "\nProblem:")
    max_tokens = 320

    def prompt(self, question: Question, shots: Sequence[Shot] | None = None) -> Prompt:
        """Ask for sub-questions with answers."""
        return converse(_INSTRUCTION, question, SHOTS if shots is None else shots)

    def read(self, reply: str, question: Question, checker: Checker, sandbox: Sandbox) -> Reading:
        """Read the final sentence."""
        return read_text(reply, question, checker)

    def render(self, item: Item) -> str | None:
        """A pair per calculated step; `None` when a step has no question and is no arithmetic."""
        pairs = sub_questions(item)
        if not pairs:
            return None
        lines = [f"Q: {asked}\nA: {answered}" for asked, answered in pairs]
        return "\n".join([*lines, f"The answer is {item.problem.gold}."])


def sub_questions(item: Item) -> list[tuple[str, str]] | None:
    """The sub-questions of an item's solution, each with the sentence that answers it."""
    values: dict[str, str] = {}
    pairs: list[tuple[str, str]] = []
    for step in item.steps:
        if not is_given(step) or step.question:
            pair = _asked(step, values)
            if pair is None:
                return None
            pairs.append(pair)
        values[step.name] = step.value
    return pairs


def _asked(step: Step, values: dict[str, str]) -> tuple[str, str] | None:
    if step.question and step.text:
        return step.question, step.text
    expression = in_numbers(step, values)
    if expression is None:
        return None
    return step.question or f"What is {expression}?", step.text or f"{expression} = {step.value}."

"""Chain of thought: short reasoning in words, then the answer in a fixed sentence.

Wei et al., arXiv 2201.11903. It is asked without worked examples: on 128 GSM8K training problems a
0.5B chat model was right 32 times so and 21 times with our four examples, a 135M model 4 times and
once. Asking for few lines is on purpose: models under 3B do better with short chains than with long
ones (arXiv 2502.12143). The worked examples below serve the forms that do need them.
"""

from collections.abc import Sequence

from underdog.core import Checker, Item, Prompt, Question, Quick, Reading, Sandbox, Shot
from underdog.forms import forms
from underdog.forms.layout import converse
from underdog.forms.reading import read_text

_FINISH = 'then finish with "The answer is X." where X is {what}.'
_ASK = f"Think step by step in a few short lines, {_FINISH}"

MATH_SHOTS = (
    Shot(
        "A bakery makes 12 trays of rolls with 8 rolls on each tray. It sells 70 rolls in the "
        "morning and half of the rest in the afternoon. How many rolls are left?",
        "The bakery makes 12 * 8 = 96 rolls.\n"
        "After the morning 96 - 70 = 26 rolls are left.\n"
        "In the afternoon it sells 26 / 2 = 13 rolls.\n"
        "So 26 - 13 = 13 rolls are left.\n"
        "The answer is 13.",
    ),
    Shot(
        "Nadia earns $15 an hour and works 6 hours a day. She works 5 days and then spends a "
        "third of her pay on rent. How much money does she keep?",
        "Nadia works 6 * 5 = 30 hours.\n"
        "She earns 30 * 15 = 450 dollars.\n"
        "Rent costs 450 / 3 = 150 dollars.\n"
        "She keeps 450 - 150 = 300 dollars.\n"
        "The answer is 300.",
    ),
    Shot(
        "Tom is 4 years older than twice Lena's age. Lena is 9. How old will Tom be in 3 years?",
        "Twice Lena's age is 2 * 9 = 18.\n"
        "Tom is 18 + 4 = 22 years old.\n"
        "In 3 years he will be 22 + 3 = 25.\n"
        "The answer is 25.",
    ),
    Shot(
        "A jacket costs $80. It is sold at 25% off, and a coupon takes another $6 off. Two friends "
        "share the price equally. How much does each of them pay?",
        "The discount is 80 * 25 / 100 = 20 dollars.\n"
        "The jacket then costs 80 - 20 = 60 dollars.\n"
        "With the coupon it costs 60 - 6 = 54 dollars.\n"
        "Each friend pays 54 / 2 = 27 dollars.\n"
        "The answer is 27.",
    ),
)

CHOICE_SHOTS = (
    Shot(
        "Where would you keep milk so that it stays fresh?\nA) shelf\nB) refrigerator\nC) oven",
        "Milk goes bad when it is warm.\n"
        "A refrigerator is cold, a shelf and an oven are not.\n"
        "The answer is B.",
    ),
    Shot(
        "A train covers 150 km in 3 hours. What is its speed in km/h?\nA) 45\nB) 30\nC) 50\nD) 75",
        "Speed is distance over time, 150 / 3 = 50 km/h.\nOption C says 50.\nThe answer is C.",
    ),
)


@forms.register("cot")
class ChainOfThought(Quick):
    """Short reasoning in words, then "The answer is X."."""

    name = "cot"
    stop = ("\nQuestion:", "\nProblem:", "\n\n\n")
    max_tokens = 400

    def prompt(self, question: Question, shots: Sequence[Shot] | None = None) -> Prompt:
        """Ask for short steps and a final sentence; no worked examples unless given."""
        what = "the letter of the right option" if question.choices else "only the answer"
        return converse("", question, shots or (), ask=_ASK.format(what=what))

    def read(self, reply: str, question: Question, checker: Checker, sandbox: Sandbox) -> Reading:
        """Read the final sentence; else what the checker's lenient rule finds."""
        return read_text(reply, question, checker)

    def render(self, item: Item) -> str | None:
        """One sentence per step, then the final sentence."""
        lines = [step.text for step in item.steps if step.text]
        return "\n".join([*lines, f"The answer is {item.problem.gold}."]) if lines else None

"""An attempt with one exact error, a critique that names it, and the corrected solution.

Self-correction data without a stronger model (SCORE, arXiv 2404.17140; partial answer masking,
2401.07301): the error is made by code (see `slips`), so the critique is exact. The wrong attempt is
meant to be read, not learnt: `parts` gives it apart, so that its loss weight can be 0.
"""

from collections.abc import Sequence
from random import Random

from underdog.core import Checker, Item, Prompt, Question, Quick, Reading, Sandbox, Shot
from underdog.errors import ConfigError
from underdog.forms import forms
from underdog.forms.layout import converse
from underdog.forms.reading import read_text
from underdog.forms.slips import Line, Slip, SlippedSolution, attempt, exact_lines
from underdog.seeds import derive

_INSTRUCTION = (
    "Solve the problem in numbered steps. Then check every step, say which one is wrong and why, "
    'correct the solution from there, and finish with the sentence "The answer is X.".'
)
_CHECKED = "Check: every step is right."
_OPERATIONS = {"+": "adds", "-": "subtracts", "*": "multiplies", "/": "divides"}

SHOTS = (
    Shot(
        "A bakery makes 12 trays of rolls with 8 rolls on each tray. It sells 70 of the rolls. How "
        "many rolls are left?",
        "1. The bakery makes 12 * 8 = 86 rolls.\n"
        "2. 86 - 70 = 16 rolls are left.\n"
        "Check: step 1 is wrong, 12 * 8 is 96 and not 86.\n"
        "1. The bakery makes 12 * 8 = 96 rolls.\n"
        "2. 96 - 70 = 26 rolls are left.\n"
        "The answer is 26.",
    ),
    Shot(
        "Tom is 4 years older than twice Lena's age. Lena is 9. How old is Tom?",
        "1. Twice Lena's age is 2 + 9 = 11.\n"
        "2. Tom is 11 + 4 = 15 years old.\n"
        "Check: step 1 is wrong, it adds where it should be 2 * 9.\n"
        "1. Twice Lena's age is 2 * 9 = 18.\n"
        "2. Tom is 18 + 4 = 22 years old.\n"
        "The answer is 22.",
    ),
    Shot(
        "What is 40 - 3 * 5?",
        "1. 3 * 5 = 15.\n2. 40 - 15 = 25.\nCheck: every step is right.\nThe answer is 25.",
    ),
)


@forms.register("critique")
class Critique(Quick):
    """Attempt, critique that names the wrong step, correction, then "The answer is X.".

    Args:
        right_first: Share of items whose attempt is right and whose critique says so.

    Raises:
        ConfigError: `right_first` is not from 0 to 1.
    """

    name = "critique"
    stop = ("\n\n",)
    max_tokens = 384

    def __init__(self, right_first: float = 0.0) -> None:
        if not 0 <= right_first <= 1:
            raise ConfigError(f"right_first must be from 0 to 1, got {right_first!r}")
        self._right_first = right_first

    def prompt(self, question: Question, shots: Sequence[Shot] | None = None) -> Prompt:
        """Ask for an attempt and its critique."""
        return converse(_INSTRUCTION, question, SHOTS if shots is None else shots)

    def read(self, reply: str, question: Question, checker: Checker, sandbox: Sandbox) -> Reading:
        """Read the final sentence."""
        return read_text(reply, question, checker)

    def render(self, item: Item) -> str | None:
        """Attempt and repair; `None` when the steps are not plain arithmetic."""
        both = self.parts(item)
        return None if both is None else "".join(both)

    def parts(self, item: Item) -> tuple[str, str] | None:
        """The attempt, and the critique with the corrected solution; `None` as for `render`.

        The kind and place of the error follow from the item alone. Only a wrong attempt should be
        kept out of the loss: one whose second part corrects a step.
        """
        rng = Random(derive("critique", item.key, item.problem.question.text))  # noqa: S311
        final = f"The answer is {item.problem.gold}."
        if rng.random() < self._right_first:
            lines = exact_lines(item)
            if lines is None:
                return None
            return _numbered(lines) + "\n", f"{_CHECKED}\n{final}"
        made = attempt(item, rng)
        if made is None:
            return None
        return _numbered(made.lines) + "\n", f"{_critique(made)}\n{_corrected(made)}\n{final}"


def _numbered(lines: Sequence[Line]) -> str:
    return "\n".join(f"{number}. {_sentence(line)}" for number, line in enumerate(lines, 1))


def _corrected(made: SlippedSolution) -> str:
    return "\n".join(
        f"{number}. {line.text or f'{line.right_expression} = {line.right_value}.'}"
        for number, line in enumerate(made.lines[made.place :], made.place + 1)
    )


def _sentence(line: Line) -> str:
    """The line's sentence with its calculation as attempted, or the calculation alone."""
    exact = f"{line.right_expression} = {line.right_value}"
    before, found, after = line.text.partition(exact)
    if line.text and (line.expression, line.value) == (line.right_expression, line.right_value):
        return line.text
    if not found or line.right_value in before or line.right_value in after:
        return f"{line.expression} = {line.value}."
    return f"{before}{line.expression} = {line.value}{after}"


def _critique(made: SlippedSolution) -> str:
    line = made.lines[made.place]
    return f"Check: step {made.place + 1} is wrong, {_reason(made.slip, line)}."


def _reason(slip: Slip, line: Line) -> str:
    exact = line.right_expression
    match slip.kind:
        case "carry":
            return f"{exact} is {line.right_value} and not {slip.value}"
        case "operator":
            return f"it {_OPERATIONS[slip.wrong]} where it should be {exact}"
        case "number":
            return f"it has {slip.wrong} instead of {slip.right}"

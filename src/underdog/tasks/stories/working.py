"""Drawing a story's numbers and working its steps out."""

from collections.abc import Callable
from dataclasses import dataclass

from underdog.tasks.stories.draws import LARGEST, Size
from underdog.tasks.stories.formulas import Form, Number, Unfit, number_text
from underdog.tasks.stories.parts import IT, Calc, Target

_SMALLEST_RESULT = 2
"""Results of one or none are left out: `1 apples` is no English, and `0` gives the answer away."""


@dataclass(frozen=True, slots=True)
class Worked:
    """A target with its numbers.

    Attributes:
        target: What was worked out.
        values: Value of every number and step.
        forms: Canonical form of each.
    """

    target: Target
    values: dict[str, Number]
    forms: dict[str, Form]

    @property
    def value(self) -> Number:
        """Value of the last step."""
        return self.values[self.target.asked.name]

    @property
    def form(self) -> Form:
        """Canonical form of the last step."""
        return self.forms[self.target.asked.name]


def work_out(
    target: Target, before: Worked | None, random: Callable[[], float], size: Size
) -> Worked:
    """Draw the numbers of a target and evaluate its steps.

    Args:
        target: A template's, or a continuation's.
        before: What a continuation goes on from.
        random: Draws from [0, 1).
        size: How large numbers may be.

    Raises:
        Unfit: The numbers do not make a natural problem.
    """
    values: dict[str, Number] = {}
    forms: dict[str, Form] = {}
    if before is not None:
        values[IT], forms[IT] = before.value, before.form
    limit = LARGEST[size]
    for line in target.work:
        if isinstance(line, Calc):
            value = _natural(line.formula.value(values), target.part.decimals)
            forms[line.name] = line.formula.canon(forms)
        else:
            value = line.how.draw(random, values, size)
            forms[line.name] = number_text(value)
        if value > limit or value <= 0:
            raise Unfit
        values[line.name] = value
    return Worked(target, values, forms)


def _natural(value: Number, decimals: bool) -> Number:
    if value < _SMALLEST_RESULT:
        raise Unfit
    if isinstance(value, int):
        return value
    if value == int(value):
        return int(value)
    if not decimals or value * 4 != int(value * 4):
        raise Unfit
    return value

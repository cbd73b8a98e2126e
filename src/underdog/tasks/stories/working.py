"""Drawing a story's numbers and working its steps out."""

from collections.abc import Callable, Mapping, Sequence
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
    """

    target: Target
    values: dict[str, Number]

    @property
    def value(self) -> Number:
        """Value of the last step."""
        return self.values[self.target.asked.name]


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
    if before is not None:
        values[IT] = before.value
    limit = LARGEST[size]
    for line in target.work:
        if isinstance(line, Calc):
            value = _natural(line.formula.value(values), target.part.decimals)
        else:
            value = line.how.draw(random, values, size)
        if value > limit or value <= 0:
            raise Unfit
        values[line.name] = value
    return Worked(target, values)


def canonical(story: Sequence[Worked], replaced: Mapping[str, Form] | None = None) -> Form:
    """Canonical form of a story's answer.

    Args:
        story: A template's target and its continuations, worked out.
        replaced: Forms to stand for some of the template's numbers.
    """
    reached: Form = ""
    for worked in story:
        target, values = worked.target, worked.values
        forms: dict[str, Form] = {IT: reached}
        for name in target.given:
            forms[name] = number_text(values[name])
        if replaced and worked is story[0]:
            forms |= replaced
        for calc in target.steps:
            forms[calc.name] = reached = calc.formula.canon(forms)
    return reached


def _natural(value: Number, decimals: bool) -> Number:
    if value < _SMALLEST_RESULT:
        raise Unfit
    if value == int(value):
        return int(value)
    if not decimals or value * 4 != int(value * 4):
        raise Unfit
    return value

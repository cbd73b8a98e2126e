"""Writing an exact solution step by step, the calculation put into each sentence."""

import re
from fractions import Fraction

from underdog.core.item import Step

_WORD = re.compile(r"'[^']*'|\"[^\"]*\"|[A-Za-z_]\w*")


class Trace:
    """The steps of one solution, in order.

    Example:
        >>> trace = Trace()
        >>> trace.add("made", "12 * 8", 96, "The bakery makes {} rolls.")
        >>> trace.add("left", "made - 70", 26, "{} are left.")
        >>> trace.steps[1].text
        '96 - 70 = 26 are left.'
    """

    def __init__(self) -> None:
        self._steps: list[Step] = []
        self._values: dict[str, str] = {}

    def add(
        self,
        name: str,
        formula: str,
        value: int | str | Fraction,
        text: str,
        question: str = "",
    ) -> None:
        """Add a step.

        Args:
            name: Name of the value, for later formulas.
            formula: Python expression of the value, over numbers and earlier names.
            value: The exact value.
            text: A sentence; `{}` in it becomes the calculation in numbers with its result.
            question: The sub-question that the step answers; empty for none.
        """
        written = str(value)
        sentence = text.replace("{}", f"{self._in_numbers(formula)} = {written}")
        self._values[name] = written
        self._steps.append(Step(name, formula, written, sentence, question))

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps so far."""
        return tuple(self._steps)

    @property
    def answer(self) -> str:
        """The last step's value."""
        return self._steps[-1].value

    def _in_numbers(self, formula: str) -> str:
        """A formula for readers: values for names, `/` for whole division, `^` for powers."""

        def value(match: re.Match[str]) -> str:
            text = self._values.get(match[0], match[0])
            return f"({text})" if text.startswith("-") or "/" in text else text

        return _WORD.sub(value, formula).replace("//", "/").replace(" ** ", "^")

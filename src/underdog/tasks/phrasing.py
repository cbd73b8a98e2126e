"""Surface variety: many ways to ask the same sum, put together from parts.

A wording is a frame around an expression (`Please work out … .`), an expression is written with one
of several sets of symbols, in words (`3 plus 4`) or as a noun (`the sum of 3 and 4`), and a number
in digits, in groups of three or in words. `plain` always writes `What is 3 + 4?`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from random import Random

from underdog.tasks.knobs import one_of
from underdog.tasks.number_words import grouped, in_words

WORDINGS = ("varied", "plain")
_GROUPED_FROM = 10_000
_IN_WORDS_BELOW = 10_000


@dataclass(frozen=True, slots=True)
class Symbols:
    """How the four operators are written, spaces included."""

    plus: str
    minus: str
    times: str
    over: str

    def of(self, operator: str) -> str:
        """The written form of `+`, `-`, `*` or `/`."""
        match operator:
            case "+":
                return self.plus
            case "-":
                return self.minus
            case "*":
                return self.times
            case _:
                return self.over


def _frames(things: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    leads = ("", "Please ", "Now ", "Can you ", "Could you ", "Your task: ", "Quick question: ")
    verbs = ("calculate", "compute", "work out", "evaluate", "find", "determine", "figure out")
    found: list[tuple[str, str]] = []
    for lead, verb, thing in product(leads, verbs, things):
        opening = f"{lead}{verb} {thing}"
        asked = lead.startswith(("Can", "Could"))
        found.append((opening[0].upper() + opening[1:], "?" if asked else "."))
    questions = ("What is ", "How much is ", "What do you get for ", "Tell me: what is ")
    return (*found, *((f"{question}{thing}", "?") for question in questions for thing in things))


def _symbols() -> tuple[Symbols, ...]:
    times, over, minus = ("*", "×", "x", "·"), ("/", "÷"), ("-", "-", "-", "−")
    return tuple(
        Symbols(*(f"{space}{mark}{space}" for mark in ("+", less, by, into)))
        for space, less, by, into in product((" ", ""), minus, times, over)
    )


PLAIN_SYMBOLS = Symbols(" + ", " - ", " * ", " / ")
SYMBOLS = _symbols()
FRAMES = _frames(("", "the value of ", "the result of ", "the exact value of "))
NOUN_FRAMES = _frames(("",))
_BARE = (("", " = ?"), ("", " ="), ("", "=?"), ("", ""), ("", " = ___"), ("Solve: ", ""))
_SYMBOL_FRAMES = FRAMES + _BARE * 12
_PLAIN_FRAME = ("What is ", "?")

_SPOKEN = {
    "+": ("{0} plus {1}", "{0} added to {1}", "{0} increased by {1}", "the sum of {0} and {1}",
          "the total of {0} and {1}"),
    "-": ("{0} minus {1}", "{1} less than {0}", "{0} decreased by {1}", "{0} take away {1}",
          "the result of taking {1} from {0}", "the difference when {1} is subtracted from {0}"),
    "*": ("{0} times {1}", "{0} multiplied by {1}", "the product of {0} and {1}"),
    "/": ("{0} divided by {1}", "the quotient of {0} and {1}", "{0} over {1}"),
}  # fmt: skip
_ORDERED = {
    "+": (("Add {0} and {1}", "Add {0} to {1}", "Sum {0} and {1}", "Total {0} and {1}")),
    "-": (("Subtract {1} from {0}", "Take {1} away from {0}", "Reduce {0} by {1}")),
    "*": (("Multiply {0} by {1}", "Multiply {0} and {1}", "Take {0} times {1}")),
    "/": (("Divide {0} by {1}", "Split {0} into {1} equal parts")),
}
_ORDER_ENDS = (".", " and give the result.", ". What do you get?", " and state the answer.")
_ORDERS = {
    operator: tuple(f"{order}{end}" for order, end in product(orders, _ORDER_ENDS))
    for operator, orders in _ORDERED.items()
}
_KINDS = ("symbols",) * 7 + ("spoken",) * 2 + ("order",)
_DIGITS: tuple[Callable[[int], str], ...] = (str,) * 12 + (grouped, in_words)


class Phrasing:
    """The wording of a family's questions.

    Args:
        wording: `varied` or `plain`.

    Raises:
        ConfigError: Another value.
    """

    __slots__ = ("_varied",)

    def __init__(self, wording: str) -> None:
        self._varied = one_of("wording", wording, WORDINGS) == "varied"

    def symbols(self, rng: Random) -> Symbols:
        """One set of operator symbols."""
        return rng.choice(SYMBOLS) if self._varied else PLAIN_SYMBOLS

    def ask(self, rng: Random, expression: str) -> str:
        """A question for the value of an expression in symbols."""
        before, after = rng.choice(_SYMBOL_FRAMES) if self._varied else _PLAIN_FRAME
        return before + expression + after

    def ask_noun(self, rng: Random, noun: str) -> str:
        """A question for what a phrase names, such as `the gcd of 12 and 18`."""
        before, after = rng.choice(NOUN_FRAMES) if self._varied else _PLAIN_FRAME
        return before + noun + after

    def pick(self, rng: Random, patterns: Sequence[str]) -> str:
        """One of several patterns; the first when plain."""
        return rng.choice(patterns) if self._varied else patterns[0]

    def operation(self, rng: Random, operator: str, left: int, right: int) -> str:
        """A question for one operation on two whole numbers."""
        if not self._varied:
            return f"What is {bracketed(operator, str(left), str(right), PLAIN_SYMBOLS)}?"
        kind = rng.choice(_KINDS)
        if kind == "symbols":
            mark = rng.choice(SYMBOLS)
            return self.ask(rng, bracketed(operator, str(left), str(right), mark))
        write = rng.choice(_DIGITS)
        first, second = _written(write, left), _written(write, right)
        if kind == "spoken":
            return self.ask_noun(rng, rng.choice(_SPOKEN[operator]).format(first, second))
        return rng.choice(_ORDERS[operator]).format(first, second)


def bracketed(operator: str, left: str, right: str, symbols: Symbols) -> str:
    """An operation in symbols, a negative second number in brackets.

    Example:
        >>> bracketed("-", "5", "-3", PLAIN_SYMBOLS)
        '5 - (-3)'
    """
    if right[0] == "-":
        right = f"({right})"
    return f"{left}{symbols.of(operator)}{right}"


def _written(write: Callable[[int], str], number: int) -> str:
    if write is in_words and abs(number) >= _IN_WORDS_BELOW:
        return str(number)
    if write is grouped and abs(number) < _GROUPED_FROM:
        return str(number)
    return write(number)

"""Wordings of questions: many ways to ask for the same sum, put together from parts.

A wording is a frame around an expression (`Please work out … .`), an expression is written with one
of several sets of symbols, in words (`3 plus 4`) or as a noun (`the sum of 3 and 4`), and a number
in digits, in groups of three or in words. `plain` always writes `What is 3 + 4?`. Questions on two
numbers come from tables of all their wordings, so that one random number picks the wording.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from math import gcd
from random import Random
from typing import TypeVar

from underdog.generators.craft.number_words import grouped, in_words
from underdog.generators.knobs import one_of

T = TypeVar("T")

WORDINGS = ("varied", "plain")
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


@dataclass(frozen=True, slots=True)
class QuestionPattern:
    """The text of a question on two numbers, cut at the places of the numbers.

    Attributes:
        before: Text before the number that comes first.
        between: Text between the numbers.
        after: Text after the numbers.
        swapped: Whether the second number comes first.
    """

    before: str
    between: str
    after: str
    swapped: bool = False

    @classmethod
    def cut(cls, text: str) -> "QuestionPattern":
        """A pattern from a text with `{0}` and `{1}`.

        Example:
            >>> QuestionPattern.cut("Take {1} from {0}.")
            QuestionPattern(before='Take ', between=' from ', after='.', swapped=True)
        """
        before, first, between, _, after = _PLACE.split(text)
        return cls(before, between, after, first == "1")

    def fill(self, first: str, second: str) -> str:
        """The question with two numbers, given as text."""
        if self.swapped:
            first, second = second, first
        return f"{self.before}{first}{self.between}{second}{self.after}"


_PLACE = re.compile(r"\{([01])\}")


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
_SUM_FRAMES = tuple(
    (before, after, symbols.plus == "+", symbols.minus.strip())
    for (before, after), symbols in product(_SYMBOL_FRAMES, SYMBOLS[::8])
)
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
_IN_SYMBOLS_OF_TEN, _SPOKEN_OF_TEN = 7, 2
_CHOICE_BITS = 56
_DIGITS: tuple[Callable[[int], str] | None, ...] = (None,) * 12 + (grouped, in_words)


@cache
def _in_symbols(operator: str) -> tuple[QuestionPattern, ...]:
    """Every frame with every written form of an operator, repeated by how many sets use that form.

    A uniform draw from these patterns is therefore a uniform draw of frame and set of symbols.
    """
    counts = Counter(symbols.of(operator) for symbols in SYMBOLS)
    unit = gcd(*counts.values())
    marks = [mark for mark, times in counts.items() for _ in range(times // unit)]
    return tuple(
        QuestionPattern(before, mark, after)
        for (before, after), mark in product(_SYMBOL_FRAMES, marks)
    )


@cache
def _in_words(operator: str) -> tuple[QuestionPattern, ...]:
    frames = product(NOUN_FRAMES, _SPOKEN[operator])
    return tuple(QuestionPattern.cut(before + noun + after) for (before, after), noun in frames)


@cache
def _as_order(operator: str) -> tuple[QuestionPattern, ...]:
    orders = product(_ORDERED[operator], _ORDER_ENDS)
    return tuple(QuestionPattern.cut(order + end) for order, end in orders)


class Phrasing:
    """The wording of a family's questions.

    Args:
        wording: `varied` or `plain`.

    Raises:
        ConfigError: `wording` has another value.
    """

    def __init__(self, wording: str) -> None:
        self._varied = one_of("wording", wording, WORDINGS) == "varied"

    def symbols(self, rng: Random) -> Symbols:
        """One set of operator symbols."""
        return rng.choice(SYMBOLS) if self._varied else PLAIN_SYMBOLS

    def ask(self, rng: Random, expression: str) -> str:
        """A question for the value of an expression in symbols."""
        before, after = rng.choice(_SYMBOL_FRAMES) if self._varied else _PLAIN_FRAME
        return before + expression + after

    def ask_sum(self, rng: Random, expression: str) -> str:
        """A question for a sum; its ` + ` and ` - ` are replaced by one set of symbols."""
        if not self._varied:
            return f"What is {expression}?"
        before, after, tight, minus = rng.choice(_SUM_FRAMES)
        if tight:
            expression = expression.replace(" ", "")
        if minus != "-":
            expression = expression.replace("-", minus)
        return before + expression + after

    def ask_noun(self, rng: Random, noun: str) -> str:
        """A question for the value of a noun phrase, such as `the gcd of 12 and 18`."""
        before, after = rng.choice(NOUN_FRAMES) if self._varied else _PLAIN_FRAME
        return before + noun + after

    def pick(self, rng: Random, patterns: Sequence[T]) -> T:
        """One of several patterns; the first when the wording is `plain`."""
        return rng.choice(patterns) if self._varied else patterns[0]

    def operation(self, operator: str) -> "OperationQuestions":
        """Questions for one operation on two whole numbers."""
        return OperationQuestions(operator, self._varied)

    def patterns(self, nouns: Sequence[str]) -> tuple[QuestionPattern, ...]:
        """All questions for noun phrases with `{0}` and `{1}`; one when the wording is `plain`."""
        frames = product(NOUN_FRAMES, nouns)
        if not self._varied:
            frames = [(_PLAIN_FRAME, nouns[0])]
        return tuple(QuestionPattern.cut(before + noun + after) for (before, after), noun in frames)


class OperationQuestions:
    """Questions for one operation on two whole numbers, in all wordings.

    Args:
        operator: `+`, `-`, `*` or `/`.
        varied: Whether to draw from all wordings; otherwise the plain one is used.
    """

    def __init__(self, operator: str, varied: bool) -> None:
        self._operator, self._varied = operator, varied
        self._in_symbols = _in_symbols(operator)
        self._in_words, self._ordered = _in_words(operator), _as_order(operator)

    def ask(self, rng: Random, first: str, second: str) -> str:
        """A question on two numbers, given in digits."""
        if not self._varied:
            return f"What is {bracketed(self._operator, first, second, PLAIN_SYMBOLS)}?"
        place, kind = divmod(rng.getrandbits(_CHOICE_BITS), 10)
        if kind < _IN_SYMBOLS_OF_TEN:
            pattern = self._in_symbols[place % len(self._in_symbols)]
            return pattern.fill(first, f"({second})" if second[0] == "-" else second)
        write = rng.choice(_DIGITS)
        if write is not None:
            first, second = _written(write, first), _written(write, second)
        spoken = kind < _IN_SYMBOLS_OF_TEN + _SPOKEN_OF_TEN
        patterns = self._in_words if spoken else self._ordered
        return rng.choice(patterns).fill(first, second)


def bracketed(operator: str, left: str, right: str, symbols: Symbols) -> str:
    """An operation in symbols, a negative second number in brackets.

    Example:
        >>> bracketed("-", "5", "-3", PLAIN_SYMBOLS)
        '5 - (-3)'
    """
    if right[0] == "-":
        right = f"({right})"
    return f"{left}{symbols.of(operator)}{right}"


def _written(write: Callable[[int], str], digits: str) -> str:
    """A number in groups of digits or in words, as `write` does; as it is where that looks odd.

    Small numbers are never grouped, and large ones never written in words.
    """
    number = int(digits)
    if (abs(number) >= _IN_WORDS_BELOW) == (write is in_words):
        return digits
    return write(number)

"""Formulas and draws compiled once: closures over a list of values in place of names.

What is known when a story is read is settled then: where each number stands in the list, which
sign joins its parts, and whether its division can fail. A `Work` gives 0 where no natural number
comes out, which no story allows; only a division inside a larger formula raises `Unfit`.
"""

from collections.abc import Callable, Mapping
from operator import add, mul, sub

from underdog.generators.stories.sheets.formulas import Number, Operation, Tree, Unfit, divide

Random = Callable[[], float]
Work = Callable[[list[Number], Random], Number]
"""A number from the values so far and a source of numbers in [0, 1)."""

Places = Mapping[str, int]
Divide = Callable[[Number, Number], Number]

_PLAIN: Mapping[str, Divide] = {"+": add, "-": sub, "*": mul}


def work_of(tree: Tree, places: Places, whole: bool) -> Work:
    """The exact value of a formula.

    Args:
        tree: The formula.
        places: Where each name's value stands.
        whole: Whether all values are whole numbers.
    """
    if whole:
        return _work(tree, places, _quotient, _quotient_or_zero)
    return _work(tree, places, divide, divide)


def rough(tree: Tree, places: Places) -> Work:
    """The value of a bound, in which divisions need not come out."""
    return _work(tree, places, _ratio, _ratio)


def _work(tree: Tree, places: Places, inner: Divide, outer: Divide) -> Work:
    match tree:
        case str():
            place = places[tree]
            return lambda values, random: values[place]
        case Operation(sign, left, right):
            first = _work(left, places, inner, inner)
            second = _work(right, places, inner, inner)
            apply = _PLAIN.get(sign, outer)
            return lambda values, random: apply(first(values, random), second(values, random))
        case _:
            return lambda values, random: tree


def _quotient(left: Number, right: Number) -> Number:
    if not right or left % right:
        raise Unfit
    return left // right


def _quotient_or_zero(left: Number, right: Number) -> Number:
    return left // right if right and not left % right else 0


def _ratio(left: Number, right: Number) -> Number:
    if not right:
        raise Unfit
    return left / right

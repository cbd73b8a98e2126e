"""Formulas and draws compiled once: closures over a list of values in place of names.

The index of each number in the list, the operators and the rule for divisions are fixed when a
story is read. The value of a `Work` is 0 where there is no natural number, and no story allows 0;
only a division inside a larger formula raises `Unfit`.
"""

from collections.abc import Callable, Mapping
from operator import add, mul, sub

from underdog.generators.stories.sheets.formulas import Number, Operation, Tree, Unfit, divide

Random = Callable[[], float]
Work = Callable[[list[Number], Random], Number]
"""A function to a number, from the list of values so far and a source of draws from [0, 1)."""

Places = Mapping[str, int]
Divide = Callable[[Number, Number], Number]

_PLAIN: Mapping[str, Divide] = {"+": add, "-": sub, "*": mul}


def work_of(tree: Tree, places: Places, whole: bool) -> Work:
    """A function for the exact value of a formula.

    Args:
        tree: The formula.
        places: Index of each name's value in the list.
        whole: Whether all values are whole numbers.
    """
    if whole:
        return _work(tree, places, _quotient, _quotient_or_zero)
    return _work(tree, places, divide, divide)


def rough(tree: Tree, places: Places) -> Work:
    """A function for the value of a bound; its divisions need not be exact."""
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

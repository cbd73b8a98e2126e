"""Canonical keys: one name for all forms of the same calculation.

The order of summands and factors, the direction of a difference, and the signs of a whole sum do
not matter: the result of one form gives away the others, so all belong to one split. Numbers are
written as in answers, whole ones without a point, so that 3.0 + 7 and 7 + 3 share a key whichever
family asks for them.
"""

from collections.abc import Callable, Sequence

from underdog.generators.craft.decimal_text import decimal


def sum_key(terms: Sequence[int], write: Callable[[int], str] = str) -> str:
    """Key of a sum of signed whole numbers; a difference is a sum with a negative term.

    Args:
        terms: The summands.
        write: How a number is written in the key.

    Example:
        >>> sum_key([3, 7]) == sum_key([-7, -3])
        True
        >>> sum_key([7, -3]) == sum_key([3, -7])
        True
        >>> sum_key([3, 7]), sum_key([7, -3])
        ('add:3,7', 'sub:3,7')
    """
    if len(terms) == 2:
        first, second = terms
        sign = "sub" if first < 0 < second or second < 0 < first else "add"
        low, high = sorted((abs(first), abs(second)))
        return f"{sign}:{write(low)},{write(high)}"
    ordered = sorted(terms)
    mirrored = [-term for term in reversed(ordered)]
    return "sum:" + ",".join(map(write, max(ordered, mirrored)))


def pair_key(name: str, first: int, second: int) -> str:
    """Key of two whole numbers whose order does not matter.

    Example:
        >>> pair_key("gcd", 18, 12)
        'gcd:12,18'
    """
    return f"{name}:{first},{second}" if first <= second else f"{name}:{second},{first}"


def product_key(first: int, second: int) -> str:
    """Key of a product; signs and order do not matter.

    Example:
        >>> product_key(-4, 3)
        'mul:3,4'
    """
    return pair_key("mul", abs(first), abs(second))


def decimal_sum_key(terms: Sequence[int], places: int) -> str:
    """`sum_key` of numbers given in units of 10^-`places`.

    Example:
        >>> decimal_sum_key([150, 225], 2), decimal_sum_key([30, 70], 1)
        ('add:1.5,2.25', 'add:3,7')
    """
    return sum_key(terms, lambda units: decimal(units, places))


def decimal_pair_key(name: str, first: tuple[int, int], second: tuple[int, int]) -> str:
    """`pair_key` of two decimal numbers, each as units and places.

    Example:
        >>> decimal_pair_key("mul", (30, 1), (25, 1))
        'mul:2.5,3'
    """
    places = max(first[1], second[1])
    low, high = sorted(
        (first[0] * 10 ** (places - first[1]), second[0] * 10 ** (places - second[1]))
    )
    return f"{name}:{decimal(low, places)},{decimal(high, places)}"

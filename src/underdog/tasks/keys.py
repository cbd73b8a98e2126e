"""Canonical keys: one name for everything that is the same calculation.

The order of summands and factors, who is subtracted from whom, and the signs of a whole sum do not
matter: knowing one gives away the other, so all of them belong to one split. Numbers are written as
in answers, whole ones without a point, so that 3.0 + 7 meets 7 + 3 whichever family asks it.
"""

from collections.abc import Sequence


def sum_key(terms: Sequence[int]) -> str:
    """Key of a sum of signed whole numbers; a difference is a sum with a negative term.

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
        return pair_key(sign, abs(first), abs(second))
    ordered = sorted(terms)
    mirrored = sorted([-term for term in terms])
    return "sum:" + ",".join(map(str, max(ordered, mirrored)))


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

"""Numbers of a JSON schema that masks can enforce.

llguidance reads numbers as floats and builds patterns of digits from them. Whole numbers from 2^53
on and fractions of many digits are other numbers then, and an exclusive bound at a whole number is
let through where the range is shorter than 1. Such schemas are refused, since a mask that breaks
the schema it was made from does so without a word.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeGuard, cast

_LEAST_INEXACT = 1 << 53
_FLOAT_DIGITS = 15
_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
_ABOVE, _BELOW = ("maximum", "exclusiveMaximum"), ("minimum", "exclusiveMinimum")


def check_numbers(part: Any) -> None:
    """Refuse a schema whose numbers a mask would not keep.

    Args:
        part: The decoded schema, its fractions as decimals.

    Raises:
        ValueError: A number of it cannot be enforced.
    """
    if isinstance(part, list):
        for item in cast("list[Any]", part):
            check_numbers(item)
    if not isinstance(part, dict):
        return
    told = cast("dict[str, Any]", part)
    for name, value in told.items():
        exact = all(map(_is_exact, _numbers(value))) if name in ("const", "enum") else True
        if not exact or (name in _BOUNDS and not _is_exact(value)):
            raise ValueError(
                f"the number of {name!r} has more digits than masks compute with: whole numbers "
                "below 2^53 and fractions of 15 digits are exact",
            )
        check_numbers(value)
    if _touches(told, "exclusiveMinimum", _ABOVE) or _touches(told, "exclusiveMaximum", _BELOW):
        raise ValueError(
            "masks do not keep out a whole number as an exclusive bound of a range shorter than 1; "
            "give a fraction near it as minimum or maximum",
        )


def _touches(told: Mapping[str, Any], bound: str, others: Sequence[str]) -> bool:
    """Whether a whole number is the exclusive bound of a range of fractions shorter than 1."""
    at, ends = told.get(bound), [told[name] for name in others if _is_number(told.get(name))]
    if not _is_number(at) or told.get("type") == "integer":
        return False
    whole = Decimal(at)
    return not whole % 1 and any(0 < abs(Decimal(end) - whole) < 1 for end in ends)


def _is_number(value: Any) -> TypeGuard[int | Decimal]:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _numbers(value: Any) -> Iterator[Any]:
    """All numbers of a decoded JSON value, at any depth."""
    if isinstance(value, list):
        for item in cast("list[Any]", value):
            yield from _numbers(item)
    elif isinstance(value, dict):
        yield from _numbers(list(cast("dict[str, Any]", value).values()))
    elif _is_number(value):
        yield value


def _is_exact(value: Any) -> bool:
    """Whether a float holds a number as it is written; what is no number counts as exact."""
    if not _is_number(value):
        return True
    number = Decimal(value)
    if number == number.to_integral_value():
        return abs(number) < _LEAST_INEXACT
    return len(number.normalize().as_tuple().digits) <= _FLOAT_DIGITS and number == Decimal(
        repr(float(number))
    )

"""Names whose meaning in Monty is CPython's, and what is special about some of them."""

import builtins
from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MATH: Final = _words(
    "acos asin atan atan2 ceil comb copysign cos degrees dist e exp fabs factorial floor fmod fsum "
    "gcd hypot inf isclose isfinite isinf isnan isqrt lcm log log10 log2 perm pi pow prod "
    "radians sin sqrt tan tau trunc"
)
"""Members of `math` with CPython's results."""

METHODS: Final = _words(
    "append capitalize center clear copy count endswith extend find format get index insert "
    "isalnum "
    "isalpha isdigit islower isspace isupper items join keys ljust lower lstrip partition pop "
    "remove replace reverse rfind rjust rstrip setdefault sort split splitlines startswith strip "
    "swapcase title update upper values zfill"
)
"""Methods of `str`, `list` and `dict` with CPython's results."""

BUILTINS: Final = _words(
    "abs all any bin bool chr dict divmod float format hex int isinstance len list max min oct ord "
    "pow print range repr round sorted str sum tuple"
) | {
    name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException)
}
"""Builtins with CPython's results wherever they stand."""

LAZY: Final = _words("enumerate filter map reversed zip")
"""Iterators, which Monty computes at once and lets be read twice."""

LOOPED: Final = _words("enumerate reversed zip")
"""Iterators that a loop may read."""

CONSUMERS: Final = _words("all any list max min sorted sum tuple")
"""Builtins that read an iterator at once."""

EARLY: Final = _words("all any")
"""Consumers that may stop before the iterator's end."""

PURE: Final = _words("abs chr divmod float int len max min ord pow range round str sum")
"""Builtins that change nothing."""

MUTATORS: Final = _words("append clear extend insert pop remove reverse setdefault sort update")
"""Methods that change their object."""

PRINT_WORDS: Final = _words("sep end")
"""Keywords of `print`."""

TESTABLE: Final = _words("bool dict float int list str tuple")
"""Types for `isinstance`."""


TYPING: Final = {"List": 1, "Optional": 1, "Dict": 2, "Tuple": 0, "Union": 0, "Any": -1}
"""Names of `typing` for annotations, with their number of parameters (0: any, -1: none)."""

GENERIC: Final = _words("dict list tuple")
"""Types with parameters, in annotations."""

PLAIN_TYPES: Final = _words("bool dict float int list object str tuple")
"""Types without parameters, in annotations."""

OTHER_NAMES: Final = _words("__name__")
"""Names that are neither builtin nor bound."""

NUMBER_TYPES: Final = tuple("dfFeEgGxXobn%")
"""Endings of a format that Monty, too, gives to numbers only."""

"""Checks of generators' knobs; the error of a wrong one has its name, value and range."""

from collections.abc import Iterable

from underdog.errors import ConfigError


def whole(name: str, value: object, low: int, high: int) -> int:
    """`value` as an integer in [low, high].

    Raises:
        ConfigError: It is not a whole number, or outside the range.

    Example:
        >>> whole("digits", 4, 1, 16)
        4
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        raise ConfigError(f"{name} must be a whole number from {low} to {high}, got {value!r}")
    if not low <= value <= high:
        raise ConfigError(f"{name} must be from {low} to {high}, got {value!r}")
    return int(value)


def span(
    low_name: str, low: object, high_name: str, high: object, least: int, most: int
) -> tuple[int, int]:
    """The two ends of a range, each a whole number in [least, most].

    Raises:
        ConfigError: An end is not a whole number in [least, most], or `low` is above `high`.

    Example:
        >>> span("min_terms", 2, "max_terms", 5, 2, 12)
        (2, 5)
    """
    ends = whole(low_name, low, least, most), whole(high_name, high, least, most)
    ordered(low_name, ends[0], high_name, ends[1])
    return ends


def ordered(low_name: str, low: int, high_name: str, high: int) -> None:
    """Check that a range has its ends in order.

    Raises:
        ConfigError: `low` is above `high`.
    """
    if low > high:
        raise ConfigError(f"{low_name}={low} is above {high_name}={high}")


def share(name: str, value: object) -> float:
    """`value` as a share in [0, 1].

    Raises:
        ConfigError: It is not a number in [0, 1].
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ConfigError(f"{name} must be from 0 to 1, got {value!r}")
    return float(value)


def one_of(name: str, value: str, allowed: tuple[str, ...]) -> str:
    """`value` if it is among `allowed`.

    Raises:
        ConfigError: `value` is not among `allowed`.
    """
    if value not in allowed:
        raise ConfigError(f"{name} must be one of {', '.join(allowed)}, got {value!r}")
    return value


def kinds_of(name: str, value: str, kinds: Iterable[str], every: str = "any") -> tuple[str, ...]:
    """The kinds of problem that a knob selects: a single one, or all of them.

    Args:
        name: Name of the knob.
        value: One of `kinds`, or `every`.
        kinds: Names of all kinds.
        every: The word that selects all kinds.

    Raises:
        ConfigError: `value` is neither a kind nor `every`.

    Example:
        >>> kinds_of("kind", "any", ("gcd", "lcm")), kinds_of("kind", "lcm", ("gcd", "lcm"))
        (('gcd', 'lcm'), ('lcm',))
    """
    known = tuple(kinds)
    return known if one_of(name, value, (every, *known)) == every else (value,)

"""Checks of strategy parameters, with messages that name the value seen."""

from underdog.errors import ConfigError


def positive(name: str, value: object) -> int:
    """A whole number of at least 1. Raises `ConfigError`."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ConfigError(f"{name} must be a whole number of at least 1, not {value!r}")
    return value


def fraction(name: str, value: float, *, open_at_one: bool = False) -> float:
    """A number in (0, 1], or (0, 1) when `open_at_one`. Raises `ConfigError`."""
    top = "(0, 1)" if open_at_one else "(0, 1]"
    bad_type = isinstance(value, (bool, str))
    if bad_type or not 0.0 < value <= 1.0 or (open_at_one and value == 1.0):
        raise ConfigError(f"{name} must lie in {top}, not {value!r}")
    return float(value)

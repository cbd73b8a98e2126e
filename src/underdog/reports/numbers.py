"""Numbers as text for people: percentages, SI prefixes, intervals.

Every format has a fixed number of digits, so that columns line up and no digit claims more than the
interval beside it allows.
"""

from collections.abc import Callable
from math import isfinite

from underdog.measure.intervals import Estimate, Interval

_PREFIXES = ("", "k", "M", "G", "T", "P", "E", "Z")
NARROW_SPACE = "\u202f"
TOO_FEW = "too few to tell"


def percent(share: float) -> str:
    """A share as a percentage with one decimal.

    Example:
        >>> percent(0.625)
        '62.5%'
    """
    return f"{share:.1%}"


def percent_interval(interval: Interval) -> str:
    """Ends of an interval of shares, in percent.

    Example:
        >>> percent_interval(Interval(0.5, 0.625))
        '50.0–62.5%'
    """
    return f"{100 * interval.low:.1f}–{100 * interval.high:.1f}%"


def si(value: float, unit: str = "") -> str:
    """Two or three significant digits with an SI prefix; ∞ where there is no finite value.

    Example:
        >>> si(1_234_000), si(0.5), si(float("inf"))
        ('1.23M', '0.50', '∞')
    """
    if not isfinite(value):
        return "∞"
    scaled, prefix = float(value), 0
    while abs(scaled) >= 999.5 and prefix < len(_PREFIXES) - 1:
        scaled, prefix = scaled / 1000.0, prefix + 1
    digits = 0 if abs(scaled) >= 99.95 else 1 if abs(scaled) >= 9.995 else 2
    if prefix == 0 and value == int(value):
        digits = 0
    tail = f"{_PREFIXES[prefix]}{unit}"
    return f"{scaled:.{digits}f}{NARROW_SPACE if unit else ''}{tail}"


def si_interval(interval: Interval) -> str:
    """Ends of an interval with SI prefixes.

    Example:
        >>> si_interval(Interval(1500.0, 2500.0))
        '1.50k–2.50k'
    """
    return f"{si(interval.low)}–{si(interval.high)}"


def price(estimate: Estimate, unit: Callable[[float], str] = si) -> str:
    """A cost per right answer: "more than" where there is none, "too few to tell" without ends.

    Example:
        >>> price(Estimate(2000.0, Interval(1500.0, 2500.0)))
        '2.00k'
        >>> price(Estimate(float("inf"), Interval(1500.0, float("inf"))))
        'more than 1.50k'
    """
    if isfinite(estimate.value):
        return unit(estimate.value)
    return f"more than {unit(estimate.interval.low)}" if estimate.interval.low else TOO_FEW


def price_interval(estimate: Estimate) -> str:
    """Ends of a cost per right answer; empty where it has no finite value.

    Example:
        >>> price_interval(Estimate(2000.0, Interval(1500.0, 2500.0)))
        '1.50k–2.50k'
    """
    if not isfinite(estimate.value):
        return ""
    return si_interval(estimate.interval) if isfinite(estimate.interval.high) else TOO_FEW


def with_interval(estimate: Estimate) -> str:
    """A cost per right answer with the ends of its interval in brackets.

    Example:
        >>> with_interval(Estimate(2000.0, Interval(1500.0, 2500.0)))
        '2.00k [1.50k–2.50k]'
    """
    ends = price_interval(estimate)
    return f"{price(estimate)} [{ends}]" if ends else price(estimate)


def times(ratio: float) -> str:
    """A ratio as a multiple.

    Example:
        >>> times(0.4), times(12.0)
        ('0.40×', '12×')
    """
    if not isfinite(ratio):
        return "∞×"
    return f"{ratio:.0f}×" if ratio >= 9.95 else f"{ratio:.1f}×" if ratio >= 1 else f"{ratio:.2f}×"


def usd(value: float) -> str:
    """Dollars with two significant digits below a cent.

    Example:
        >>> usd(1.5), usd(0.00042)
        ('$1.50', '$0.00042')
    """
    if not isfinite(value):
        return "∞"
    return f"${value:.2f}" if value >= 0.01 or value == 0 else f"${value:.2g}"

"""Means over token traces, for the confidence verifiers."""

from collections.abc import Sequence


def mean(values: Sequence[float]) -> float | None:
    """Arithmetic mean; `None` for an empty sequence."""
    return sum(values) / len(values) if values else None


def window_means(values: Sequence[float], window: int) -> list[float]:
    """Means of all sliding windows of `window` values; fewer values make one window."""
    if not values:
        return []
    width = min(window, len(values))
    total = sum(values[:width])
    means = [total / width]
    for new, old in zip(values[width:], values, strict=False):
        total += new - old
        means.append(total / width)
    return means

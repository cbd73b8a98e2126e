"""Reductions of token traces that several confidence verifiers share."""

from collections.abc import Sequence


def mean(values: Sequence[float]) -> float | None:
    """Arithmetic mean; `None` of nothing."""
    return sum(values) / len(values) if values else None


def window_means(values: Sequence[float], window: int) -> list[float]:
    """Means of all sliding windows; one window of everything when there are fewer values."""
    if not values:
        return []
    width = min(window, len(values))
    total = sum(values[:width])
    means = [total / width]
    for new, old in zip(values[width:], values, strict=False):
        total += new - old
        means.append(total / width)
    return means

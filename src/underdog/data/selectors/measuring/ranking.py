"""From scores to choices: what every selector that reads all examples first shares."""

from collections.abc import Collection, Iterator, Sequence

from underdog.core.example import Example
from underdog.data.selectors.keep import Keep
from underdog.data.selectors.measuring.picking import top
from underdog.data.selectors.selector import Choice

KEPT = "picked"
PASSED_OVER = "ranked lower"


def room(keep: Keep | None, total: int, fit: int) -> int:
    """How many to pick: what `keep` says of all `total`, but no more than the `fit` ones."""
    return fit if keep is None else min(fit, keep.of(total))


def report(
    examples: Sequence[Example],
    scores: Sequence[float | None],
    picked: Collection[int],
    rejected: dict[int, str] | None = None,
) -> Iterator[Choice]:
    """One choice per example.

    Args:
        examples: All of them.
        scores: What was measured of each.
        picked: Places of those that stay.
        rejected: Why an example could not be ranked at all, by place.
    """
    why = rejected or {}
    kept = frozenset(picked)
    for place, (example, score) in enumerate(zip(examples, scores, strict=True)):
        stays = place in kept
        yield Choice(example, stays, KEPT if stays else why.get(place, PASSED_OVER), score)


def report_best(
    examples: Sequence[Example],
    scores: Sequence[float | None],
    keep: Keep | None,
    rejected: dict[int, str] | None = None,
    ranks: Sequence[float] | None = None,
) -> Iterator[Choice]:
    """One choice per example: the highest stay, of equal ones the earlier.

    Args:
        examples: All of them.
        scores: What was measured of each.
        keep: How much of all to keep; `None` keeps what is not rejected.
        rejected: Why an example must not stay, by place.
        ranks: What they are ranked by; their scores when not given.
    """
    why = rejected or {}
    values = [score or 0.0 for score in scores] if ranks is None else ranks
    fit = [place for place in range(len(examples)) if place not in why]
    best = top([values[place] for place in fit], room(keep, len(examples), len(fit)))
    yield from report(examples, scores, [fit[place] for place in best], why)


def tag(example: Example, name: str) -> str:
    """An example's tag as a group name; examples without it share the empty one."""
    value = example.tags.get(name)
    return "" if value is None else str(value)

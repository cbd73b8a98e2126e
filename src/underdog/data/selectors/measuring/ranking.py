"""From scores to choices, for selectors that read all examples before they choose."""

from collections.abc import Collection, Iterator, Sequence

from underdog.core.example import Example
from underdog.data.selectors.keep import Keep
from underdog.data.selectors.measuring.picking import top
from underdog.data.selectors.selector import Choice

KEPT = "picked"
PASSED_OVER = "ranked lower"


def room(keep: Keep | None, total: int, fit: int) -> int:
    """Number of examples to pick: `keep` of all `total`, at most the `fit` eligible ones."""
    return fit if keep is None else min(fit, keep.of(total))


def report(
    examples: Sequence[Example],
    scores: Sequence[float | None],
    picked: Collection[int],
    rejected: dict[int, str] | None = None,
) -> Iterator[Choice]:
    """One choice per example.

    Args:
        examples: All examples.
        scores: Score of each example; `None` without one.
        picked: Places of the kept examples.
        rejected: Reason why an example could not be ranked, by place.
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
    """One choice per example; those with the highest scores are kept, of equal ones the earlier.

    Args:
        examples: All examples.
        scores: Score of each example; `None` without one.
        keep: Share or count of all examples to keep; `None` keeps all that are not rejected.
        rejected: Reason why an example must not be kept, by place.
        ranks: Numbers to rank by, highest first; the scores when `None`.
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

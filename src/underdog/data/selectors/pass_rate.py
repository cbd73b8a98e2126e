"""Pass-rate band: keep problems that the student solves sometimes, neither always nor never.

A problem that it always solves teaches nothing; one that it never solves in n samples is out of
reach or wrongly labelled. Caps difficulty for tiny students (see also arXiv 2502.12143,
2408.16737). Pass rates come from sampled rollouts graded with gold: a data filter, never a
strategy. No model calls here.
"""

from collections.abc import Iterable, Iterator

from underdog.core.example import Example
from underdog.data.selectors import selectors
from underdog.data.selectors.keep import Keep
from underdog.data.selectors.measuring.ranking import report_best, tag
from underdog.data.selectors.selector import Aid, Aids, Choice
from underdog.errors import ConfigError, UsageError
from underdog.generators.knobs import share


@selectors.register("pass_rate")
class PassRate:
    """Examples whose problem the student solves in a share of its samples inside a band.

    When more examples fit than `keep` allows, those nearest the middle of the band are kept.

    Args:
        low: Least share of right samples, in [0, 1].
        high: Largest share of right samples, in [0, 1].
    """

    name = "pass_rate"
    needs: tuple[Aid, ...] = ("pass_rates",)
    streams = False

    def __init__(self, low: float = 0.1, high: float = 0.9) -> None:
        self._low, self._high = share("low", low), share("high", high)
        if self._low > self._high:
            raise ConfigError(f"low={low} is above high={high}")

    def choose(
        self, examples: Iterable[Example], keep: Keep | None, aids: Aids
    ) -> Iterator[Choice]:
        """One choice per example, in their order."""
        if aids.pass_rates is None:
            raise UsageError("pass_rate needs pass rates")
        rows = list(examples)
        known = aids.pass_rates
        rates = [known.get(row.id, known.get(tag(row, "key"))) for row in rows]
        rejected = {place: why for place, rate in enumerate(rates) if (why := self._misfit(rate))}
        middle = (self._low + self._high) / 2
        near = [-abs((rate or 0.0) - middle) for rate in rates]
        yield from report_best(rows, rates, keep, rejected, near)

    def _misfit(self, rate: float | None) -> str:
        if rate is None:
            return "never sampled"
        if rate < self._low:
            return "solved too rarely"
        return "solved too often" if rate > self._high else ""

"""Controls that any selector must beat: a random draw, the longest answers, the highest losses.

Random and longest cost nothing; the highest loss costs one forward pass per example and is known to
pick label noise.
"""

from collections.abc import Iterable, Iterator

from underdog.core.example import Example
from underdog.data.selectors import selectors
from underdog.data.selectors.keep import Keep
from underdog.data.selectors.measuring.losses import asked, losses
from underdog.data.selectors.measuring.ranking import report_best
from underdog.data.selectors.selector import Aid, Aids, Choice
from underdog.errors import UsageError
from underdog.seeds import unit


@selectors.register("random")
class RandomDraw:
    """A random draw that depends on the examples' ids and the seed alone."""

    name = "random"
    needs: tuple[Aid, ...] = ()
    streams = False

    def choose(
        self, examples: Iterable[Example], keep: Keep | None, aids: Aids
    ) -> Iterator[Choice]:
        """One choice per example, in their order."""
        rows = list(examples)
        yield from report_best(rows, [unit("random", aids.seed, row.id) for row in rows], keep)


@selectors.register("longest")
class Longest:
    """The examples with the longest trained-on text, in characters."""

    name = "longest"
    needs: tuple[Aid, ...] = ()
    streams = False

    def choose(
        self, examples: Iterable[Example], keep: Keep | None, aids: Aids
    ) -> Iterator[Choice]:
        """One choice per example, in their order."""
        rows = list(examples)
        yield from report_best(rows, [float(len(row.completion)) for row in rows], keep)


@selectors.register("highest_loss")
class HighestLoss:
    """The examples whose answers have the highest loss under a model, in nats per token."""

    name = "highest_loss"
    needs: tuple[Aid, ...] = ("engine",)
    streams = False

    def choose(
        self, examples: Iterable[Example], keep: Keep | None, aids: Aids
    ) -> Iterator[Choice]:
        """One choice per example, in their order."""
        if aids.engine is None:
            raise UsageError("highest_loss needs an engine")
        rows = list(examples)
        scores = losses(aids.engine, [(asked(row), row.completion) for row in rows])
        rejected = {place: "nothing to score" for place, loss in enumerate(scores) if loss is None}
        yield from report_best(rows, scores, keep, rejected)

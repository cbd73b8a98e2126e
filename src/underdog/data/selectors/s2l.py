"""S2L: balanced draws from clusters of loss trajectories (SmallToLarge, arXiv 2403.07384).

Examples whose losses fall alike under a small proxy teach alike, so each cluster of trajectories is
seen equally often. Per source, k-means on the trajectories; all clusters are then drawn from by
`picking.balanced`. No model calls: the trajectories are given. Departure: where the paper trains
Pythia-70M, any proxy will do.
"""

from collections.abc import Iterable, Iterator
from random import Random

from underdog.core.example import Example
from underdog.data.selectors import selectors
from underdog.data.selectors.keep import Keep
from underdog.data.selectors.measuring.clusters import cluster
from underdog.data.selectors.measuring.picking import balanced
from underdog.data.selectors.measuring.ranking import report, room, tag
from underdog.data.selectors.selector import Aid, Aids, Choice
from underdog.errors import UsageError
from underdog.generators.knobs import whole
from underdog.seeds import derive


@selectors.register("s2l")
class S2L:
    """Equal draws from clusters of examples whose losses fall alike.

    The score of an example is the size of its cluster.

    Args:
        clusters: k-means clusters per source.
        iterations: k-means steps.
        group: Name of the tag that holds an example's source.
    """

    name = "s2l"
    needs: tuple[Aid, ...] = ("trajectories",)
    streams = False

    def __init__(self, clusters: int = 100, iterations: int = 20, group: str = "source") -> None:
        self._clusters = whole("clusters", clusters, 1, 1_000_000)
        self._iterations = whole("iterations", iterations, 1, 10_000)
        self._group = group

    def choose(
        self, examples: Iterable[Example], keep: Keep | None, aids: Aids
    ) -> Iterator[Choice]:
        """One choice per example, in their order."""
        if aids.trajectories is None:
            raise UsageError("s2l needs loss trajectories")
        rows = list(examples)
        losses_NT = aids.trajectories.take([row.id for row in rows])
        label = [0] * len(rows)
        used = 0
        for source in sorted({tag(row, self._group) for row in rows}):
            places = [place for place, row in enumerate(rows) if tag(row, self._group) == source]
            seed = derive("s2l", aids.seed, source)
            found = cluster(losses_NT[places], self._clusters, seed, self._iterations)
            for place, number in zip(places, found, strict=True):
                label[place] = used + int(number)
            used += self._clusters
        rng = Random(derive("s2l", aids.seed))  # noqa: S311 - a draw, not a secret
        picked = balanced(label, room(keep, len(rows), len(rows)), rng)
        sizes = {number: float(label.count(number)) for number in set(label)}
        yield from report(rows, [sizes[number] for number in label], picked)

"""Learning percentage: keep examples that are learnt late (arXiv 2402.10430).

With an example's perplexity P0 before training, P1 after the first epoch and Pn at the end,
LP = (P0 − P1) / (P0 − Pn), or (P0 − P1) / P0 when only one epoch was run. Low means learnt late,
hence hard; the lowest share of every embedding cluster is kept.

The guard is ours: without it, an example that is never learnt (Pn ≥ P0, often a wrong label) gets
the lowest value and is kept first. No model calls: the trajectories are given.
"""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from underdog.core.example import Example
from underdog.data.dataset.example_text import whole as whole_text
from underdog.data.selectors import selectors
from underdog.data.selectors.keep import Keep
from underdog.data.selectors.measuring.clusters import cluster
from underdog.data.selectors.measuring.embedding import embed
from underdog.data.selectors.measuring.picking import top_of_each
from underdog.data.selectors.measuring.ranking import report, room
from underdog.data.selectors.selector import Aid, Aids, Choice
from underdog.errors import DataError, UsageError
from underdog.generators.knobs import whole
from underdog.seeds import derive


@selectors.register("learning_percentage")
class LearningPercentage:
    """The examples that a small proxy learns last, from every cluster of similar ones.

    Args:
        clusters: Embedding clusters to take an equal share of; 1 ranks all together.
        first: Index of the checkpoint at the end of the first epoch.
        log: Compare losses, not perplexities, which outliers distort.
        guard: Reject examples whose loss did not fall, and clip values to [0, 1].
    """

    name = "learning_percentage"
    needs: tuple[Aid, ...] = ("trajectories",)
    streams = False

    def __init__(
        self, clusters: int = 1_000, first: int = 1, log: bool = False, guard: bool = True
    ) -> None:
        self._clusters = whole("clusters", clusters, 1, 1_000_000)
        self._first = whole("first", first, 1, 1_000_000)
        self._log = bool(log)
        self._guard = bool(guard)

    def choose(
        self, examples: Iterable[Example], keep: Keep | None, aids: Aids
    ) -> Iterator[Choice]:
        """One choice per example, in their order."""
        if aids.trajectories is None:
            raise UsageError("learning_percentage needs loss trajectories")
        rows = list(examples)
        losses_NT = aids.trajectories.take([row.id for row in rows]).astype(np.float64)
        if self._first >= losses_NT.shape[1]:
            raise DataError(
                f"first={self._first}, but trajectories have {losses_NT.shape[1]} losses "
                "(number 0 is before training); give a smaller one"
            )
        learnt_N = self._learnt(losses_NT)
        fell_N = losses_NT[:, -1] < losses_NT[:, 0]
        fit = [place for place in range(len(rows)) if fell_N[place] or not self._guard]
        groups = self._groups([whole_text(rows[place]) for place in fit], aids.seed)
        count = room(keep, len(rows), len(fit))
        picked = top_of_each([-float(learnt_N[place]) for place in fit], groups, count)
        rejected = dict.fromkeys(set(range(len(rows))) - set(fit), "its loss did not fall")
        scores = [float(value) for value in learnt_N]
        yield from report(rows, scores, [fit[place] for place in picked], rejected)

    def _learnt(self, losses_NT: NDArray[np.float64]) -> NDArray[np.float64]:
        hardness_NT = losses_NT if self._log else np.exp(np.minimum(losses_NT, 700))
        before_N, first_N, end_N = (
            hardness_NT[:, 0],
            hardness_NT[:, self._first],
            hardness_NT[:, -1],
        )
        one_epoch = self._first == hardness_NT.shape[1] - 1
        whole_N = before_N if one_epoch else before_N - end_N
        learnt_N = np.divide(
            before_N - first_N, whole_N, out=np.zeros_like(before_N), where=whole_N != 0
        )
        return np.clip(learnt_N, 0, 1) if self._guard else learnt_N

    def _groups(self, texts: list[str], seed: int) -> list[int]:
        if self._clusters == 1 or not texts:
            return [0] * len(texts)
        found = cluster(embed(texts), self._clusters, derive("learning_percentage", seed))
        return [int(number) for number in found]

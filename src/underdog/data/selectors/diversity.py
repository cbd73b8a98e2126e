"""Diversity: examples that together cover the whole set.

On hashed n-gram embeddings, either k-centre greedy (every example close to a kept one; takes
outliers) or facility location (the average example close to a kept one; takes the typical). No
model calls. Cost: K passes over N × D numbers, or an N × 2,048 table.
"""

from collections.abc import Iterable, Iterator
from random import Random

from underdog.core.example import Example
from underdog.data.dataset.example_text import part_of
from underdog.data.selectors import selectors
from underdog.data.selectors.keep import Keep
from underdog.data.selectors.measuring.embedding import embed
from underdog.data.selectors.measuring.picking import facility, k_center
from underdog.data.selectors.measuring.ranking import report, room
from underdog.data.selectors.selector import Aid, Aids, Choice
from underdog.generators.knobs import one_of, whole
from underdog.seeds import derive

_CLIENTS = 2_048


@selectors.register("diversity")
class Diversity:
    """Examples that cover the wording of all others.

    The score of a picked example is its distance from the earlier picks (`k_center`) or its gain
    in mean similarity (`facility`); other examples have none.

    Args:
        by: `k_center` or `facility`.
        dims: Dimensions of an embedding.
        part: `all` of the example, its `prompt` or its `completion`.
    """

    name = "diversity"
    needs: tuple[Aid, ...] = ()
    streams = False

    def __init__(self, by: str = "k_center", dims: int = 256, part: str = "prompt") -> None:
        self._by = one_of("by", by, ("k_center", "facility"))
        self._dims = whole("dims", dims, 2, 65_536)
        self._part = part_of(part)

    def choose(
        self, examples: Iterable[Example], keep: Keep | None, aids: Aids
    ) -> Iterator[Choice]:
        """One choice per example, in their order."""
        rows = list(examples)
        if not rows:
            return
        vectors_ND = embed([self._part(row) for row in rows], self._dims)
        count = room(keep, len(rows), len(rows))
        rng = Random(derive("diversity", aids.seed))  # noqa: S311 - a draw, not a secret
        if self._by == "k_center":
            picked, gains = k_center(vectors_ND, count, rng.randrange(len(rows)))
        else:
            sample = sorted(rng.sample(range(len(rows)), min(_CLIENTS, len(rows))))
            picked, gains = facility(vectors_ND, vectors_ND[sample], count)
        added = dict(zip(picked, gains, strict=True))
        yield from report(rows, [added.get(place) for place in range(len(rows))], picked)

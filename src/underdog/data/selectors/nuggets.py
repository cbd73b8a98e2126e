"""NUGGETS: keep the examples that help a model most as the only worked example.

Anchors are questions with answers. s0 is the mean log-probability of an anchor's answer without a
worked example, s1(z) with example z shown before it; the golden score of z is the share of anchors
with s1(z) > s0 (arXiv 2312.10302). SuperNUGGETS (arXiv 2412.09990) does the same with a 125M-350M
model.

Anchors come from the examples by k-centre greedy inside a random pool (SuperNUGGETS takes a fifth
of them by a reward model; we take all by k-centre). Our addition: an anchor that is the candidate
itself or nearly so (cosine of hashed n-gram embeddings above `twin`) does not count. Cost: one
forward pass per pair of candidate and anchor.
"""

from collections.abc import Iterable, Iterator, Sequence
from random import Random

import numpy as np
from numpy.typing import NDArray

from underdog.core import Message, Prompt
from underdog.core.example import Example
from underdog.data.dataset.example_text import whole as whole_text
from underdog.data.selectors import selectors
from underdog.data.selectors.keep import Keep
from underdog.data.selectors.measuring.embedding import embed
from underdog.data.selectors.measuring.losses import asked, losses
from underdog.data.selectors.measuring.picking import k_center
from underdog.data.selectors.measuring.ranking import report_best
from underdog.data.selectors.selector import Aid, Aids, Choice
from underdog.engines.sync import SyncEngine
from underdog.errors import UsageError
from underdog.generators.knobs import share, whole
from underdog.seeds import derive


@selectors.register("nuggets")
class Nuggets:
    """Examples that, shown once, make most other answers likelier.

    Args:
        anchors: Number of examples on which the gain is measured.
        pool: Number of random examples from which anchors are chosen.
        twin: Cosine similarity above which an anchor does not count for a candidate.
    """

    name = "nuggets"
    needs: tuple[Aid, ...] = ("engine",)
    streams = False

    def __init__(self, anchors: int = 100, pool: int = 10_000, twin: float = 0.9) -> None:
        self._anchors = whole("anchors", anchors, 1, 100_000)
        self._pool = whole("pool", pool, 1, 10_000_000)
        self._twin = share("twin", twin)

    def choose(
        self, examples: Iterable[Example], keep: Keep | None, aids: Aids
    ) -> Iterator[Choice]:
        """One choice per example, in their order."""
        if aids.engine is None:
            raise UsageError("nuggets needs an engine")
        rows = list(examples)
        if not rows:
            return
        vectors_ND = embed([whole_text(row) for row in rows])
        places = self._choose_anchors(vectors_ND, aids.seed)
        anchors = [rows[place] for place in places]
        alone = losses(aids.engine, [(asked(row), row.completion) for row in anchors])
        twins_NM = vectors_ND @ vectors_ND[places].T > self._twin
        scores: list[float | None] = []
        for row, twins_M in zip(rows, twins_NM, strict=True):
            usable = [place for place in range(len(anchors)) if not twins_M[place]]
            scores.append(_golden(aids.engine, row, anchors, alone, usable))
        rejected = {
            place: "no anchor to judge it by" for place, s in enumerate(scores) if s is None
        }
        yield from report_best(rows, scores, keep, rejected)

    def _choose_anchors(self, vectors_ND: NDArray[np.float32], seed: int) -> list[int]:
        rng = Random(derive("nuggets", seed))  # noqa: S311 - a draw, not a secret
        total = len(vectors_ND)
        pool = sorted(rng.sample(range(total), min(self._pool, total)))
        chosen, _ = k_center(vectors_ND[pool], self._anchors, rng.randrange(len(pool)))
        return [pool[place] for place in chosen]


def _golden(
    engine: SyncEngine,
    candidate: Example,
    anchors: Sequence[Example],
    alone: Sequence[float | None],
    usable: Sequence[int],
) -> float | None:
    shown = candidate.messages
    pairs = [(_after(shown, asked(anchors[place])), anchors[place].completion) for place in usable]
    helped = losses(engine, pairs)
    gains = [
        after < before
        for after, before in zip(helped, (alone[place] for place in usable), strict=True)
        if after is not None and before is not None
    ]
    return sum(gains) / len(gains) if gains else None


def _after(shown: tuple[Message, ...], prompt: Prompt) -> Prompt:
    return Prompt(shown + prompt.messages, prompt.prefix)

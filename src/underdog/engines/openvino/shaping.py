"""Penalties, biases and constraints: what changes a row's logits before its token is drawn.

Repetition penalty as in arXiv 1909.05858 (prompt and reply), presence and frequency penalty as
OpenAI defines them (reply), biases, then the constraint's mask. The changed rows get tile numbers
of their own, so that the draw from them is as exact as any other. A row without such parameters
has no shaper and costs nothing here.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from underdog.core import SamplingParams
from underdog.engines.constraints import Matcher
from underdog.engines.openvino.decoder import Floats, Logits
from underdog.engines.openvino.weights import TILE

Ints = NDArray[np.int64]

_NO_LOGIT = np.float32(-1e30)


class Shaper:
    """Changes the logits of one row.

    Args:
        params: Its parameters.
        prompt: The distinct tokens of its prompt.
        matcher: Follows its constraint; `None` when it has none.
    """

    def __init__(self, params: SamplingParams, prompt: Ints, matcher: Matcher | None) -> None:
        self._matcher = matcher
        self._penalties = _Penalties(params, prompt) if params.penalised else None

    def shape(self, values_V: Floats) -> bool:
        """Change a row's logits in place; false where no token is left."""
        if self._penalties is not None:
            self._penalties.apply(values_V)
        if self._matcher is None:
            return True
        allowed = self._matcher.mask()
        values_V[len(allowed) :] = _NO_LOGIT
        np.putmask(values_V[: len(allowed)], ~allowed, _NO_LOGIT)
        return bool(allowed.any())

    def accept(self, token: int) -> bool:
        """Take the token that was drawn; whether the constraint lets nothing follow it."""
        if self._penalties is not None:
            self._penalties.count(token)
        return self._matcher is not None and self._matcher.accept(token)

    @property
    def error(self) -> str:
        """Why no token is left."""
        reason = self._matcher.error if self._matcher is not None else ""
        return f"EngineError: the constraint allows no token here ({reason or 'dead end'})"


class _Penalties:
    """Penalties and biases, on the few tokens that they touch."""

    def __init__(self, params: SamplingParams, prompt: Ints) -> None:
        self._params = params
        seen = prompt if params.repetition_penalty != 1.0 else prompt[:0]
        biased = np.array([token for token, _ in params.logit_bias], np.int64)
        self._tokens = np.unique(np.concatenate([seen, biased]))
        self._seen = np.isin(self._tokens, seen)
        self._times = np.zeros(len(self._tokens))
        self._bias = np.zeros(len(self._tokens))
        places = np.searchsorted(self._tokens, biased)
        np.add.at(self._bias, places, [bias for _, bias in params.logit_bias])

    def count(self, token: int) -> None:
        """Take note of a token of the reply."""
        place = int(np.searchsorted(self._tokens, token))
        if place == len(self._tokens) or self._tokens[place] != token:
            self._tokens = np.insert(self._tokens, place, token)
            self._seen = np.insert(self._seen, place, True)
            self._times = np.insert(self._times, place, 0.0)
            self._bias = np.insert(self._bias, place, 0.0)
        self._seen[place] = True
        self._times[place] += 1.0

    def apply(self, values_V: Floats) -> None:
        """Change the touched logits."""
        params = self._params
        values = values_V[self._tokens].astype(np.float64)
        penalty = params.repetition_penalty
        if penalty != 1.0:
            repeated = np.where(values > 0.0, values / penalty, values * penalty)
            values = np.where(self._seen, repeated, values)
        values -= params.frequency_penalty * self._times
        values -= params.presence_penalty * (self._times > 0.0)
        values_V[self._tokens] = values + self._bias


def shaped(logits: Logits, rows: Ints, shapers: Sequence[Shaper]) -> tuple[Logits, list[bool]]:
    """The logits that each shaper makes of its row, and whether they leave any token."""
    values = logits.values_MV[rows]
    cooling = logits.cooling_M[rows]
    num_tiles = values.shape[1] // TILE
    tile_max = np.empty((len(rows), num_tiles), np.float32)
    cooled = np.empty((len(rows), num_tiles), np.float32)
    possible: list[bool] = []
    for place, shaper in enumerate(shapers):
        possible.append(shaper.shape(values[place]))
        tiles = values[place].reshape(num_tiles, TILE)
        tiles.max(axis=1, out=tile_max[place])
        with np.errstate(over="ignore"):
            below = (tiles - tile_max[place].max()) * cooling[place]
        np.exp(below, out=below).sum(axis=1, out=cooled[place])
    return Logits(values, tile_max, logits.tile_mass_MN[rows], cooled, cooling), possible

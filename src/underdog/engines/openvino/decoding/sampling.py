"""Exact sampling of tokens for many rows at once, without sorting the vocabulary.

The graph reports per tile of 64 tokens the highest logit and the summed probability mass. A draw
from the whole distribution picks a tile by its mass, then a token inside it. The k likeliest tokens
lie in the k tiles with the highest maxima, so filters look at a few thousand candidates instead of
150 thousand. Filters apply after the temperature, in the order top-k, top-p, min-p; each keeps a
head, that is the first tokens when sorted by probability. A row's draws depend on its seed and the
token position only.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from underdog.core import SamplingParams
from underdog.engines.openvino.compiled.decoder import Floats, Logits
from underdog.engines.openvino.compiled.weights import TILE

Ints = NDArray[np.int64]
Doubles = NDArray[np.float64]

_HEAD = 16
_GROWTH = 8
_LONGEST_HEAD = _HEAD * _GROWTH
_DEPTHS_PER_NAT = 32
_DEPTHS = 2048


@dataclass(frozen=True, slots=True)
class DrawnTokens:
    """One drawn token per row; arrays have one element per row.

    Attributes:
        tokens: Ids of the drawn tokens.
        logprobs: Their log-probabilities (nats) at temperature 1, before any filter.
        confidence: DeepConf token confidence, or `None` when not asked for.
        self_certainty: KL divergence of the uniform distribution from the head (nats), or `None`
            when not asked for.
    """

    tokens: Ints
    logprobs: Doubles
    confidence: Doubles | None
    self_certainty: Doubles | None


def draw(
    logits: Logits,
    rows: Ints,
    seeds: NDArray[np.uint64],
    positions: Ints,
    params: SamplingParams,
    changed: Logits | None = None,
) -> DrawnTokens:
    """Draw a token for every given row.

    Args:
        logits: The model's logits at M positions.
        rows: Index into `logits` for each draw; several draws may share one.
        seeds: Seed of each draw's row.
        positions: Number of tokens that each row has sampled before.
        params: Temperature, filters and the number of alternatives to report on.
        changed: Shaped logits to draw from instead (penalties, biases, constraints), one position
            per draw; log-probabilities and confidences still come from `logits`.
    """
    chance = uniforms(seeds, positions)
    if changed is None:
        tokens = _tokens(logits, rows, chance, params)
    else:
        tokens = _tokens(changed, np.arange(len(rows)), chance, params)
    normaliser = log_normaliser(logits, rows)
    logprobs = np.minimum(logits.values_MV[rows, tokens] - normaliser, 0.0)
    if not params.top_logprobs:
        return DrawnTokens(tokens, logprobs, None, None)
    _, heads = _head(logits, rows, params.top_logprobs)
    listed = np.minimum(heads.astype(np.float64) - normaliser[:, None], 0.0)
    return DrawnTokens(tokens, logprobs, -listed.mean(axis=1), _self_certainty(listed))


def _tokens(logits: Logits, rows: Ints, chance: Doubles, params: SamplingParams) -> Ints:
    if params.greedy:
        return _likeliest(logits, rows)
    if params.top_k > 0 or params.top_p < 1.0 or params.min_p > 0.0:
        return _from_head(logits, rows, chance, params, params.top_k or _HEAD)
    return _from_all(logits, rows, chance)


def log_normaliser(logits: Logits, rows: Ints) -> Doubles:
    """Log of the sum of exp(logit) over the vocabulary, one number per index in `rows`."""
    highest = logits.tile_max_MN[rows].max(axis=1)
    return highest + np.log(logits.tile_mass_MN[rows].sum(axis=1, dtype=np.float64))


def uniforms(seeds: NDArray[np.uint64], positions: Ints) -> Doubles:
    """Random numbers in [0, 1), one per seed and position (the finaliser of SplitMix64, twice)."""
    mixed = _mix(_mix(seeds) + positions.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15))
    return (mixed >> np.uint64(11)).astype(np.float64) * 2.0**-53


def _mix(state: NDArray[np.uint64]) -> NDArray[np.uint64]:
    state = state + np.uint64(0x9E3779B97F4A7C15)
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))


def _tiles(values: Floats) -> Any:
    return values.reshape(len(values), -1, TILE)


def _likeliest(logits: Logits, rows: Ints) -> Ints:
    tiles = logits.tile_max_MN[rows].argmax(axis=1)
    return tiles * TILE + _tiles(logits.values_MV)[rows, tiles].argmax(axis=1)


def _from_all(logits: Logits, rows: Ints, chance: Doubles) -> Ints:
    """Tokens drawn from the whole distribution by its inverse: first the tile, then the token."""
    mass = logits.tile_mass_cooled_MN[rows].cumsum(axis=1, dtype=np.float64)
    target = chance * mass[:, -1]
    tiles = np.minimum((mass <= target[:, None]).sum(axis=1), mass.shape[1] - 1)
    each = np.arange(len(rows))
    reached = mass[each, tiles]
    before = np.where(tiles > 0, mass[each, tiles - 1], 0.0)
    share = (target - before) / np.maximum(reached - before, np.finfo(np.float64).tiny)
    inside = _tiles(logits.values_MV)[rows, tiles].astype(np.float64)
    return tiles * TILE + _pick(_cooled(inside, logits, rows), share)


def _cooled(values: Doubles, logits: Logits, rows: Ints) -> Doubles:
    """exp((logit - highest) / temperature), with the temperature that the graph used."""
    highest = logits.tile_max_MN[rows].max(axis=1).astype(np.float64)
    return np.exp((values - highest[:, None]) * logits.cooling_M[rows][:, None])


def _pick(weights: Doubles, share: Doubles) -> Ints:
    """Per row, the first index at which the running sum of weights exceeds `share` of their sum."""
    running = weights.cumsum(axis=1)
    places = (running <= (share * running[:, -1])[:, None]).sum(axis=1)
    last = (weights > 0).cumsum(axis=1).argmax(axis=1)
    return np.minimum(places, last)


def _head(logits: Logits, rows: Ints, size: int) -> tuple[Ints, Floats]:
    """The `size` likeliest tokens of each row, likeliest first, and their logits."""
    num_tiles = logits.tile_max_MN.shape[1]
    size = min(size, num_tiles * TILE)
    tiles = _largest(logits.tile_max_MN[rows], min(size, num_tiles))
    values = _tiles(logits.values_MV)[rows[:, None], tiles].reshape(len(rows), -1)
    places = _largest(values, size)
    each = np.arange(len(rows))[:, None]
    tokens = tiles[each, places // TILE] * TILE + places % TILE
    found = values[each, places]
    order = np.argsort(-found, axis=1)
    return tokens[each, order], found[each, order]


def _largest(values: Floats, count: int) -> Ints:
    if count >= values.shape[1]:
        return np.tile(np.arange(values.shape[1], dtype=np.int64), (len(values), 1))
    return np.argpartition(values, values.shape[1] - count, axis=1)[:, -count:]


def _from_head(
    logits: Logits, rows: Ints, chance: Doubles, params: SamplingParams, size: int
) -> Ints:
    """Tokens drawn from the head that the filters keep, read further where `size` is too short."""
    candidates, values = _head(logits, rows, size)
    weights = _cooled(values.astype(np.float64), logits, rows)
    total = (
        weights[:, : params.top_k].sum(axis=1)
        if params.top_k
        else logits.tile_mass_cooled_MN[rows].sum(axis=1, dtype=np.float64)
    )
    kept, short = _kept(weights, total, params)
    places = _pick(np.where(kept, weights, 0.0), chance)
    tokens = candidates[np.arange(len(rows)), places]
    if not params.top_k and candidates.shape[1] < logits.values_MV.shape[1] and short.any():
        again = np.flatnonzero(short)
        if size * _GROWTH <= _LONGEST_HEAD:
            tokens[again] = _from_head(logits, rows[again], chance[again], params, size * _GROWTH)
        else:
            tokens[again] = [
                _from_depths(logits, row, share, params)
                for row, share in zip(rows[again], chance[again], strict=True)
            ]
    return tokens


def _from_depths(logits: Logits, row: Any, chance: float, params: SamplingParams) -> int:
    """A token drawn from a head of thousands of tokens.

    Tokens are grouped by depth, the distance of their logit below the highest. The draw picks a
    depth by its mass, then a token in it: the same draw as from the sorted head, but only the
    tokens of one depth are sorted.
    """
    values_V = logits.values_MV[row]
    with np.errstate(over="ignore"):
        below_V = (values_V.max() - values_V) * logits.cooling_M[row]
    weights_V = np.exp(-below_V).astype(np.float64)
    if params.min_p > 0.0:
        weights_V[weights_V < params.min_p] = 0.0
    nearest_V = np.minimum(below_V, _DEPTHS / _DEPTHS_PER_NAT)
    depths_V = np.minimum(nearest_V * _DEPTHS_PER_NAT, _DEPTHS - 1).astype(np.int64)
    mass = np.bincount(depths_V, weights_V, minlength=_DEPTHS).astype(np.float64)
    running: Doubles = mass.cumsum()
    total = logits.tile_mass_cooled_MN[row].sum(dtype=np.float64)
    nucleus = params.top_p * float(total)
    last = _place(running, min(nucleus, float(running[-1])))

    def inside(depth: int) -> tuple[Ints, Doubles]:
        """Kept tokens of a depth, likeliest first, and the cumulative mass up to each."""
        tokens = np.flatnonzero((depths_V == depth) & (weights_V > 0.0))
        tokens = tokens[np.argsort(-weights_V[tokens], kind="stable")]
        before = running[depth] - mass[depth]
        reached: Doubles = before + weights_V[tokens].cumsum()
        kept = 1 + _place(reached[:-1], nucleus)
        return tokens[:kept], reached[:kept]

    tokens, reached = inside(last)
    target = chance * float(reached[-1])
    depth = min(_place(running, target, "right"), last)
    if depth < last:
        tokens, reached = inside(depth)
    return int(tokens[min(_place(reached, target, "right"), len(tokens) - 1)])


def _place(running: Doubles, target: float, side: Literal["left", "right"] = "left") -> int:
    found: Any = np.searchsorted(running, target, side=side)
    return int(found)


def _kept(weights: Doubles, total: Doubles, params: SamplingParams) -> tuple[Any, Any]:
    """Masks of the candidates that pass the filters, and of rows that need more candidates."""
    before = weights.cumsum(axis=1) - weights
    kept = before < params.top_p * total[:, None] if params.top_p < 1.0 else weights > 0.0
    kept &= weights >= params.min_p * weights[:, :1]
    kept[:, 0] = True
    return kept, kept[:, -1]


def _self_certainty(listed: Doubles) -> Doubles:
    renormalised = listed - np.log(np.exp(listed).sum(axis=1, keepdims=True))
    return np.maximum(0.0, -np.log(listed.shape[1]) - renormalised.mean(axis=1))

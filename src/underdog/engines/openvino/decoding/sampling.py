"""Drawing tokens for many rows at once, exactly, without sorting the vocabulary.

The graph reports per tile of 64 tokens the highest logit and the summed probability mass. A draw
from the whole distribution picks a tile by its mass, then a token inside it. The k likeliest tokens
lie in the k tiles with the highest maxima, so filters look at a few thousand candidates instead of
150 thousand. Filters apply after the temperature, in the order top-k, top-p, min-p; every one of
them keeps a head of the sorted candidates. A row's draws depend on its seed and the position only.
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
    """One token per row.

    Attributes:
        tokens: What was drawn.
        logprobs: Its log-probability at temperature 1, before any filter.
        confidence: DeepConf token confidence, or `None` when not asked for.
        self_certainty: KL divergence from uniform over the head, or `None`.
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
        logits: Logits of at least these rows.
        rows: Which position in `logits` each draw looks at; one may serve many draws.
        seeds: Seed of each draw's row.
        positions: How many tokens each row has sampled before.
        params: How to draw.
        changed: What to draw from instead, one position per draw; the numbers about the token that
            was drawn stay those of `logits`.
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
    """Log of the sum of exp(logit) over the vocabulary."""
    highest = logits.tile_max_MN[rows].max(axis=1)
    return highest + np.log(logits.tile_mass_MN[rows].sum(axis=1, dtype=np.float64))


def uniforms(seeds: NDArray[np.uint64], positions: Ints) -> Doubles:
    """A number in [0, 1) per seed and position (the finaliser of SplitMix64, twice)."""
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
    """Inverse of the cumulative distribution: first over tiles, then inside the tile."""
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
    """Where the running sum of each row passes its share of the row's sum."""
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
    """Draw from the kept head, looking further down where the head seen so far is too short."""
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
    """Draw from a head of thousands of tokens: by how far below the likeliest, then inside.

    The same draw as from the sorted head, without sorting more than the tokens of one depth.
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
        """Tokens of a depth that are kept, likeliest first, and the mass up to each."""
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
    """Which candidates pass the filters, and for which rows the head seen is too short."""
    before = weights.cumsum(axis=1) - weights
    kept = before < params.top_p * total[:, None] if params.top_p < 1.0 else weights > 0.0
    kept &= weights >= params.min_p * weights[:, :1]
    kept[:, 0] = True
    return kept, kept[:, -1]


def _self_certainty(listed: Doubles) -> Doubles:
    renormalised = listed - np.log(np.exp(listed).sum(axis=1, keepdims=True))
    return np.maximum(0.0, -np.log(listed.shape[1]) - renormalised.mean(axis=1))

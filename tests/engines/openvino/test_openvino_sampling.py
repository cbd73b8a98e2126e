"""Draws against the definition, over random distributions."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from underdog.core import SamplingParams
from underdog.engines.token_trace import token_trace

pytest.importorskip("openvino")

from underdog.engines.openvino.compiled.decoder import Logits
from underdog.engines.openvino.decoding import sampling
from underdog.engines.openvino.decoding.sampling import draw, uniforms

TILES = 12
VOCABULARY = TILES * 64


def logits_of(values: np.ndarray, temperature: float = 1.0) -> Logits:
    values = values.astype(np.float32)
    tiles = values.reshape(len(values), -1, 64)
    tile_max = tiles.max(2)
    below = tiles - tile_max.max(1)[:, None, None]
    cooling = np.full(len(values), 1 / temperature, np.float32)
    return Logits(
        values, tile_max, np.exp(below).sum(2), np.exp(below / temperature).sum(2), cooling
    )


def random_logits(seed: int, sharpness: float, temperature: float = 1.0) -> Logits:
    random = np.random.default_rng(seed)
    return logits_of(random.normal(size=(1, VOCABULARY)) * sharpness, temperature)


def tokens(logits: Logits, params: SamplingParams, draws: int) -> np.ndarray:
    parts = []
    for first in range(0, draws, 250):
        seeds = np.arange(first, min(first + 250, draws))
        zeros = np.zeros_like(seeds)
        parts.append(draw(logits, zeros, seeds.astype(np.uint64), zeros, params).tokens)
    return np.concatenate(parts)


def kept_by_definition(values: np.ndarray, params: SamplingParams) -> np.ndarray:
    """Probabilities after temperature, top-k, top-p and min-p, on the sorted vocabulary."""
    scaled = values.astype(np.float64) / params.temperature
    chances = np.exp(scaled - scaled.max())
    order = np.argsort(-chances, kind="stable")
    chances = chances[order] / chances.sum()
    if params.top_k:
        chances[params.top_k :] = 0.0
        chances /= chances.sum()
    chances[np.cumsum(chances) - chances >= params.top_p] = 0.0
    chances[chances < params.min_p * chances[0]] = 0.0
    out = np.zeros(len(values))
    out[order] = chances / chances.sum()
    return out


@pytest.mark.parametrize(
    "params",
    [
        SamplingParams(temperature=1.0),
        SamplingParams(temperature=0.6),
        SamplingParams(temperature=0.8, top_p=0.95),
        SamplingParams(temperature=1.0, top_k=5),
        SamplingParams(temperature=1.3, top_k=50, top_p=0.7),
        SamplingParams(temperature=1.0, min_p=0.2),
        SamplingParams(temperature=1.5, top_p=0.999),
    ],
)
@pytest.mark.parametrize("sharpness", [0.5, 2.0, 6.0])
def test_tokens_are_drawn_as_often_as_they_should(params: SamplingParams, sharpness: float) -> None:
    logits = random_logits(3, sharpness, params.temperature)
    draws = 5_000
    counts = np.bincount(tokens(logits, params, draws), minlength=VOCABULARY)
    expected = kept_by_definition(logits.values_MV[0], params) * draws
    assert (counts[expected == 0] == 0).all()
    big = expected >= 20
    grouped = [*counts[big], counts[~big].sum()], [*expected[big], expected[~big].sum()]
    found, wanted = (np.array(side, float) for side in grouped)
    chi_square = ((found - wanted)[wanted > 0] ** 2 / wanted[wanted > 0]).sum()
    freedom = max(1, int((wanted > 0).sum()) - 1)
    assert chi_square < freedom + 5 * np.sqrt(2 * freedom) + 5


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.1, 12.0), st.integers(1, 16))
def test_greedy_takes_the_likeliest_token(seed: int, sharpness: float, count: int) -> None:
    values = np.random.default_rng(seed).normal(size=(count, VOCABULARY)) * sharpness
    logits = logits_of(values)
    rows = np.arange(count)
    drawn = draw(logits, rows, rows.astype(np.uint64), rows, SamplingParams(temperature=0.0))
    assert (drawn.tokens == logits.values_MV.argmax(1)).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.1, 8.0), st.integers(1, 30))
def test_trace_numbers_are_those_of_the_definition(seed: int, sharpness: float, top: int) -> None:
    logits = random_logits(seed, sharpness, 0.7)
    params = SamplingParams(temperature=0.7, top_p=0.9, top_logprobs=top)
    zero = np.zeros(1, np.int64)
    drawn = draw(logits, zero, zero.astype(np.uint64), zero, params)
    values = logits.values_MV[0].astype(np.float64)
    listed = values - values.max() - np.log(np.exp(values - values.max()).sum())
    expected = token_trace([listed[drawn.tokens[0]]], [np.sort(listed)[::-1].tolist()], top)
    assert drawn.logprobs[0] == pytest.approx(expected.logprobs[0], abs=1e-4)
    assert drawn.confidence is not None
    assert drawn.self_certainty is not None
    assert drawn.confidence[0] == pytest.approx(expected.confidence[0], abs=1e-4)
    assert drawn.self_certainty[0] == pytest.approx(expected.self_certainty[0], abs=1e-3)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 2**64 - 1), min_size=2, max_size=40), st.integers(0, 500))
def test_a_rows_draws_do_not_depend_on_the_rows_beside_it(seeds: list[int], position: int) -> None:
    logits = random_logits(5, 2.0, 0.9)
    params = SamplingParams(temperature=0.9, top_p=0.97)

    def drawn(chosen: list[int]) -> list[int]:
        rows = np.zeros(len(chosen), np.int64)
        numbers = np.array(chosen, np.uint64)
        return draw(logits, rows, numbers, rows + position, params).tokens.tolist()

    assert drawn(seeds) == [drawn([seed])[0] for seed in seeds]


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 10_000),
    st.floats(0.05, 6.0),
    st.sampled_from([0.3, 1.0, 1.8]),
    st.sampled_from([1e-9, 0.5, 0.95, 0.9999, 1.0]),
    st.sampled_from([0.0, 0.01, 0.3]),
)
def test_a_long_head_is_drawn_from_as_if_it_had_been_sorted(
    seed: int, sharpness: float, temperature: float, top_p: float, min_p: float
) -> None:
    logits = random_logits(seed, sharpness, temperature)
    params = SamplingParams(temperature, top_p=top_p, min_p=min_p)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sampling, "_LONGEST_HEAD", 10**9)
        by_rank = tokens(logits, params, 40)
        patch.setattr(sampling, "_LONGEST_HEAD", 0)
        by_depth = tokens(logits, params, 40)
    # A chance on the border of two tokens may fall to either: sums of other parts round otherwise.
    ranks = np.argsort(np.argsort(-logits.values_MV[0], kind="stable"), kind="stable")
    apart = np.abs(ranks[by_depth] - ranks[by_rank])
    assert apart.max() <= 1
    assert apart.sum() <= 3


def test_chances_are_uniform_over_seeds_and_positions() -> None:
    seeds = np.arange(200).astype(np.uint64)
    table = np.array([uniforms(seeds, np.full(200, place)) for place in range(200)])
    assert (table >= 0).all()
    assert (table < 1).all()
    assert len(np.unique(table)) == table.size
    counts = np.histogram(table, bins=50, range=(0, 1))[0]
    assert ((counts - 800) ** 2 / 800).sum() < 100
    assert abs(np.corrcoef(table[:-1].ravel(), table[1:].ravel())[0, 1]) < 0.02


def split_mix(state: int) -> int:
    """SplitMix64 (Steele et al., 2014) in whole numbers: `split_mix(0)` is 0xe220a8397b1dcdaf."""
    whole = (1 << 64) - 1
    state = (state + 0x9E3779B97F4A7C15) & whole
    state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & whole
    state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & whole
    return state ^ (state >> 31)


@pytest.mark.parametrize(
    ("seed", "position"), [(0, 0), (1, 0), (0, 1), (7, 100), (2**63, 8191), (2**64 - 1, 3)]
)
def test_a_seed_draws_what_it_always_drew(seed: int, position: int) -> None:
    assert split_mix(0) == 0xE220A8397B1DCDAF
    state = (split_mix(seed) + position * 0x9E3779B97F4A7C15) % 2**64
    [found] = uniforms(np.array([seed], np.uint64), np.array([position]))
    assert found == (split_mix(state) >> 11) * 2.0**-53


def test_a_head_as_large_as_the_vocabulary_is_allowed() -> None:
    logits = random_logits(1, 1.0)
    params = SamplingParams(temperature=1.0, top_k=10**6, top_logprobs=5)
    assert 0 <= tokens(logits, params, 3)[0] < VOCABULARY

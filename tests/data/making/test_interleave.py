"""Shares in tokens, even spacing, and the bounds that are promised."""

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from underdog.data.making.interleave import Exposure, Interleaver, gap_bound


def _shares(weights: list[int]) -> list[float]:
    return [weight / sum(weights) for weight in weights]


def _sizes(pools: int, longest: int, seed: int, steps: int = 250) -> list[list[int]]:
    rng = Random(seed)
    return [[rng.randint(1, longest) for _ in range(steps)] for _ in range(pools)]


WEIGHTS = st.lists(st.integers(1, 50), min_size=1, max_size=8)


@settings(max_examples=40)
@given(WEIGHTS, st.integers(1, 200), st.integers(0, 5))
def test_tokens_of_every_pool_stay_within_the_stated_bounds(
    weights: list[int], longest: int, seed: int
) -> None:
    shares, sizes = _shares(weights), _sizes(len(weights), longest, seed)
    tokens, used, total = [0] * len(shares), [0] * len(shares), 0
    longest_own = [max(own) for own in sizes]
    for pool in Interleaver(shares).choose(sizes, 250):
        size = sizes[pool][used[pool]]
        used[pool] += 1
        tokens[pool] += size
        total += size
        for share, count, own in zip(shares, tokens, longest_own, strict=True):
            assert count >= share * total - max(longest_own) - 1e-6
            assert count <= share * total + (1 - share) * own + 1e-6


@settings(max_examples=40)
@given(WEIGHTS, st.integers(1, 200), st.integers(0, 5))
def test_gaps_between_exposures_stay_within_the_stated_bound(
    weights: list[int], longest: int, seed: int
) -> None:
    shares, sizes = _shares(weights), _sizes(len(weights), longest, seed)
    turns = Interleaver(shares)
    turns.choose(sizes, 250)
    for share, exposure, own in zip(shares, turns.exposures, sizes, strict=True):
        bound = gap_bound(share, max(own), max(map(max, sizes)))
        assert exposure.gap_at(turns.position) <= bound + 1e-6


@settings(max_examples=40)
@given(WEIGHTS, st.integers(0, 5), st.lists(st.integers(0, 40), max_size=12))
def test_a_stream_cut_anywhere_goes_on_as_if_uncut(
    weights: list[int], seed: int, cuts: list[int]
) -> None:
    shares, sizes = _shares(weights), _sizes(len(weights), 30, seed)
    whole = Interleaver(shares)
    expected = whole.choose(sizes, 200)
    exposures: tuple[Exposure, ...] = ()
    chosen: list[int] = []
    for cut in [*cuts, 200]:
        turns = Interleaver(shares, exposures)
        left = [own[chosen.count(pool) :] for pool, own in enumerate(sizes)]
        chosen += turns.choose(left, min(cut, 200 - len(chosen)))
        exposures = turns.exposures
    assert chosen == expected
    assert exposures == whole.exposures


def test_equal_items_are_spaced_evenly() -> None:
    chosen = Interleaver([0.5, 0.3, 0.2]).choose([[1] * 100] * 3, 100)
    assert [chosen.count(pool) for pool in range(3)] == [50, 30, 20]
    places = [place for place, pool in enumerate(chosen) if pool == 2]
    assert {right - left for left, right in pairwise(places)} <= {
        3,
        4,
        5,
        6,
        7,
    }


def test_it_stops_where_the_next_size_is_not_known() -> None:
    turns = Interleaver([0.5, 0.5])
    chosen = turns.choose([[1, 1], [1] * 10], 10)
    assert chosen.count(0) == 2
    assert len(chosen) <= 6
    assert turns.choose([[], [1]], 10) == []


def test_it_stops_at_a_position_in_tokens() -> None:
    turns = Interleaver([0.5, 0.5])
    turns.choose([[7] * 50, [7] * 50], 100, until=30)
    assert turns.position == 35


@pytest.mark.parametrize("rare", [0.001, 0.02])
def test_random_sampling_breaks_the_bound_that_interleaving_keeps(rare: float) -> None:
    steps = 20_000
    turns = Interleaver([rare, 1 - rare])
    turns.choose([[1] * steps] * 2, steps)
    rng = Random(0)
    places = [-1, *(step for step in range(steps) if rng.random() < rare), steps]
    gap = max(right - left for left, right in pairwise(places)) - 1
    assert turns.exposures[0].largest_gap <= gap_bound(rare, 1, 1) < gap


def test_moving_shares_are_owed_and_paid_back() -> None:
    sizes = [[7, 3, 9] * 400, [4, 11] * 400, [25] * 400]
    courses = ([0.5, 0.495, 0.005], [0.2, 0.795, 0.005], [0.0, 0.995, 0.005], [0.6, 0.395, 0.005])
    exposures, owed = [Exposure()] * 3, [0.0] * 3
    used, due = [0, 0, 0], [0.0, 0.0, 0.0]
    for number in range(24):
        shares = courses[number % 4]
        turns = Interleaver(shares, exposures, owed)
        before = turns.position
        chosen = turns.choose([one[at:] for one, at in zip(sizes, used, strict=True)], 30)
        assert len(chosen) == 30
        assert shares[0] or 0 not in chosen
        used = [at + chosen.count(pool) for pool, at in enumerate(used)]
        due = [
            one + share * (turns.position - before) for one, share in zip(due, shares, strict=True)
        ]
        exposures, owed = turns.exposures, turns.owed
        for pool in range(3):
            assert owed[pool] == pytest.approx(due[pool] - exposures[pool].tokens, abs=1e-6)
            assert abs(owed[pool]) <= 25
    assert exposures[2].items == pytest.approx(sum(due) * 0.005 / 25, abs=1.1)


def test_shares_that_do_not_move_choose_as_ever_whatever_is_owed() -> None:
    sizes = [[7, 3, 9] * 100, [4, 11] * 100]
    whole = Interleaver([0.3, 0.7])
    wanted = whole.choose(sizes, 100)
    turns, used, found = Interleaver([0.3, 0.7]), [0, 0], []
    for _ in range(10):
        chosen = turns.choose([one[at:] for one, at in zip(sizes, used, strict=True)], 10)
        used = [at + chosen.count(pool) for pool, at in enumerate(used)]
        found += chosen
        turns = Interleaver([0.3, 0.7], turns.exposures, turns.owed)
    assert found == wanted

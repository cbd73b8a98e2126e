import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from underdog.core import ModelShape, Price
from underdog.engines.charging import charge
from underdog.engines.token_trace import FLOOR, clamp, token_trace


def test_confidence_is_the_mean_of_negative_logprobs() -> None:
    assert token_trace([-1.0], [[-1.0, -3.0]], 2).confidence == (2.0,)


def test_self_certainty_is_zero_for_a_uniform_head_and_grows_with_peakedness() -> None:
    flat, peaked = token_trace(
        [-1.0, -1.0], [[-1.0] * 4, [-0.1, -5.0, -5.0, -5.0]], 4
    ).self_certainty
    assert flat == pytest.approx(0.0)
    assert peaked > 1.0


def test_self_certainty_is_the_divergence_from_uniform() -> None:
    probs = [0.5, 0.3, 0.2]
    expected = sum(math.log((1 / 3) / p) / 3 for p in probs)
    [value] = token_trace([-1.0], [[math.log(p) for p in probs]], 3).self_certainty
    assert value == pytest.approx(expected)


def test_only_the_asked_for_head_counts() -> None:
    assert token_trace([-1.0], [[-1.0, -9.0]], 1).confidence == (1.0,)


@pytest.mark.parametrize(("rows", "top_k"), [([[-1.0]], 0), ([], 2), ([[]], 2)])
def test_without_alternatives_the_columns_are_empty(rows: list[list[float]], top_k: int) -> None:
    trace = token_trace([-1.0], rows, top_k)
    assert trace.logprobs == (-1.0,)
    assert (trace.confidence, trace.self_certainty, trace.top_k) == ((), (), 0)


@pytest.mark.parametrize(
    ("given", "finite"),
    [
        (None, FLOOR),
        (math.nan, FLOOR),
        (-math.inf, FLOOR),
        (-3e38, FLOOR),
        (0.1, 0.0),
        (-2.0, -2.0),
    ],
)
def test_logprobs_are_made_finite(given: float | None, finite: float) -> None:
    assert clamp(given) == finite


@given(st.lists(st.floats(allow_nan=True), min_size=1, max_size=6))
def test_any_head_gives_finite_numbers(head: list[float]) -> None:
    trace = token_trace([head[0]], [head], len(head))
    assert all(math.isfinite(number) for number in trace.confidence + trace.self_certainty)


@pytest.mark.parametrize("cached", [0, 4, 9])
def test_a_prompt_costs_the_same_flops_whatever_was_cached(cached: int) -> None:
    shape = ModelShape(100)
    usage = charge(prompt_tokens=9, cached_prompt_tokens=cached, generated_tokens=0, shape=shape)
    assert usage.flops == 9 * 2 * 100


def test_attention_to_what_came_before_counts() -> None:
    shape = ModelShape(0, num_layers=1, hidden_size=1)
    usage = charge(prompt_tokens=0, generated_tokens=2, context_before=10, shape=shape)
    assert usage.flops == 4 * (11 + 12)


def test_money_is_charged_at_the_price() -> None:
    usage = charge(prompt_tokens=10, generated_tokens=1, price=Price(1e6, 0.0, 5e6))
    assert usage.cost_usd == 15.0

import pytest
from hypothesis import given
from hypothesis import strategies as st

from underdog.core import ModelShape, Price, Usage
from underdog.errors import UsageError
from underdog.measure.cost import (
    CallFlops,
    amount,
    call_flops,
    machine_cost_usd,
    verifier_cost_usd,
)

SHAPE = ModelShape(num_params=1000, num_embedding_params=100, num_layers=3, hidden_size=8)
TOKENS = st.integers(0, 60)


def test_flops_by_hand():
    shape = ModelShape(num_params=10, num_layers=1, hidden_size=1)
    assert call_flops(shape, 2, 1) == CallFlops(prefill=2 * 20 + 4 * (1 + 2), decode=20 + 4 * 3)
    assert call_flops(shape, 2, 1).total == 84


@given(TOKENS, TOKENS, TOKENS)
def test_flops_equal_the_sum_over_tokens_and_split_anywhere(cached, fresh, generated):
    prompt = cached + fresh
    flops = call_flops(SHAPE, prompt, generated, cached)
    each = [SHAPE.flops_per_token(place + 1) for place in range(prompt + generated)]
    assert flops.prefill == pytest.approx(sum(each[cached:prompt]))
    assert flops.decode == pytest.approx(sum(each[prompt:]))
    whole = call_flops(SHAPE, prompt + generated, 0, cached)
    assert flops.total == pytest.approx(whole.total)


@pytest.mark.parametrize("counts", [(5, 1, 6), (5, -1, 0), (5, 1, -1)])
def test_impossible_token_counts_are_refused(counts):
    with pytest.raises(UsageError, match="cached"):
        call_flops(SHAPE, *counts)


def test_money():
    assert verifier_cost_usd(Usage(verifier_tokens=2_000_000), Price(prompt_usd=0.5)) == 1.0
    assert machine_cost_usd(1800, 3.0) == 1.5


def test_amounts():
    usage = Usage(generated_tokens=3, verifier_tokens=4, flops=5.0, seconds=6.0, cost_usd=7.0)
    quantities = ("tokens", "flops", "seconds", "usd")
    assert [amount(usage, quantity) for quantity in quantities] == [7.0, 5.0, 6.0, 7.0]

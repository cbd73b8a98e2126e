"""Adding usage, keeping budgets."""

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from underdog.core import Budget, Price, Usage

counts = st.integers(0, 10**9)
amounts = st.floats(0, 1e18)
usages = st.builds(Usage, counts, counts, counts, counts, counts, counts, amounts, amounts, amounts)
CAPS = [field.name for field in fields(Budget)]


@given(usages, usages)
def test_adding_adds_every_field(left: Usage, right: Usage) -> None:
    total = left + right
    for field in fields(Usage):
        assert getattr(total, field.name) == getattr(left, field.name) + getattr(right, field.name)


@given(usages)
def test_nothing_is_neutral(usage: Usage) -> None:
    assert usage + Usage() == usage == Usage() + usage


def test_measured_times_are_no_part_of_what_was_used() -> None:
    assert Usage(calls=1, seconds=1.0, wall_s=0.5) == Usage(calls=1)
    assert Usage(calls=1, flops=1.0) != Usage(calls=1)
    assert Usage(calls=1, cost_usd=1.0) != Usage(calls=1)


@given(usages)
def test_no_cap_is_never_exceeded(usage: Usage) -> None:
    assert Budget().exceeded_by(usage) is None


@pytest.mark.parametrize("cap", CAPS)
def test_a_cap_may_be_met_but_not_passed(cap: str) -> None:
    budget = Budget(**{cap: 10})
    assert budget.exceeded_by(Usage(**{cap: 10})) is None
    assert budget.exceeded_by(Usage(**{cap: 11})) == cap


def test_a_price_charges_cached_prompts_apart() -> None:
    price = Price(prompt_usd=2.0, cached_prompt_usd=1.0, generated_usd=10.0)
    usage = Usage(prompt_tokens=3_000_000, cached_prompt_tokens=1_000_000, generated_tokens=500_000)
    assert price.cost_usd(usage) == pytest.approx(2 * 2.0 + 1 * 1.0 + 0.5 * 10.0)

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from underdog.measure.intervals import Estimate, Interval
from underdog.reports.numbers import (
    percent,
    percent_interval,
    price,
    price_interval,
    si,
    si_interval,
    times,
    usd,
    with_interval,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (7, "7"),
        (0.5, "0.50"),
        (12.34, "12.3"),
        (99.97, "100"),
        (999, "999"),
        (999.7, "1.00k"),
        (1000, "1.00k"),
        (123_456, "123k"),
        (2.1e12, "2.10T"),
        (5e30, "5000000000Z"),
        (math.inf, "∞"),
        (math.nan, "∞"),
        (-1500, "-1.50k"),
    ],
)
def test_si_prefixes(value, text):
    assert si(value) == text


def test_si_with_a_unit_keeps_a_narrow_space():
    assert si(2500, "W") == "2.50\u202fkW"


@given(st.floats(1e-2, 1e22))
def test_si_is_short_and_close(value):
    text = si(value)
    assert len(text) <= 6
    factor = {"k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18, "Z": 1e21}
    number = float(text.rstrip("kMGTPEZ")) * factor.get(text[-1], 1.0)
    assert number == pytest.approx(value, rel=0.011, abs=0.006)


def test_shares_intervals_ratios_and_money():
    assert percent(0.1234) == "12.3%"
    assert percent_interval(Interval(0.1, 0.25)) == "10.0–25.0%"
    assert si_interval(Interval(1000, 2000)) == "1.00k–2.00k"
    assert [times(ratio) for ratio in (0.256, 1.25, 9.96, math.inf)] == [
        "0.26×",
        "1.2×",
        "10×",
        "∞×",
    ]
    assert [usd(value) for value in (0, 0.0123, 12, 0.00042, math.inf)] == [
        "$0.00",
        "$0.01",
        "$12.00",
        "$0.00042",
        "∞",
    ]


@pytest.mark.parametrize(
    ("value", "low", "high", "text"),
    [
        (2000.0, 1500.0, 2500.0, "2.00k [1.50k–2.50k]"),
        (math.inf, 1500.0, math.inf, "more than 1.50k"),
        (math.inf, 0.0, math.inf, "too few to tell"),
        (20.0, 0.0, math.inf, "20 [too few to tell]"),
    ],
)
def test_a_price_is_never_printed_as_infinite(value, low, high, text):
    estimate = Estimate(value, Interval(low, high))
    assert with_interval(estimate) == text
    assert "∞" not in price(estimate, usd) + price_interval(estimate)

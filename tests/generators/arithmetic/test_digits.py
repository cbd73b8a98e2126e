"""Plain sums, differences and products; carries and lengths are drawn evenly."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.generators.item_checks import check_family, draw
from underdog.errors import ConfigError
from underdog.generators import families
from underdog.generators.arithmetic.digits import count_carries


@pytest.mark.parametrize("operation", ["add", "subtract", "multiply", "mixed"])
def test_items_are_whole_and_true(operation: str) -> None:
    for item in check_family(f"digits:operation={operation},digits=4", 100):
        left, right = item.problem.meta["operands"]
        results = {"+": left + right, "-": left - right, "*": left * right}
        assert item.problem.gold == str(results[item.problem.meta["operator"]])
        assert int(item.problem.gold) >= 0


def test_carries_are_drawn_evenly() -> None:
    items = draw("digits:digits=3,min_digits=3", 800)
    counts = Counter(item.problem.meta["carries"] for item in items)
    assert set(counts) == {0, 1, 2, 3}
    assert min(counts.values()) > 120
    for item in items[:100]:
        left, right = item.problem.meta["operands"]
        assert count_carries(left, right) == item.problem.meta["carries"]
        assert len(str(left)) == len(str(right)) == 3


def test_carries_can_be_left_to_chance() -> None:
    counts = Counter(
        item.problem.meta["carries"]
        for item in draw("digits:digits=6,min_digits=6,carries=natural", 200)
    )
    assert counts[0] < 20


def test_mirrored_sums_share_a_key_with_the_other_families() -> None:
    keys = {item.key for item in draw("digits:digits=1", 100)}
    assert keys <= {f"add:{a},{b}" for a in range(10) for b in range(a, 10)}
    assert all(
        k.startswith("sub:")
        for k in (i.key for i in draw("digits:operation=subtract,min_digits=3", 20))
    )


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_carries_are_what_digit_sums_lose(left: int, right: int) -> None:
    def digit_sum(number: int) -> int:
        return sum(map(int, str(number)))

    lost = digit_sum(left) + digit_sum(right) - digit_sum(left + right)
    assert count_carries(left, right) * 9 == lost


@pytest.mark.parametrize(
    "knobs", ["operation=divide", "digits=41", "digits=2,min_digits=3", "carries=many"]
)
def test_knobs_out_of_range_are_refused(knobs: str) -> None:
    with pytest.raises(ConfigError):
        families.create(f"digits:{knobs}")

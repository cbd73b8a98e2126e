import pytest
from hypothesis import given
from hypothesis import strategies as st

from underdog.data.selectors import Keep
from underdog.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "total", "kept"),
    [("10%", 200, 20), ("0.5", 7, 3), ("5_000", 100, 100), ("12", 100, 12), ("100%", 9, 9)],
)
def test_reads_shares_and_counts(text, total, kept):
    assert Keep.parse(text).of(total) == kept


@pytest.mark.parametrize("text", ["", "ten", "-3", "0", "0%", "150%", "1.5", "10 %%"])
def test_refuses_what_is_no_amount(text):
    with pytest.raises(ConfigError):
        Keep.parse(text)


def test_exactly_one_of_share_and_count_is_given():
    with pytest.raises(ConfigError, match="either"):
        Keep()
    with pytest.raises(ConfigError, match="either"):
        Keep(0.5, 3)


@given(st.integers(1, 100), st.integers(0, 10_000))
def test_a_share_is_never_nothing_of_something_and_never_more_than_all(percent, total):
    kept = Keep.parse(f"{percent}%").of(total)
    assert kept == (max(1, total * percent // 100) if total else 0)

"""Every line of a detailed scratchpad is true by itself: what a model would learn to write."""

import re

from hypothesis import given
from hypothesis import strategies as st

from underdog.forms.column_arithmetic import WrittenOperation
from underdog.forms.detailed_scratchpad import detailed_scratch

_WORKED = re.compile(
    r"(\d) ([-+*]) (\d) ([-+]) (\d) = (-?\d+), digit (\d), (?:carry|borrow) (\d), "
    r"so far \[([\d ]+)\]"
)
_LENGTHS = re.compile(r"\[([\d ]+)\] has (\d+)")
_ROW = re.compile(r"\[([\d ]+)\] \* (\d)")
_COUNTS = {"+": int.__add__, "-": int.__sub__, "*": int.__mul__}


def number(listed: str) -> int:
    return int(listed.replace(" ", ""))


@given(st.sampled_from("+-*"), st.integers(0, 10**6), st.integers(0, 10**6))
def test_every_worked_line_counts_right(operator: str, left: int, right: int) -> None:
    said = detailed_scratch(WrittenOperation(operator, left, right))
    worked = list(_WORKED.finditer(said))
    assert worked
    for line in worked:
        one, first, other, second, carried, total = line.groups()[:6]
        told = _COUNTS[second](_COUNTS[first](int(one), int(other)), int(carried))
        assert told == int(total), line[0]
        assert int(line[7]) == told % 10, line[0]
        assert int(line[8]) == abs(told // 10), line[0]
        assert line[9].startswith(line[7]), line[0]
    for listed, count in _LENGTHS.findall(said):
        assert len(listed.split()) == int(count)


@given(st.integers(10, 10**6), st.integers(10, 10**6))
def test_the_rows_of_a_product_are_the_products_by_digits(left: int, right: int) -> None:
    said = detailed_scratch(WrittenOperation("*", left, right))
    kept, split = (left, right) if len(str(left)) >= len(str(right)) else (right, left)
    rows = _ROW.split(said)[1:]
    assert [int(digit) for digit in rows[1::3]] == [int(d) for d in reversed(str(split))]
    for listed, digit, lines in zip(rows[::3], rows[1::3], rows[2::3], strict=True):
        assert number(listed) == kept
        own = lines.partition("shifted by")[0]
        done = re.findall(r"(?:so far|in front:) \[([\d ]+)\]", own)[-1]
        assert number(done) == kept * int(digit)
        shifted = re.search(r"shifted by (\d): \[([\d ]+)\]", lines)
        if shifted:
            assert number(shifted[2]) == kept * int(digit) * 10 ** int(shifted[1])
    assert number(re.findall(r"(?:so far|done|in front:) \[([\d ]+)\]", said)[-1]) == left * right

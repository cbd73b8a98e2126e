"""How algebra, lists and steps are written down."""

import doctest
from fractions import Fraction
from types import ModuleType

import pytest

from underdog.generators.arithmetic import digits
from underdog.generators.craft import notation as _notation
from underdog.generators.craft import worked_steps as _trace
from underdog.generators.craft.notation import listed, ordinal, plural, polynomial, sum_of
from underdog.generators.craft.worked_steps import Trace
from underdog.generators.measures import calendar as _calendar
from underdog.generators.measures import clock
from underdog.generators.programs import language as _tinypy


@pytest.mark.parametrize("module", [_calendar, _notation, _tinypy, _trace, clock, digits])
def test_the_examples_hold(module: ModuleType) -> None:
    found = doctest.testmod(module)
    assert found.attempted > 0
    assert found.failed == 0


def test_sums_leave_out_what_is_zero_or_one() -> None:
    assert sum_of([(0, "x"), (-1, "y"), (1, "")]) == "-y + 1"
    assert sum_of([(0, "x")]) == "0"
    assert polynomial([-1, 0, 2, 0]) == "-x^3 + 2x"


def test_words_are_listed_and_counted() -> None:
    assert listed([]) == ""
    assert listed(["one"]) == "one"
    assert listed(["one", "two"], "or") == "one or two"
    assert [ordinal(n) for n in (2, 11, 21, 113)] == ["2nd", "11th", "21st", "113th"]
    assert plural(0, "day") == "0 days"


def test_a_trace_puts_brackets_around_negatives_and_fractions() -> None:
    trace = Trace()
    trace.add("debt", "3 - 8", -5, "{}.")
    trace.add("half", "1 / 2", Fraction(1, 2), "{}.")
    trace.add("sum", "debt ** 2 + half", Fraction(51, 2), "In all {}.")
    assert [step.text for step in trace.steps[:2]] == ["3 - 8 = -5.", "1 / 2 = 1/2."]
    assert trace.steps[2].text == "In all (-5)^2 + (1/2) = 51/2."
    assert trace.answer == "51/2"


def test_a_trace_leaves_quoted_words_alone() -> None:
    trace = Trace()
    trace.add("a", "5", 5, "")
    trace.add("b", "'a' * a", "aaaaa", "{}")
    assert trace.steps[1].text == "'a' * 5 = aaaaa"

"""What fits into a budget, and which cap is named when less fits than was asked for."""

import pytest

from underdog.core import Budget, Usage
from underdog.strategies.running.ledger import Ledger

CALL = Usage(calls=1, generated_tokens=10)


@pytest.mark.parametrize(
    ("used", "fits"), [(0, 5), (50, 5), (60, 4), (90, 1), (91, 0), (100, 0), (101, 0), (140, 0)]
)
def test_as_many_calls_fit_as_the_cap_holds_also_once_it_is_passed(used: int, fits: int) -> None:
    ledger = Ledger(Budget(generated_tokens=100))
    ledger.charge(Usage(generated_tokens=used))
    assert ledger.admit(5, CALL) == fits
    assert ledger.stopped_by == (None if fits == 5 else "generated_tokens")


def test_a_cap_that_just_holds_stops_nothing_and_the_tighter_of_two_is_named() -> None:
    ledger = Ledger(Budget(calls=3, generated_tokens=30))
    assert ledger.admit(3, CALL) == 3
    assert ledger.stopped_by is None
    assert ledger.admit(4, CALL) == 3
    first = ledger.stopped_by
    tighter = Ledger(Budget(calls=3, generated_tokens=25))
    assert tighter.admit(4, CALL) == 2
    assert (first, tighter.stopped_by) == ("calls", "generated_tokens")


def test_a_first_call_pays_the_prompt_too() -> None:
    ledger = Ledger(Budget(flops=100.0))
    assert ledger.admit(9, Usage(flops=20.0), Usage(flops=45.0)) == 2
    assert ledger.admit(9, Usage(flops=20.0), Usage(flops=101.0)) == 0

"""Who plays in a match."""

from dataclasses import replace

import pytest

from tests.runs.toys import INFO, ToyEngine
from underdog.errors import UnknownNameError
from underdog.runs.corners import Corners

SMALL, BIG = ToyEngine(replace(INFO, model="models/small.gguf")), ToyEngine(INFO)


def test_against_another_model_the_small_one_also_plays_without_help() -> None:
    both = Corners(("majority:n=4",), form="cot").contenders({"small": SMALL, "big": BIG})
    assert both["small"].strategies == ("majority:n=4", "greedy")
    assert both["big"].strategies == ("greedy",)
    assert (both["small"].label, both["big"].label) == ("small", "toy-1m")
    assert both["big"].form == "cot"


@pytest.mark.parametrize(
    ("strategies", "big"), [(("majority:n=4",), SMALL), (("majority:n=4", "greedy"), BIG)]
)
def test_it_does_not_where_it_stands_in_the_match_already(strategies, big) -> None:
    both = Corners(strategies).contenders({"small": SMALL, "big": big})
    assert both["small"].strategies == strategies


def test_the_big_one_may_write_in_another_form() -> None:
    both = Corners(form="cot", big_form="answer").contenders({"small": SMALL, "big": BIG})
    assert (both["small"].form, both["big"].form) == ("cot", "answer")


@pytest.mark.parametrize(
    "wrong",
    [
        {"small_strategies": ("majority", "majorty")},
        {"big_strategy": "greedi"},
        {"form": "cott"},
        {"big_form": "cott"},
    ],
)
def test_what_is_misspelt_is_refused_at_once(wrong) -> None:
    with pytest.raises(UnknownNameError, match="did you mean"):
        Corners(**wrong)

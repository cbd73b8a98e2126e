"""JSON, numbers, completion."""

import json
import math
from dataclasses import dataclass
from pathlib import Path

import pytest

from underdog.cli import models
from underdog.cli.terminal import console, options


@dataclass(frozen=True)
class Point:
    x: float
    path: Path
    names: frozenset[str] = frozenset()


def test_dataclasses_become_plain_json() -> None:
    value = {"point": Point(math.inf, Path("a"), frozenset({"n"})), "list": (1, None, "x", True)}
    expected = {"point": {"x": None, "path": "a", "names": ["n"]}, "list": [1, None, "x", True]}
    assert console.jsonable(value) == expected


def test_what_has_no_json_form_is_a_defect() -> None:
    with pytest.raises(TypeError, match="object has no JSON form"):
        console.jsonable(object())


def test_json_keeps_text_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    console.print_json({"text": "[red]größer 😀 :smile:" + "x" * 300})
    assert json.loads(capsys.readouterr().out)["text"].startswith("[red]größer 😀 :smile:")


@pytest.mark.parametrize(
    ("number", "text"),
    [(0.5, "0.5 "), (1234, "1.23 k"), (5.6e12, "5.6 T"), (math.inf, "∞"), (math.nan, "-")],
)
def test_quantities_have_three_digits(number: float, text: str) -> None:
    assert console.quantity(number) == text


def test_percentages_have_one_decimal() -> None:
    assert console.percent(0.12345) == "12.3%"
    assert console.percent(math.nan) == "-"


def test_names_complete_from_the_registries() -> None:
    assert options.complete_strategy("maj") == ["majority"]
    assert "cot" in options.complete_form("c")
    assert options.complete_task("gsm8k,sva") == ["gsm8k,svamp"]
    assert models.complete_model("smo") == ["smollm2-135m"]

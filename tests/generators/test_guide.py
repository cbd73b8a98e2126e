"""The guide's tables say which families and knobs there are, and what the knobs are by default."""

import inspect
import re

import pytest

from tests.paths import CHECKOUT
from underdog.generators import families
from underdog.generators.logic.goals import goals

GUIDE = (CHECKOUT / "docs" / "generators.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `(\w+)` \| .* \| (.*) \|$", GUIDE.partition("## Word problems")[0], re.M)


@pytest.mark.parametrize(("name", "written"), ROWS)
def test_the_guide_has_every_knob_with_its_default(name: str, written: str) -> None:
    knobs = inspect.signature(families.get(name)).parameters.values()
    said = re.findall(r"`(\w+=[^`]*)`", written)
    assert said == [f"{knob.name}={knob.default}" for knob in knobs if knob.name != "wording"]


def test_the_guide_has_every_family_once() -> None:
    ours = {name for name in families.names() if _is_ours(name)}
    names = [name for name, _ in ROWS]
    assert sorted([*names, "words", "microgsm"]) == sorted(ours)
    assert f"\n{len(ours)} families" in GUIDE
    assert f"{len(goals())} goals" in GUIDE


def _is_ours(name: str) -> bool:
    """Whether no other test has registered it."""
    return families.get(name).__module__.startswith("underdog.")

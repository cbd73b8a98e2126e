"""Fingerprints of readers: the same for equal settings, another one for any that may matter."""

import json
import re
import sys
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import ModuleType

import pytest

from tests.strategies.running.test_run import NoSandbox
from underdog.forms import forms
from underdog.grading import open_checker
from underdog.strategies.running import reader
from underdog.strategies.running.reader import reader_fingerprint, settings, source_digest

CHECKERS = (
    *("numeric", "numeric:tolerance=0.5", "numeric:tolerance=0.25", "exact", "math"),
    *("exact:ignore_case=true", "label", "label:labels=red|blue", "label:labels=blue|red"),
    *("label:labels=red|green", "math:timeout_s=2", "text", "choice", "json_schema", "code"),
)


def fingerprint(form: str = "cot", checker: str = "numeric", sandbox: str = "none") -> str:
    box = NoSandbox()
    box.name = sandbox
    return reader_fingerprint(forms.create(form), open_checker(checker), box)


def test_equal_readers_are_one_and_others_are_not() -> None:
    assert fingerprint() == fingerprint()
    assert len({fingerprint(checker=spec) for spec in CHECKERS}) == len(CHECKERS)
    names = ("cot", "program", "answer", "equations")
    assert len({fingerprint(form) for form in names}) == len(names)


def test_the_sandbox_counts_where_programs_run() -> None:
    assert fingerprint("program", sandbox="a") != fingerprint("program", sandbox="b")
    assert fingerprint("cot", sandbox="a") == fingerprint("cot", sandbox="b")


def test_a_changed_source_is_another_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "readers_of_a_test"
    package.mkdir()
    (package / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    seen = set()
    for source in ("x = 1", "x = 2", "x = 1"):
        (package / "rule.py").write_text(source)
        source_digest.cache_clear()
        seen.add(source_digest(("readers_of_a_test",)))
    assert len(seen) == 2
    assert source_digest(("no_such_package_at_all",)) not in seen
    monkeypatch.setattr(reader, "_LIBRARIES", ("no-such-library",))
    source_digest.cache_clear()
    assert source_digest(("readers_of_a_test",)) not in seen
    source_digest.cache_clear()


@dataclass
class Inner:
    size: int = 1


class Foreign:
    """A checker of someone else's."""

    name = "foreign"

    def __init__(self, setting: object) -> None:
        self.setting = setting


def named(name: str) -> object:
    other = NoSandbox()
    other.name = name
    return other


VALUES = (
    *(None, True, 1, 2, 1.5, "1", b"1", Fraction(1, 2), Decimal("0.5"), [1, 2], (2, 1), {1, 2}),
    *({"a": 1}, {"a": 2}, {"b": 1}, frozenset({3}), re.compile("a"), re.compile("b")),
    *(re.compile("a", re.IGNORECASE), Inner(1), Inner(2), Inner, len, json.dumps, named("a")),
    *(named("b"), {"a": {"b": Inner(3)}}, {"a": {"b": Inner(4)}}),
)


def test_every_kind_of_setting_counts() -> None:
    told = [json.dumps(settings(Foreign(value))) for value in VALUES]
    assert len(set(told)) == len(VALUES)
    assert told == [json.dumps(settings(Foreign(value))) for value in VALUES]


def test_endless_settings_end() -> None:
    loop: list = []
    loop.append(loop)
    assert json.dumps(settings(Foreign(loop)))


@dataclass
class Sized:
    name: str = "sized"
    size: int = 3
    parts: list[int] = field(default_factory=list)


class Slotted:
    __slots__ = ()


def test_dataclasses_and_classes_without_settings_are_told() -> None:
    assert settings(Sized(size=4)) != settings(Sized())
    assert settings(Slotted()) == settings(Slotted())


def test_code_of_others_counts_by_its_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader._module_digest.cache_clear()
    module = ModuleType("someone_elses")
    Foreign.__module__, before = "someone_elses", Foreign.__module__
    try:
        monkeypatch.setitem(sys.modules, "someone_elses", module)
        told = [settings(Foreign(1))]
        for source in ("a", "b"):
            path = tmp_path / "someone_elses.py"
            path.write_text(source)
            module.__file__ = str(path)
            reader._module_digest.cache_clear()
            told.append(settings(Foreign(1)))
        assert len({json.dumps(one) for one in told}) == 3
    finally:
        Foreign.__module__ = before
        reader._module_digest.cache_clear()

"""Registries: names, specs, nearest names, entry points."""

import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from underdog import registry as module
from underdog.errors import ConfigError, UnknownNameError
from underdog.registry import Registry, available, parse_spec, split_specs

BUILTIN = '''
from dataclasses import dataclass
from pets import pets

@pets.register("dog")
@dataclass
class Dog:
    """A dog that barks.

    More about it.
    """
    bark: str = "woof"
    times: int = 1
    owner: object = None

    def __post_init__(self):
        if self.times < 1:
            raise ValueError(f"times must be at least 1, not {self.times}")
'''
PACKAGE = """
from underdog.registry import Registry
pets = Registry("pet", "pets")
"""


@pytest.fixture
def pets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry[object]]:
    package = tmp_path / "pets"
    package.mkdir()
    (package / "__init__.py").write_text(PACKAGE)
    (package / "dog.py").write_text(BUILTIN)
    (package / "_private.py").write_text("raise RuntimeError('private modules are not imported')")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.MonkeyPatch.context() as patch:
        for name in ("pets", "pets.dog"):
            patch.delitem(sys.modules, name, raising=False)
        import pets  # pyright: ignore[reportMissingImports]

        yield pets.pets
        for name in ("pets", "pets.dog"):
            sys.modules.pop(name, None)


def test_modules_of_the_package_register_themselves(pets: Registry[object]) -> None:
    assert pets.names() == ["dog"]
    assert pets.describe("dog") == "A dog that barks."


def test_a_spec_gives_typed_values_and_wins_over_what_was_given(pets: Registry[object]) -> None:
    owner = object()
    dog = pets.create("dog:bark=wau,times=2", owner=owner, times=9, unknown="left out")
    assert (dog.bark, dog.times, dog.owner) == ("wau", 2, owner)


def test_an_unknown_entry_offers_the_nearest(pets: Registry[object]) -> None:
    with pytest.raises(UnknownNameError, match="unknown pet 'dogg'; did you mean dog"):
        pets.create("dogg")


def test_an_unknown_parameter_offers_the_nearest(pets: Registry[object]) -> None:
    with pytest.raises(UnknownNameError, match="parameter of pet 'dog' 'tims'; did you mean times"):
        pets.create("dog:tims=3")


def test_a_refused_value_is_a_configuration_error(pets: Registry[object]) -> None:
    with pytest.raises(ConfigError, match="pet 'dog:times=0': times must be at least 1, not 0"):
        pets.create("dog:times=0")


def test_a_name_is_registered_once(pets: Registry[object]) -> None:
    dog = pets.get("dog")
    assert pets.register("dog")(dog) is dog
    with pytest.raises(ConfigError, match="registered twice"):
        pets.register("dog")(object)


def test_other_distributions_add_entries_but_replace_none(
    pets: Registry[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    points = [EntryPoint("cat", "builtins:str", "pets"), EntryPoint("dog", "builtins:int", "pets")]
    monkeypatch.setattr(module, "entry_points", lambda group: points if group == "pets" else [])
    assert pets.names() == ["cat", "dog"]
    assert pets.get("cat") is str
    assert pets.get("dog") is not int


def test_an_entry_without_documentation_describes_itself_as_nothing(
    pets: Registry[object],
) -> None:
    pets.register("silent")(lambda: None)
    assert pets.describe("silent") == ""


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("greedy", ("greedy", {})),
        (" greedy : ", ("greedy", {})),
        ("majority(n=16)", ("majority", {"n": 16})),
        ("w:v=deepconf(kind=tail,k=2),n=3", ("w", {"v": "deepconf(kind=tail,k=2)", "n": 3})),
        ("majority:n=16", ("majority", {"n": 16})),
        ("a:x=0.5,y=true,z=False,w=cot", ("a", {"x": 0.5, "y": True, "z": False, "w": "cot"})),
        ("a: x = 1 , , y = 2", ("a", {"x": 1, "y": 2})),
        ("a:url=http://b:1", ("a", {"url": "http://b:1"})),
    ],
)
def test_specs_parse(spec: str, expected: tuple[str, dict[str, object]]) -> None:
    assert parse_spec(spec) == expected


@pytest.mark.parametrize("spec", ["majority:n", "majority:=3", "majority:n=1,16"])
def test_a_parameter_without_a_value_is_refused(spec: str) -> None:
    with pytest.raises(ConfigError, match="expected key=value"):
        parse_spec(spec)


@pytest.mark.parametrize("spec", ["", ":n=1", "majority(n=1", "two words"])
def test_what_is_no_spec_is_refused(spec: str) -> None:
    with pytest.raises(ConfigError, match="is not of the form name:key=value"):
        parse_spec(spec)


@given(st.text(max_size=30))
def test_any_text_parses_or_is_refused_in_words(spec: str) -> None:
    try:
        name, _ = parse_spec(spec)
    except ConfigError:
        return
    assert name


@given(st.integers(), st.floats(allow_nan=False), st.booleans())
def test_values_survive_the_round_trip(number: int, ratio: float, flag: bool) -> None:
    _, values = parse_spec(f"x:number={number},ratio={ratio!r},flag={flag}")
    assert values == {"number": number, "ratio": ratio, "flag": flag}


def test_commas_inside_brackets_part_no_specs() -> None:
    assert split_specs("gsm8k, words(a=1,b=2)") == ["gsm8k", " words(a=1,b=2)"]


def test_a_sub_package_registers_itself_or_says_that_its_modules_do(
    tmp_path: Path, pets: Registry[object]
) -> None:
    gathers = "from pets import pets\npets.gather(__name__)\n"
    entry = "from pets import pets\npets.register({name!r})(lambda: 0)\n"
    files = {
        "birds/__init__.py": gathers,
        "birds/owl.py": entry.format(name="owl"),
        "birds/ducks/__init__.py": gathers,
        "birds/ducks/teal.py": entry.format(name="teal"),
        "fish/__init__.py": entry.format(name="fish"),
        "fish/gills.py": "raise RuntimeError('a package that does not gather keeps its modules')",
    }
    for name, text in files.items():
        path = tmp_path / "pets" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert pets.names() == ["dog", "fish", "owl", "teal"]


def test_the_old_entry_point_group_is_read_too(monkeypatch: pytest.MonkeyPatch) -> None:
    points = {
        "underdog.forms": [EntryPoint("both", "operator:add", "underdog.forms")],
        "underdog.shapes": [
            EntryPoint("both", "operator:sub", "underdog.shapes"),
            EntryPoint("old", "operator:mul", "underdog.shapes"),
        ],
    }
    monkeypatch.setattr(module, "entry_points", lambda group: points[group])
    found: Registry[object] = Registry("form", "underdog.forms", old_group="underdog.shapes")
    assert {"both", "old"} <= set(found.names())
    assert found.get("both")(3, 1) == 4


_LISTED = """
from underdog.engines import engines
from underdog.generators import families
from underdog.forms import forms
from underdog.verifiers import verifiers
from underdog.strategies import strategies
from underdog.sandbox import sandboxes
from underdog.data.selectors import selectors
from underdog.data.sources import sources
from underdog.grading import checkers
for one in (engines, families, forms, verifiers, strategies, sandboxes, selectors, sources):
    assert one.names()
assert checkers.names()
import sys
print([name for name in sys.argv[1:] if name in sys.modules])
"""


def test_listing_names_imports_no_model_library() -> None:
    heavy = ["torch", "transformers", "openvino", "xllamacpp", "tokenizers", "scipy", "sympy",
             "math_verify", "httpx2", "pyarrow", "datasets", "reasoning_gym"]  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", _LISTED, *heavy], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_every_registry_but_that_of_tasks_can_be_listed() -> None:
    source = Path(module.__file__).parent
    text = "".join(path.read_text("utf-8") for path in source.rglob("__init__.py"))
    kinds = set(re.findall(r'= Registry\(\s*"(\w+)", ', text)) - {"task"}
    assert {kind for kind in kinds if available(kind)} == kinds
    assert "engine" in kinds


def test_a_list_tells_names_and_a_line_about_each() -> None:
    listed = available("form")
    assert list(listed) == sorted(listed)
    assert listed["program"] == "A Python function that computes the answer, run in the sandbox."


def test_an_unknown_kind_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="did you mean strategy"):
        available("strategies")


def test_a_broken_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    points = {"underdog.forms": [EntryPoint("broken", "nosuchmodule:Form", "underdog.forms")]}
    monkeypatch.setattr(module, "entry_points", lambda group: points[group])
    found: Registry[object] = Registry("form", "underdog.forms")
    with pytest.raises(ConfigError, match=r"'nosuchmodule' cannot be used.*ModuleNotFoundError"):
        found.names()

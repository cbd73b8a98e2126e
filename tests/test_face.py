"""The public face: `import underdog` names what people need, loads nothing, and is documented."""

import ast
import asyncio
import inspect
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import FunctionType

import pytest

import underdog
from tests.paths import CHECKOUT
from underdog.strategies.running import defaults

SOURCE = Path(underdog.__file__)
FUNCTIONS = [name for name in underdog.__all__ if isinstance(getattr(underdog, name), FunctionType)]


def typed_imports() -> dict[str, str]:
    """Module by name, as type checkers read it."""
    tree = ast.parse(SOURCE.read_text("utf-8"))
    return {
        alias.name: node.module or ""
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if (node.module or "").startswith("underdog.")
    }


def blocks(page: str) -> list[str]:
    """Python blocks of a page that use the public face."""
    text = (CHECKOUT / page).read_text("utf-8")
    found = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [block for block in found if "underdog." in block]


def test_every_name_is_what_type_checkers_take_it_for() -> None:
    homes = typed_imports()
    assert sorted(homes) == sorted(underdog.__all__)
    for name, home in homes.items():
        assert getattr(underdog, name) is getattr(import_module(home), name)


def test_the_names_are_sorted_and_are_no_folder_or_file_of_the_package() -> None:
    assert underdog.__all__ == sorted(underdog.__all__)
    assert not set(underdog.__all__) & {path.stem for path in SOURCE.parent.iterdir()}


def test_importing_loads_nothing_and_using_a_name_only_what_it_needs() -> None:
    program = (
        "import sys, underdog\n"
        "def loaded(): return sorted(one for one in sys.modules if one.startswith('underdog.'))\n"
        "print(loaded())\n"
        "underdog.UnderdogError, underdog.UnderdogError\n"
        "print(loaded())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.splitlines() == ["[]", "['underdog.errors']"]


def test_dir_lists_every_name() -> None:
    assert {*underdog.__all__, "__version__"} <= set(dir(underdog))


def test_the_version_is_the_installed_one() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+\w*", underdog.__version__)


def test_a_misspelt_name_is_answered_with_the_nearest() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import underdog; underdog.slove"], capture_output=True, text=True
    )
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last == "AttributeError: underdog has no 'slove'. Did you mean: 'solve'?"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_documents_its_arguments_result_errors_and_shows_an_example(name: str) -> None:
    function = getattr(underdog, name)
    text = inspect.getdoc(function) or ""
    for argument in inspect.signature(function).parameters:
        assert re.search(rf"^    {argument}: ", text, re.MULTILINE), f"{argument} is not explained"
    assert "\nExample:\n    >>> " in text
    assert "\nReturns:\n" in text


@pytest.mark.parametrize("name", sorted(set(underdog.__all__) - set(FUNCTIONS)))
def test_a_type_is_documented(name: str) -> None:
    assert inspect.getdoc(getattr(underdog, name))


def test_it_works_where_an_event_loop_runs_already() -> None:
    async def cell() -> str | None:
        return underdog.solve("2 + 2?", "scripted:reply=The answer is 4.").decision.answer

    assert asyncio.run(cell()) == "4"


@pytest.mark.parametrize("page", ["README.md", "docs/quickstart.md"])
def test_the_lines_of_a_page_run(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    lines = blocks(page)
    assert lines
    reply = "scripted:reply=3 + 4 = 7. The answer is 7."
    exec("\n".join(lines).replace("smollm2-135m", reply), {})
    assert capsys.readouterr().out


def test_the_page_on_python_names_the_defaults() -> None:
    text = (CHECKOUT / "docs" / "python.md").read_text("utf-8")
    named = re.findall(r"`([^`]+)`\s\(`([A-Z_]+)`\)", text)
    assert {(value, getattr(defaults, name)) for value, name in named} == {
        (value, value) for value, _ in named
    }
    assert {name for _, name in named} == {"DEFAULT_MODEL", "SOLVE_STRATEGY", "MATCH_STRATEGY"}
    assert (defaults.SAMPLING.temperature, defaults.SAMPLING.top_logprobs) == (0.7, 5)


def test_the_page_on_python_explains_every_name_and_no_other() -> None:
    text = (CHECKOUT / "docs" / "python.md").read_text("utf-8")
    explained = re.findall(r"^\.\. auto(function|class|exception):: (\w+)$", text, re.MULTILINE)
    assert sorted(name for _, name in explained) == underdog.__all__
    assert {name for kind, name in explained if kind == "function"} == set(FUNCTIONS)

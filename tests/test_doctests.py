"""The examples in docstrings are run, in every module that can be read without a missing extra."""

import doctest
from importlib import import_module
from pathlib import Path

import pytest

import underdog
from underdog.errors import MissingExtraError

_ROOT = Path(underdog.__file__).parent


def _with_examples() -> list[str]:
    """Names of the modules with an example in them."""
    files = sorted(path for path in _ROOT.rglob("*.py") if ">>> " in path.read_text("utf-8"))
    parts = (path.relative_to(_ROOT.parent).with_suffix("").parts for path in files)
    return [".".join(part for part in names if part != "__init__") for names in parts]


@pytest.mark.parametrize("name", _with_examples())
def test_the_examples_of_a_module_hold(name: str) -> None:
    try:
        module = import_module(name)
    except MissingExtraError as error:
        pytest.skip(str(error))
    except ImportError as error:
        if (error.name or "underdog").partition(".")[0] == "underdog":
            raise
        pytest.skip(f"needs an extra: {error}")
    results = doctest.testmod(module)
    assert results.attempted > 0
    assert results.failed == 0


def test_examples_are_found() -> None:
    assert "underdog.seeds" in _with_examples()

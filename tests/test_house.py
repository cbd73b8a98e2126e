"""The floor plan: what docs/architecture.md says of it is true, no hall, no name twice."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.paths import CHECKOUT

PACKAGE = CHECKOUT / "src" / "underdog"
MOST_FILES = 16
ONE_MORE_OF_A_KIND = {
    "core": "one file per noun",
    "forms": "one file per form",
    "data/selectors": "one file per selector",
}
FILES_TWICE = {
    "bench.py": "the command, and what a strategy is run with",
    "challenge.py": "the command and what it calls",
    "code.py": "the form and the checker `code`",
    "collect.py": "the command and what it calls",
    "deepconf.py": "the strategy and the verifier `deepconf`",
    "engine.py": "one per backend, and the noun",
    "exact.py": "the selector and the checker `exact`",
    "make.py": "the command and what it calls",
    "replay.py": "the command and what it calls",
    "solve.py": "the command and what it calls",
}
"""Two registries, or a registry and a command, each want the name."""


def folders() -> Iterator[Path]:
    for init in sorted(PACKAGE.rglob("__init__.py")):
        yield init.parent


def name_of(folder: Path) -> str:
    return folder.relative_to(PACKAGE).as_posix()


def first_line(file: Path) -> str:
    return (ast.get_docstring(ast.parse(file.read_text("utf-8"))) or "").partition("\n")[0]


def rows() -> list[tuple[str, str]]:
    text = (CHECKOUT / "docs" / "architecture.md").read_text("utf-8")
    return re.findall(r"^\| `([a-z_/]+)/` \| (.+?) \|$", text, re.MULTILINE)


def test_the_table_of_the_architecture_is_the_tree() -> None:
    tree = {
        name_of(folder): first_line(folder / "__init__.py").rstrip(".")
        for folder in folders()
        if folder != PACKAGE
    }
    assert dict(rows()) == tree
    assert len(rows()) == len(tree)


def test_the_table_climbs_as_the_imports_do() -> None:
    layers = re.search(
        r"^layers = \[(.*?)^\]", (CHECKOUT / "pyproject.toml").read_text(), re.S | re.M
    )
    assert layers is not None
    floors = [
        re.findall(r"[a-z_]+", line) for line in reversed(re.findall(r'"([^"]+)"', layers[1]))
    ]
    height = {name: floor for floor, names in enumerate(floors) for name in names}
    heights = [height[name] for name, _ in rows() if "/" not in name]
    assert heights == sorted(heights)


def test_no_folder_is_a_hall() -> None:
    halls = {
        name_of(folder): count
        for folder in folders()
        if (count := len([f for f in folder.glob("*.py") if f.name != "__init__.py"])) > MOST_FILES
    }
    assert halls.keys() == ONE_MORE_OF_A_KIND.keys()


def test_no_file_name_stands_twice() -> None:
    places = defaultdict(list)
    for path in PACKAGE.rglob("*.py"):
        if path.name not in ("__init__.py", "__main__.py"):
            places[path.name].append(name_of(path))
    assert {name for name, found in places.items() if len(found) > 1} == FILES_TWICE.keys()


def test_no_class_name_stands_twice() -> None:
    places = defaultdict(list)
    for path in PACKAGE.rglob("*.py"):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef):
                places[node.name].append(name_of(path))
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_modules_can_be_imported_on_every_system() -> None:
    """Modules of one system are imported where they are used; the jail's inside runs on Linux."""
    one_system = {"fcntl", "grp", "pty", "pwd", "resource", "termios", "tty", "msvcrt", "winreg"}
    found = [
        f"{file.relative_to(PACKAGE)}: {alias.name}"
        for file in sorted(PACKAGE.rglob("*.py"))
        if file.parent.name != "_jailed"
        for node in ast.parse(file.read_text("utf-8")).body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in (
            node.names if isinstance(node, ast.Import) else [ast.alias(name=node.module or "")]
        )
        if alias.name in one_system
    ]
    assert found == []

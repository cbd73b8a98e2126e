"""The project itself: a light import, few dependencies, a whole wheel, floors that hold."""

import importlib
import importlib.metadata
import json
import re
import subprocess
import sys
import tomllib
import zipfile
from itertools import pairwise
from pathlib import Path

import pytest

from tests.paths import CHECKOUT

HEAVY = {
    "accelerate",
    "altair",
    "datasets",
    "fastapi",
    "httpx2",
    "huggingface_hub",
    "math_verify",
    "numpy",
    "openvino",
    "psutil",
    "pyarrow",
    "pydantic_monty",
    "rich",
    "scipy",
    "sympy",
    "tokenizers",
    "torch",
    "transformers",
    "typer",
    "vl_convert",
    "xllamacpp",
}
NEVER = {"litellm", "restrictedpython"}
MAX_DEPENDENCIES = 14
BROUGHT = (
    ("math-verify", "latex2sympy2-extended", "sympy"),
    ("tokenizers", "huggingface-hub"),
    ("typer", "rich"),
)
"""Dependencies that cannot be installed without the last of each row, which is imported too."""


def project() -> dict[str, object]:
    return tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]


def name_of(requirement: str) -> str:
    name = re.split(r"[\s\[<>=!~;]", requirement, maxsplit=1)[0]
    return name.lower().replace("_", "-")


def all_requirements() -> list[str]:
    extras = project()["optional-dependencies"]
    return [*project()["dependencies"], *(one for extra in extras.values() for one in extra)]


def constraints() -> dict[str, str]:
    lines = (CHECKOUT / "constraints.txt").read_text().splitlines()
    pins = (line.split("==") for line in lines if line and not line.startswith("#"))
    return dict(pins)


def imported_by(statement: str) -> set[str]:
    program = f"{statement}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120
    )
    return {name.partition(".")[0] for name in json.loads(done.stdout)}


@pytest.mark.parametrize(
    "statement",
    [
        "import underdog",
        "import underdog.core, underdog.errors, underdog.registry, underdog.seeds, underdog.files",
        "import underdog.engines, underdog.forms, underdog.strategies, underdog.tasks",
        "import underdog.grading, underdog.sandbox, underdog.verifiers, underdog.measure",
    ],
)
def test_importing_the_packages_loads_no_heavy_library(statement: str) -> None:
    assert not imported_by(statement) & HEAVY


def test_the_command_line_starts_without_models_statistics_or_charts() -> None:
    assert not imported_by("import underdog.cli") & (HEAVY - {"typer"})


def test_there_are_at_most_fourteen_core_dependencies() -> None:
    assert len(project()["dependencies"]) <= MAX_DEPENDENCIES


@pytest.mark.parametrize("chain", BROUGHT)
def test_what_is_imported_undeclared_comes_with_a_dependency(chain: tuple[str, ...]) -> None:
    core = {name_of(requirement) for requirement in project()["dependencies"]}
    assert chain[0] in core
    assert chain[-1] not in core
    for by, brought in pairwise(chain):
        always = [need for need in importlib.metadata.requires(by) or () if ";" not in need]
        assert brought in {name_of(need) for need in always}


def test_no_refused_package_is_a_dependency() -> None:
    assert not {name_of(requirement) for requirement in all_requirements()} & NEVER
    assert not constraints().keys() & NEVER


def test_every_direct_dependency_has_a_tested_version() -> None:
    assert {name_of(requirement) for requirement in all_requirements()} <= constraints().keys()


def test_constraints_name_versions_and_nothing_else() -> None:
    assert constraints()
    for name, version in constraints().items():
        assert re.fullmatch(r"[a-z0-9.-]+", name), name
        assert re.fullmatch(r"[0-9][0-9a-z.]*", version), f"{name}=={version}"


def test_the_wheel_holds_every_file_of_the_package(tmp_path: Path) -> None:
    pytest.importorskip("hatchling")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=CHECKOUT, check=True, capture_output=True, timeout=120)
    [wheel] = tmp_path.glob("*.whl")
    packed = set(zipfile.ZipFile(wheel).namelist())
    source = CHECKOUT / "src"
    files = {
        path.relative_to(source).as_posix()
        for path in (source / "underdog").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert "underdog/py.typed" in packed
    assert files <= packed
    assert not any(name.startswith("tests") for name in packed)


def test_every_file_that_the_table_of_papers_names_is_there() -> None:
    text = (CHECKOUT / "docs" / "papers.md").read_text()
    files = re.findall(r"`([a-z_]+/[a-z_/]+\.py)`", text)
    assert files
    assert [name for name in files if not (CHECKOUT / "src" / "underdog" / name).exists()] == []


@pytest.mark.parametrize("seam", ["engines", "forms", "sandbox", "strategies", "verifiers"])
def test_every_implementation_is_named_in_the_docs(seam: str) -> None:
    package = importlib.import_module(f"underdog.{seam}")
    registry = package.sandboxes if seam == "sandbox" else getattr(package, seam)
    text = "".join(path.read_text() for path in (CHECKOUT / "docs").rglob("*.md"))
    assert [name for name in registry.names() if f"`{name}" not in text] == []


def test_python_files_stay_short() -> None:
    long = {
        path.relative_to(CHECKOUT).as_posix()
        for path in (CHECKOUT / "src").rglob("*.py")
        if len(path.read_text().splitlines()) > 400
    }
    assert not long

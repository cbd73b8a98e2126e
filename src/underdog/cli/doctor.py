"""`underdog doctor`: engines, sandboxes and models of this machine, and advice on missing ones."""

import os
import platform
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Literal, TypeAlias

from rich.text import Text

from underdog.cli.terminal.console import AsJson, cells, out, print_json, table
from underdog.errors import UnderdogError
from underdog.strategies.running.defaults import DEFAULT_MODEL

State: TypeAlias = Literal["ok", "optional", "missing"]

_STYLES: dict[State, str] = {"ok": "green", "optional": "yellow", "missing": "red"}
_ENGINES = {"openvino": "openvino", "llama_cpp": "xllamacpp"}
_EXTRAS = {
    "transformers": ("torch", "transformers"),
    "datasets": ("datasets",),
}


@dataclass(frozen=True, slots=True)
class Examined:
    """One row of the report: a part of the machine or the installation.

    Attributes:
        what: Name of the part.
        state: Whether the part works; `missing` when nothing works without it.
        detail: Version or path of the part, or advice on how to get it.
    """

    what: str
    state: State
    detail: str


def doctor(as_json: AsJson = False) -> None:
    """Say which engines, sandboxes and models work here, and what to do about the rest."""
    findings = [finding for look in _LOOKS for finding in look()]
    if as_json:
        print_json(findings)
    else:
        rows = table("", "what", "found")
        for one in findings:
            rows.add_row(Text(one.state, _STYLES[one.state]), *cells(one.what, one.detail))
        out.print(rows)
    missing = [one.what for one in findings if one.state == "missing"]
    if missing:
        raise UnderdogError(f"nothing can be solved yet; missing: {', '.join(missing)}")


def _machine() -> list[Examined]:
    system = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    python = f"{platform.python_version()} at {sys.executable}"
    return [
        Examined("underdog", "ok", installed_version("underdog")),
        Examined("Python", "ok", python),
        Examined("machine", "ok", system),
    ]


def _sandboxes() -> list[Examined]:
    """Rows of all sandboxes, of which at least one must work."""
    from underdog.sandbox import probe

    reports = probe()
    fallback: State = "optional" if any(one.available for one in reports) else "missing"
    return [
        Examined(f"sandbox {one.name}", "ok" if one.available else fallback, one.detail)
        for one in reports
    ]


def _engines() -> list[Examined]:
    """The engines that run GGUF files."""
    endpoint = "or use an endpoint: openai:http://host:port/v1#model"
    return [
        _installed(f"engine {engine}", (package,), f"pip install {package}, {endpoint}")
        for engine, package in _ENGINES.items()
    ]


def _installed(what: str, packages: Sequence[str], advice: str) -> Examined:
    try:
        found = ", ".join(f"{name} {installed_version(name)}" for name in packages)
    except PackageNotFoundError:
        return Examined(what, "optional", advice)
    return Examined(what, "ok", found)


def _models() -> list[Examined]:
    """Pulled models with their checksum test and the engine that runs each."""
    from underdog.engines.choosing import choose_engine
    from underdog.models.pulled import pulled_models, resolve_model

    pulled = sorted(pulled_models())
    if not pulled:
        advice = f"none here; fetched when first used, or run: underdog models pull {DEFAULT_MODEL}"
        return [Examined("models", "optional", advice)]
    findings: list[Examined] = []
    for name in pulled:
        try:
            path = resolve_model(name)
            choice = choose_engine(path)
            detail = f"{path}, run by {choice.engine} ({choice.reason})"
            if choice.engine == "openvino" and not path.is_dir():
                detail += f"; {_for_one_row(path)}"
            findings.append(Examined(f"model {name}", "ok", detail))
        except UnderdogError as error:
            findings.append(Examined(f"model {name}", "optional", str(error)))
    return findings


def _for_one_row(path: Path) -> str:
    """What runs a lone row of a model that OpenVINO can run, and why."""
    from underdog.engines.choosing import choose_for_one
    from underdog.engines.machine.processor import default_threads

    choice = choose_for_one(path, default_threads())
    if choice is None:
        return "one row: not measured yet (both engines are, when a lone row is first drawn)"
    return f"one row: {choice.engine} ({choice.reason})"


def _extras() -> list[Examined]:
    """Optional dependencies by extra."""
    return [
        _installed(f"extra {extra}", packages, f"pip install 'underdog[{extra}]'")
        for extra, packages in _EXTRAS.items()
    ]


def _data() -> list[Examined]:
    """Tasks whose data is on this machine."""
    from underdog.tasks import catalogue

    cards = catalogue()
    here = [card.name for card in cards if card.source]
    detail = f"{len(here)} of {len(cards)} tasks have their data here"
    if len(here) < len(cards):
        detail += "; set UNDERDOG_DATA_DIR, or pip install 'underdog[datasets]'"
    return [Examined("data", "ok" if here else "optional", detail)]


_LOOKS: tuple[Callable[[], list[Examined]], ...] = (
    _machine,
    _sandboxes,
    _engines,
    _models,
    _extras,
    _data,
)

"""Options of the commands that write a data set of their own: `data make` and `data collect`."""

from dataclasses import dataclass
from typing import Annotated, TypeAlias

import typer

from underdog.cli.terminal.options import SandboxName

Seed: TypeAlias = Annotated[int, typer.Option(help="Another seed gives other items.")]
Workers: TypeAlias = Annotated[int, typer.Option(min=1, help="Processes that draw and verify.")]


@dataclass(frozen=True, slots=True)
class DatasetOptions:
    """Name, licence and extra files of a data set, and the sandbox for its programs."""

    name: Annotated[str, typer.Option(help="Name on the card; the folder's if empty.")] = ""
    licence: Annotated[str, typer.Option(help="SPDX name of the data's licence.")] = "apache-2.0"
    jsonl: Annotated[bool, typer.Option(help="Write JSON lines as well.")] = True
    sandbox: SandboxName = "auto"

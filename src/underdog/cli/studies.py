"""`underdog study`: repeat a published experiment at small size, with a verdict."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from underdog.cli.terminal.console import AsJson, cells, notes, out, print_json, table
from underdog.cli.terminal.study_bar import StudyBar
from underdog.errors import UnderdogError
from underdog.studies import studies
from underdog.studies.study import LEVELS, Cell, Results, Study, grid

if TYPE_CHECKING:
    from underdog.reports.study_pages.study_page import StudyReport

study = typer.Typer(
    no_args_is_help=True, help="Repeat published experiments at small size, with a verdict."
)


def _complete(incomplete: str) -> list[str]:
    return [name for name in studies.names() if name.startswith(incomplete)]


Name = Annotated[str, typer.Argument(help="Name of the study.", autocompletion=_complete)]
Setting = Annotated[str, typer.Option(help="Size of the study: ci, cpu, overnight, gpu.")]
Out = Annotated[Path | None, typer.Option("--out", help="Folder; studies/NAME when left out.")]
Seeds = Annotated[int | None, typer.Option(min=1, help="Only the first so many seeds.")]
Without = Annotated[
    list[str] | None, typer.Option(help="Kind of cells to leave out; may be repeated.")
]


@study.command("list")
def list_studies(as_json: AsJson = False) -> None:
    """List the studies, their settings and numbers of cells."""
    found = [studies.create(name) for name in studies.names()]
    if as_json:
        print_json([_facts(one) for one in found])
        return
    rows = table("study", "level", "settings (cells)", "question", "after")
    for one in found:
        sizes = ", ".join(f"{name} {len(one.cells(name))}" for name in one.settings)
        rows.add_row(*cells(one.name, one.level, sizes, one.title, one.source))
    out.print(rows)


@study.command()
def plan(
    name: Name,
    setting: Setting = "cpu",
    cpu_minutes: Annotated[
        float | None, typer.Option(min=0, help="Refuse a grid that takes more CPU minutes.")
    ] = None,
    seeds: Seeds = None,
    without: Without = None,
    as_json: AsJson = False,
) -> None:
    """Run the dearest cells in short, and say what the grid will cost."""
    from underdog.studies.study_plan import plan_study

    chosen, grid_cells = _grid(name, setting, seeds, without)
    with notes.status("running pilots"):
        made = plan_study(chosen, grid_cells)
    if as_json:
        print_json({
            "cells": len(grid_cells), "cpu_minutes": made.minutes(), "costs": made.costs,
        })  # fmt: skip
    else:
        numbers = frozenset({"cells", "CPU s, dearest", "CPU min"})
        rows = table("kind", "cells", "CPU s, dearest", "CPU min", numbers=numbers)
        for kind, cost in made.costs.items():
            same = [one for one in grid_cells if one.kind == kind]
            dearest = max(map(cost.seconds, same))
            minutes = f"{made.minutes(same):.1f}"
            rows.add_row(*cells(kind, str(len(same)), f"{dearest:.1f}", minutes))
        out.print(rows)
        out.print(
            f"{len(grid_cells)} cells, about {made.minutes():.1f} CPU minutes", highlight=False
        )
    if cpu_minutes is not None:
        made.check(cpu_minutes)


@study.command()
def run(
    name: Name,
    setting: Setting = "cpu",
    out_dir: Out = None,
    jobs: Annotated[
        int, typer.Option(min=0, help="Cells at once; 0 for one per physical core.")
    ] = 0,
    seeds: Seeds = None,
    without: Without = None,
    as_json: AsJson = False,
) -> None:
    """Run the cells that are not finished yet; the same command goes on after a stop."""
    from underdog.studies.study_run import run_cells

    chosen, grid_cells = _grid(name, setting, seeds, without)
    folder = out_dir or Path("studies") / name
    failures: list[str] = []
    with StudyBar() as bar:
        for update in run_cells(chosen, grid_cells, folder, jobs):
            bar(update)
            failures += filter(None, [update.failure])
    if as_json:
        print_json({"folder": folder, "cells": len(grid_cells), "failures": failures})
    if failures:
        raise UnderdogError(
            f"{len(failures)} of {len(grid_cells)} cells failed, first {failures[0]}; the same "
            "command runs them again"
        )
    if not as_json:
        out.print(
            f"finished; see: underdog study report {name} --setting {setting} --out {folder}",
            highlight=False, markup=False, soft_wrap=True,
        )  # fmt: skip


@study.command()
def report(
    name: Name,
    setting: Setting = "cpu",
    out_dir: Out = None,
    cells_file: Annotated[
        Path | None,
        typer.Option("--cells", help="A study's cells.csv to read, in place of the folder's."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print tables and verdict; write results.md, cells.csv and figure.svg."""
    from underdog.reports.study_pages.study_page import StudyReport
    from underdog.studies.cell_store import CellStore, read_cells_csv

    chosen, grid_cells = _grid(name, setting, None, None)
    folder = out_dir or Path("studies") / name
    if cells_file is not None:
        finished = read_cells_csv(cells_file, grid_cells)
    else:
        finished = CellStore(chosen, folder).read(grid_cells)
    if not finished:
        raise UnderdogError(
            f"{folder} holds no finished cell of {name!r}, setting {setting!r}; first: "
            f"underdog study run {name} --setting {setting} --out {folder}"
        )
    made = StudyReport(chosen, setting, Results(finished, grid_cells))
    files = made.write(folder)
    if as_json:
        print_json({"verdict": made.verdict, "tables": made.tables, "files": files})
        return
    _print(made)
    for file in files:
        notes.print(f"written: {file}", markup=False, highlight=False)


def _print(made: "StudyReport") -> None:
    for one in made.tables:
        rows = table(*one.columns, title=one.title, numbers=frozenset(one.columns[1:]))
        for row in one.rows:
            rows.add_row(*cells(*row))
        out.print(rows)
        out.print()
    verdict = made.verdict
    for judged in verdict.judgements:
        text = f"{judged.text}: {judged.words}. {judged.evidence}"
        out.print(text, highlight=False, markup=False, soft_wrap=True)
    missing = f"; {made.results.missing} cells are missing" if made.results.missing else ""
    text = f"verdict: {verdict.words} ({verdict.reason}{missing})"
    out.print(text, highlight=False, markup=False, soft_wrap=True, style="bold")


def _grid(
    name: str, setting: str, seeds: int | None, without: list[str] | None
) -> tuple[Study, list[Cell]]:
    chosen = studies.create(name)
    return chosen, grid(chosen, setting, seeds=seeds, without=without or ())


def _facts(one: Study) -> dict[str, object]:
    return {
        "name": one.name,
        "title": one.title,
        "source": one.source,
        "level": LEVELS[one.level],
        "settings": {name: len(one.cells(name)) for name in one.settings},
    }

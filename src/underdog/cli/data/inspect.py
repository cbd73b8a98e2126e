"""`underdog data inspect`: rows, lengths and exposures of a data set, and a page of them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from underdog.cli.terminal.console import AsJson, cells, notes, out, percent, print_json, table

if TYPE_CHECKING:
    from underdog.data.dataset.inspection import Inspection
    from underdog.data.mixing.exposures import PoolExposure

_BAR = 40


def inspect(
    folder: Annotated[Path, typer.Argument(help="Folder of a data set.")],
    samples: Annotated[int, typer.Option(min=0, help="Rows to show.")] = 3,
    seed: Annotated[int, typer.Option(help="Which rows.")] = 0,
    page: Annotated[Path | None, typer.Option(help="Where an HTML page goes.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show rows of a data set, how long they are, and a mixture's exposures."""
    from underdog.data.dataset.inspection import inspect_dataset
    from underdog.data.mixing.exposures import read_ledger

    found = inspect_dataset(folder, samples=samples, seed=seed)
    ledger, tokens_by = read_ledger(folder) if (folder / "ledger.json").exists() else ([], "")
    if page is not None:
        from underdog.reports.dataset_page import write_dataset_page

        write_dataset_page(found, page, ledger, tokens_by)
        notes.print(f"page: {page}", highlight=False)
    if as_json:
        print_json({"rows": found.rows, "lengths": found.lengths, "samples": found.samples})
        return
    _show(found)
    if ledger:
        show_exposures([entry for entry in ledger if entry.step == ledger[-1].step], tokens_by)


def show_exposures(entries: "list[PoolExposure]", tokens_by: str) -> None:
    """Print the exposures of every pool as a table."""
    shown = ("asked", "share", "items", "distinct", "epochs", "largest gap", "left out")
    rows = table("pool", *shown, numbers=frozenset(shown))
    for one in entries:
        epochs = f"{one.epochs:.2f}" if one.epochs else "-"
        counts = (f"{one.items:,}", f"{one.distinct:,}", epochs, f"{one.largest_gap:,}")
        shares = (percent(one.target), percent(one.share))
        rows.add_row(*cells(one.pool, *shares, *counts, f"{one.left_out:,}"))
    out.print(rows)
    out.print(f"tokens by {tokens_by}; gaps in tokens", highlight=False)


def _show(found: "Inspection") -> None:
    for example in found.samples:
        out.rule(example.id, align="left", style="dim")
        for turn in example.messages:
            out.print(f"{turn.role}:", style="dim")
            out.print(turn.content, markup=False, highlight=False)
    rows = table("form", "tokens", "rows", "", numbers=frozenset({"tokens", "rows"}))
    most = max(count for bins in found.lengths.values() for count in bins.values())
    for form, bins in found.lengths.items():
        for low, count in bins.items():
            bar = "▇" * max(1, _BAR * count // most)
            rows.add_row(*cells(form, f"{low}-{low + found.bin_tokens - 1}", f"{count:,}", bar))
    out.print(rows)

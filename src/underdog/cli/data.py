"""`underdog data`: make, check, select and mix training data, and plan how often a task is seen."""

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from underdog.cli.console import AsJson, cells, notes, out, print_json, table
from underdog.cli.data_card import show_card
from underdog.cli.data_inspect import inspect
from underdog.cli.data_make import TestFiles, Workers, make
from underdog.cli.data_mix import mix, plan
from underdog.cli.options import DataDir
from underdog.errors import DataError

if TYPE_CHECKING:
    from underdog.data.checking import CheckReport
    from underdog.data.selectors.trajectories import Trajectories
    from underdog.engines.sync import SyncEngine

data = typer.Typer(no_args_is_help=True, help="Make, check, select and mix training data.")

data.command()(make)
data.command()(inspect)
data.command()(mix)
data.command()(plan)

Folder = Annotated[Path, typer.Argument(help="Folder of a data set.")]


@data.command()
def check(
    folder: Folder,
    tests: Annotated[
        bool, typer.Option("--tests/--no-tests", help="Look for items of local test sets too.")
    ] = False,
    test_files: TestFiles = None,
    workers: Workers = 2,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Read a data set back from disk and say whether its card is true."""
    from underdog.data.checking import check_dataset

    report = check_dataset(folder, workers=workers)
    if tests or test_files:
        from underdog.data.scanning import scan_dataset

        scan = scan_dataset(folder, data_dir if tests else None, test_files or (), local=tests)
        found = len(scan.findings)
        notes.print(f"{found:,} of {scan.num_checked:,} rows repeat a test item", highlight=False)
    if as_json:
        print_json({"sound": report.sound, **{n: getattr(report, n) for n in _REPORTED}})
    else:
        _show_check(report)
    if not report.sound:
        worst = max(report.findings, key=lambda finding: finding.count)
        raise DataError(
            f"{folder} is not what its card says: {worst.what} ({worst.count:,}); make it again"
        )


@data.command()
def select(
    folder: Folder,
    by: Annotated[str, typer.Option(help="Selector, such as exact, minhash, ifd, s2l.")],
    out_dir: Annotated[Path, typer.Option("--out", help="Folder for what is kept.")],
    keep: Annotated[str, typer.Option(help="How much: 10%, 0.1 or 5000.")] = "",
    model: Annotated[str, typer.Option(help="Engine for selectors that need losses.")] = "",
    trajectories: Annotated[
        Path | None, typer.Option(help="Losses of a proxy at its checkpoints, Parquet.")
    ] = None,
    pass_rates: Annotated[
        Path | None, typer.Option(help="A student's pass rates by example id or key, JSON.")
    ] = None,
    seed: Annotated[int, typer.Option(help="What random choices hang on.")] = 0,
    split: Annotated[str | None, typer.Option(help="Only this split.")] = None,
    as_json: AsJson = False,
) -> None:
    """Keep part of a data set, chosen by a selector."""
    from underdog.data.selection import select_dataset
    from underdog.data.selectors import Aids, Keep

    with ExitStack() as stack:
        aids = Aids(
            engine=stack.enter_context(_engine(model)) if model else None,
            trajectories=_trajectories(trajectories) if trajectories else None,
            pass_rates=_pass_rates(pass_rates) if pass_rates else None,
            seed=seed,
        )
        amount = Keep.parse(keep) if keep else None
        made = select_dataset(folder, out_dir, by, keep=amount, aids=aids, split=split)
    if as_json:
        print_json({"card": made.card.model_dump(mode="json"), "reasons": made.reasons})
        return
    rows = table("choice", "rows", numbers=frozenset({"rows"}))
    for reason, number in made.reasons.items():
        rows.add_row(*cells(reason, f"{number:,}"))
    out.print(rows)
    show_card(made.card, out_dir, as_json=False)


def _engine(model: str) -> "SyncEngine":
    from underdog.engines.opening import open_engine
    from underdog.engines.sync import SyncEngine

    return SyncEngine(open_engine(model))


def _trajectories(path: Path) -> "Trajectories":
    from underdog.data.selectors.trajectories import Trajectories

    return Trajectories.read(path)


def _pass_rates(path: Path) -> dict[str, float]:
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(dict[str, float]).validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise DataError(
            f"{path} is no JSON object of pass rates by example id or key: {error}"
        ) from error


_REPORTED = ("rows", "problems", "verified", "unverifiable", "findings")


def _show_check(report: "CheckReport") -> None:
    rows = table("found", "times", "first", numbers=frozenset({"times"}))
    for finding in report.findings:
        rows.add_row(*cells(finding.what, f"{finding.count:,}", finding.first))
    if report.findings:
        out.print(rows)
    verdict = "the card is true" if report.sound else "the card is not true"
    out.print(
        f"{verdict}: {report.problems:,} problems, {report.rows:,} rows, {report.verified:,} "
        f"graded right again, {report.unverifiable:,} cannot be graded",
        highlight=False,
    )

"""`underdog data check`: whether a data set is what its card says."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from underdog.cli.data.dataset_options import Workers
from underdog.cli.data.test_sets import TestFiles
from underdog.cli.terminal.console import AsJson, cells, notes, out, print_json, table
from underdog.cli.terminal.options import DataDir
from underdog.errors import DataError

if TYPE_CHECKING:
    from underdog.data.checking.checking import CheckReport

Folder = Annotated[Path, typer.Argument(help="Folder of a data set.")]


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
    from underdog.data.checking.checking import check_dataset

    report = check_dataset(folder, workers=workers)
    if tests or test_files:
        from underdog.data.decontamination.scanning import scan_dataset

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


_REPORTED = (
    *("rows", "problems", "verified", "unverifiable", "derived"),
    *("findings", "unchecked"),
)


def _show_check(report: "CheckReport") -> None:
    rows = table("found", "times", "first", numbers=frozenset({"times"}))
    for finding in report.findings:
        rows.add_row(*cells(finding.what, f"{finding.count:,}", finding.first))
    if report.findings:
        out.print(rows)
    verdict = "the card is true" if report.sound else "the card is not true"
    out.print(
        f"{verdict}: {report.problems:,} problems, {report.rows:,} rows, {report.verified:,} "
        f"graded right again, {report.derived:,} drawn again, "
        f"{report.unverifiable:,} cannot be graded",
        highlight=False,
    )
    for one in report.unchecked:
        out.print(f"not checked: {one}", highlight=False, markup=False)

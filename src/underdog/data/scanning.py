"""Looking for test items in a finished data set; the result goes on its card.

Nothing is left out here: `decontaminate` does that while a data set is made or selected.
"""

from collections import deque
from collections.abc import Sequence
from pathlib import Path

from underdog.data.card import read_card, write_card
from underdog.data.dataset import read_examples
from underdog.data.decontamination import (
    Benchmark,
    ContaminationIndex,
    ContaminationReport,
    benchmark_file,
    decontaminate,
    local_benchmarks,
)
from underdog.errors import DataError


def scan_dataset(
    folder: Path,
    data_dir: Path | None = None,
    files: Sequence[Path] = (),
    *,
    local: bool = True,
) -> ContaminationReport:
    """Compare every row with test sets and put the counts on the card.

    Args:
        folder: A finished data set.
        data_dir: Where local test sets lie.
        files: Further test sets, JSON lines.
        local: Whether the catalogue's local test sets are looked at.

    Raises:
        DataError: There is no finished data set, or no test set to compare with.
    """
    card = read_card(folder)
    if card is None:
        raise DataError(f"{folder} has no card.json; finish making it first")
    sets: list[Benchmark] = list(local_benchmarks(data_dir)) if local else []
    sets += [benchmark_file(path) for path in files]
    if not sets:
        raise DataError("no test set is here; name one with --test-file, or give --data-dir")
    index = ContaminationIndex.build(sets)
    report = ContaminationReport(index.names)
    deque(decontaminate(read_examples(folder), index, report), maxlen=0)
    facts = {
        "checked": report.num_checked,
        "repeating": len(report.findings),
        "by_benchmark": dict(sorted(report.by_benchmark.items())),
        "checked_against": report.checked_against,
    }
    write_card(folder, card.model_copy(update={"decontamination": facts}))
    return report

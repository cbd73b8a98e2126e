"""Comparing a finished data set with test sets; the counts go on its card.

Leaves no row out; `decontaminate` does that while a data set is made or selected.
"""

from collections import deque
from collections.abc import Sequence
from pathlib import Path

from underdog.data.dataset.card.data_card import read_card
from underdog.data.dataset.card.page import write_card
from underdog.data.dataset.shards import read_examples
from underdog.data.decontamination import ContaminationReport, decontaminate, protect
from underdog.data.decontamination.protection import card_facts
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
        data_dir: Folder with the catalogue's data; `UNDERDOG_DATA_DIR` when `None`.
        files: Further test sets: JSONL, CSV or Parquet.
        local: Whether the catalogue's test sets on this machine are compared.

    Raises:
        DataError: There is no finished data set, or no test set to compare with.
    """
    card = read_card(folder)
    if card is None:
        raise DataError(f"{folder} has no card.json; finish making it first")
    if not local and not files:
        raise DataError("no test set is here; name one with --test-file, or give --data-dir")
    tests = protect(data_dir, files, local=local)
    report = ContaminationReport(tests.checked_against)
    deque(decontaminate(read_examples(folder), tests.index, report), maxlen=0)
    facts = card_facts(tests, report.num_checked, report.count, left_out=False)
    write_card(folder, card.model_copy(update={"scan": facts}))
    return report

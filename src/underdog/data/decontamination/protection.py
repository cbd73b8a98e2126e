"""Test sets that training data must not repeat: on this machine, a user's own, and absent ones.

A run that resumes compares their digest, so that all of its data is compared with the same test
sets. Downloads nothing. The index is built once and cached (`kept`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from underdog.data.dataset.card.data_card import Decontamination
from underdog.data.decontamination.benchmark import (
    OPEN_SPLITS,
    Benchmark,
    benchmark_file,
    local_benchmarks,
)
from underdog.data.decontamination.index import ContaminationIndex
from underdog.data.decontamination.kept import keep_index, kept_index, key_of
from underdog.data.decontamination.repeats import RepeatCount
from underdog.data.decontamination.rules import VERSION
from underdog.tasks.task_catalogue import CATALOGUE, CatalogueEntry, catalogue
from underdog.tasks.task_file import read_task_file


@dataclass(frozen=True, slots=True)
class Protection:
    """Test sets that training data must not repeat.

    Attributes:
        index: Index of the test sets.
        not_here: Test sets of the catalogue that are not on this machine, and so not compared.
        digest: Hash of the test sets' texts and of the rules' version and thresholds.
    """

    index: ContaminationIndex
    not_here: tuple[str, ...]
    digest: str

    @property
    def checked_against(self) -> dict[str, int]:
        """Number of items of each test set."""
        return self.index.names


def protect(
    data_dir: str | Path | None = None, files: Sequence[Path] = (), *, local: bool = True
) -> Protection:
    """Protect the catalogue's test sets that are on this machine, and files of test items.

    Args:
        data_dir: Folder with the catalogue's data; `UNDERDOG_DATA_DIR` when `None`.
        files: Further test sets: JSONL, CSV or Parquet.
        local: Whether the catalogue's test sets are protected.

    Raises:
        DataError: A file cannot be read, or a row has no text.
    """
    cards = catalogue(data_dir) if local else []
    key = key_of(cards, data_dir, files)
    kept = kept_index(key)
    index, digest = _built(key, data_dir, files, local) if kept is None else kept
    return Protection(index, _absent(cards), digest)


def _built(
    key: str, data_dir: str | Path | None, files: Sequence[Path], local: bool
) -> tuple[ContaminationIndex, str]:
    own = [benchmark_file(path) for path in files]
    sets = [*(local_benchmarks(data_dir) if local else ()), *own]
    index = ContaminationIndex.build(sets)
    digest = _digest(sets, index)
    return keep_index(key, index, digest), digest


def card_facts(
    tests: Protection | None,
    checked: int,
    found: RepeatCount,
    *,
    left_out: bool = True,
    clear_before: Sequence[str] = (),
) -> Decontamination:
    """The comparison with test sets, as recorded on a card.

    Args:
        tests: The test sets; `None` without a comparison.
        checked: Items compared.
        found: Number of items that repeat a test item.
        left_out: True when those items were left out, false when they are still in the data.
        clear_before: Pools that were already compared when they were made.
    """
    if tests is None:
        return Decontamination(off=True)
    return Decontamination(
        checked=checked,
        left_out=found.total if left_out else 0,
        repeating=0 if left_out else found.total,
        by_benchmark=found.by_benchmark,
        by_rule=found.by_rule,
        checked_against=tests.checked_against,
        not_here=tests.not_here,
        digest=tests.digest,
        clear_before=tuple(clear_before),
    )


def absent(data_dir: str | Path | None = None) -> tuple[str, ...]:
    """Names of the catalogue's test sets that are not on this machine: task, or task and split."""
    return _absent(catalogue(data_dir))


def _absent(cards: Sequence[CatalogueEntry]) -> tuple[str, ...]:
    missing: list[str] = []
    for card in cards:
        if not card.local:
            missing.append(card.name)
            continue
        declared = set(read_task_file(CATALOGUE / f"{card.name}.toml").files)
        lost = sorted(declared - OPEN_SPLITS - set(card.splits))
        missing += [f"{card.name}/{split}" for split in lost]
    return tuple(missing)


def _digest(sets: Sequence[Benchmark], index: ContaminationIndex) -> str:
    digest = blake2b(f"{VERSION} {index.thresholds!r}".encode(), digest_size=12)
    for one in sets:
        for passage in one.passages:
            digest.update(f"{one.name}\0{passage.item}\0{passage.text}\0".encode())
    return digest.hexdigest()

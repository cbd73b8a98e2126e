"""The index of the test sets, cached on disk under a hash of everything it depends on.

It depends on the bytes of the test sets' files, the task files that describe them, the thresholds,
a version, and the index that the code builds of a short text (so that a change of the words, stems
or hashes changes the key even when the version stays). A changed test set gets another file name;
the few files used last stay. A damaged file is built again; without a writable cache the index is
built every time.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache
from hashlib import blake2b
from pathlib import Path

import numpy as np

from underdog.data.decontamination import rules
from underdog.data.decontamination.benchmark import OPEN_SPLITS, Benchmark, Passage
from underdog.data.decontamination.index import ContaminationIndex
from underdog.data.decontamination.rules import Thresholds
from underdog.data.decontamination.stored import arrays_of, mapped_index, read_index, write_index
from underdog.errors import DataError, UnderdogError
from underdog.files import cache_folder, sha256_file
from underdog.tasks.declared import DeclaredTask
from underdog.tasks.loaders.rows import check_file
from underdog.tasks.task_catalogue import CATALOGUE, CatalogueEntry, load_task

VERSION = 2
"""Version of the index; raised when test sets are read, split or indexed in another way."""

_KEPT = 4
_PROBE = (
    "Mr. O'Neil's 1,200 brown eggs fill twenty-one boxes; each box holds 57 or 58 eggs?",
    "他有３个苹果, ร้าน; c\u0430t\u200bs \\text{and} <b>d</b>ogs &amp; f\u00f6xes hear hundreds!",
    "Ἡ Ζωὴ à la carte: ﬁve naïve geese cross 3.5 rivers, 12٣ hills and the glass pass!",
)


def key_of(
    cards: Sequence[CatalogueEntry], data_dir: str | Path | None, files: Sequence[Path]
) -> str:
    """Cache key of the index of test sets.

    Args:
        cards: Tasks of the catalogue; tasks without data on this machine are ignored.
        data_dir: Folder with the tasks' data; `UNDERDOG_DATA_DIR` when `None`.
        files: The user's own test sets.

    Raises:
        DataError: One of the user's files is missing or empty.
    """
    digest = blake2b(f"{VERSION}\0{rules.VERSION}\0{_probe()}".encode(), digest_size=16)
    digest.update(f"{Thresholds()}\0{np.dtype(np.int64).str}".encode())
    for card in cards:
        for line in _facts(card, data_dir) if card.local else ():
            digest.update(f"{card.name}\0{line}\n".encode())
    for path in files:
        check_file(path)
        digest.update(f"{path.name}\0{path.suffix}\0{sha256_file(path)}\n".encode())
    return digest.hexdigest()


def kept_index(key: str) -> tuple[ContaminationIndex, str] | None:
    """The cached index of a key, and its digest; `None` when it is missing or damaged."""
    try:
        path = _path(key)
        found = read_index(path)
    except (DataError, OSError):
        return None
    with suppress(OSError):
        os.utime(path)
    return found


def keep_index(key: str, index: ContaminationIndex, digest: str) -> ContaminationIndex:
    """Cache an index; returns it mapped from the file, or unchanged if it cannot be written."""
    try:
        path = _path(key)
        write_index(path, index, digest)
        _forget(path.parent)
        return mapped_index(path)
    except (UnderdogError, OSError):
        return index


def _path(key: str) -> Path:
    return cache_folder() / "decontamination" / f"{key}.index"


def _forget(folder: Path) -> None:
    """Delete all cached indices but the few used last."""
    found = sorted(folder.glob("*.index"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in found[_KEPT:]:
        with suppress(OSError):
            path.unlink()


def _facts(card: CatalogueEntry, data_dir: str | Path | None) -> Iterator[str]:
    """Facts of a catalogue task that its index depends on: its description, its files' hashes."""
    yield sha256_file(CATALOGUE / f"{card.name}.toml")
    task = load_task(card.name, data_dir)
    if isinstance(task, DeclaredTask):
        for split in task.splits:
            if split not in OPEN_SPLITS:
                yield f"{split}\0{sha256_file(task.place.files[split])}"


@cache
def _probe() -> str:
    """Hash of the index of two sentences; it changes with the code that builds indices."""
    probe = Benchmark("probe", tuple(Passage(text[:2], text) for text in _PROBE))
    index = ContaminationIndex.build([probe])
    digest = blake2b(repr(index.vocabulary.words).encode(), digest_size=16)
    for name, array in sorted(arrays_of(index).items()):
        digest.update(f"{name}\0".encode() + array.tobytes())
    return digest.hexdigest()

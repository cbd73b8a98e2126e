"""The index of the test sets, kept in the cache folder under a hash of all that it hangs on.

What it hangs on: the bytes of the test sets' files, the task files that say how they are read, the
thresholds, a version, and what this code makes of a short text (so that other words, stems or
hashes are another index, whether or not somebody raised the version). A test set that changes is
another file name here, so nothing has to be thrown away; the few that were used last stay. A
damaged file is made again, and a cache that cannot be written is done without.
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

VERSION = 1
"""Rises when test sets are read, split or indexed in another way than before."""

_KEPT = 4
_PROBE = (
    "Mr. O'Neil's 1,200 brown eggs fill twenty-one boxes; each box holds 57 or 58 eggs?",
    "Ἡ Ζωὴ à la carte: ﬁve naïve geese cross 3.5 rivers, 12٣ hills and the glass pass!",
)


def key_of(
    cards: Sequence[CatalogueEntry], data_dir: str | Path | None, files: Sequence[Path]
) -> str:
    """What an index of these test sets is kept under.

    Args:
        cards: Tasks of the catalogue; those that are not on this machine do not count.
        data_dir: Folder with their data.
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
    """The index that is kept under a key, and its digest; `None` when none is, or a damaged one."""
    try:
        path = _path(key)
        found = read_index(path)
    except (DataError, OSError):
        return None
    with suppress(OSError):
        os.utime(path)
    return found


def keep_index(key: str, index: ContaminationIndex, digest: str) -> ContaminationIndex:
    """Keep an index; the same one comes back, mapped, or as it was when it cannot be kept."""
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
    """Delete all but the few that were used last."""
    found = sorted(folder.glob("*.index"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in found[_KEPT:]:
        with suppress(OSError):
            path.unlink()


def _facts(card: CatalogueEntry, data_dir: str | Path | None) -> Iterator[str]:
    """How a task of the catalogue is read, and the bytes of what is read of it."""
    yield sha256_file(CATALOGUE / f"{card.name}.toml")
    task = load_task(card.name, data_dir)
    if isinstance(task, DeclaredTask):
        for split in task.splits:
            if split not in OPEN_SPLITS:
                yield f"{split}\0{sha256_file(task.place.files[split])}"


@cache
def _probe() -> str:
    """Hash of the index of two sentences."""
    probe = Benchmark("probe", tuple(Passage(text[:2], text) for text in _PROBE))
    index = ContaminationIndex.build([probe])
    digest = blake2b(repr(index.vocabulary.words).encode(), digest_size=16)
    for name, array in sorted(arrays_of(index).items()):
        digest.update(f"{name}\0".encode() + array.tobytes())
    return digest.hexdigest()

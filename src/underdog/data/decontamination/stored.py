"""An index of test sets as a file: written once, mapped by every process that uses it.

`kept` decides on the path and on when the file is still valid.
"""

from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, TypeVar

from numpy.typing import NDArray

from underdog.data.decontamination.arrays_file import Arrays, ArraysFile, read_arrays, write_arrays
from underdog.data.decontamination.gapped import Passages
from underdog.data.decontamination.grams import GramTable
from underdog.data.decontamination.index import ContaminationIndex
from underdog.data.decontamination.reading.misspelt import Deletes
from underdog.data.decontamination.rules import Thresholds
from underdog.data.decontamination.short import ShortTable
from underdog.data.decontamination.word_streams import TestWords, Traits
from underdog.errors import DataError

_Table = TypeVar("_Table", GramTable, Traits, Deletes, Passages)


def write_index(path: Path, index: ContaminationIndex, digest: str) -> None:
    """Write an index.

    Args:
        path: The file.
        index: The index.
        digest: Hash of the test sets and rules, `Protection.digest`.

    Raises:
        UnderdogError: The disk is full or the folder cannot be written.
    """
    places = {name: number for number, name in enumerate(index.names)}
    head = {
        "names": index.names,
        "thresholds": asdict(index.thresholds),
        "items": [(places[name], item) for name, item in index.items],
        "words": index.vocabulary.words,
        "short_size": index.short.size,
        "digest": digest,
    }
    write_arrays(path, ArraysFile(head, arrays_of(index)))


def arrays_of(index: ContaminationIndex) -> Arrays:
    """All arrays of an index, by name."""
    return {
        **_flat("traits", index.vocabulary.traits),
        **_flat("deletes", index.vocabulary.deletes),
        **_flat("ngrams", index.ngrams),
        **_flat("seeds", index.seeds),
        **_flat("passages", index.passages),
        **_flat("numbers", index.numbers),
        **_flat("templates", index.templates),
        **{f"short.{name}": getattr(index.short, name) for name in _SHORT},
    }


def read_index(path: Path, *, check: bool = True) -> tuple[ContaminationIndex, str]:
    """An index and its digest; its large arrays are mapped, not read.

    Args:
        path: The file.
        check: Whether the whole file is read first to compare its checksum.

    Raises:
        DataError: The file is missing, damaged or of another version.
    """
    file = read_arrays(path, check=check)
    head, arrays = file.head, file.arrays
    try:
        names: dict[str, int] = head["names"]
        by_place = tuple(names)
        items: list[tuple[int, str]] = head["items"]
        index = ContaminationIndex(
            names=names,
            thresholds=Thresholds(**head["thresholds"]),
            items=tuple((by_place[place], item) for place, item in items),
            vocabulary=TestWords(
                head["words"], _table(Traits, "traits", arrays), _table(Deletes, "deletes", arrays)
            ),
            ngrams=_table(GramTable, "ngrams", arrays),
            numbers=_table(GramTable, "numbers", arrays),
            seeds=_table(GramTable, "seeds", arrays),
            passages=_table(Passages, "passages", arrays),
            templates=_table(GramTable, "templates", arrays),
            short=ShortTable(
                size=head["short_size"], **{name: arrays[f"short.{name}"] for name in _SHORT}
            ),
            path=path,
            opener=mapped_index,
        )
        return index, str(head["digest"])
    except (KeyError, TypeError, IndexError, ValueError) as error:
        raise DataError(f"{path} is of another version: {error}; delete it") from error


def mapped_index(path: Path) -> ContaminationIndex:
    """The index of a file, mapped without comparing the checksum; the sending process did."""
    return read_index(path, check=False)[0]


_SHORT = tuple(field.name for field in fields(ShortTable) if field.name != "size")


def _flat(prefix: str, table: GramTable | Traits | Deletes | Passages) -> dict[str, NDArray[Any]]:
    return {f"{prefix}.{field.name}": getattr(table, field.name) for field in fields(table)}


def _table(kind: type[_Table], prefix: str, arrays: Arrays) -> _Table:
    return kind(**{field.name: arrays[f"{prefix}.{field.name}"] for field in fields(kind)})

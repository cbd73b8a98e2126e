"""Finished cells on disk: one JSON file each, named after everything that decides its content.

The name is a hash of the study, the source of its code, the seed and the knobs, so that a changed
study runs anew what has changed and a stopped one goes on with what is missing. `cells.csv` holds
the same for a page: a study can be reported from it, long after its cells are gone.
"""

import csv
import hashlib
import importlib.util
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from underdog.errors import ConfigError, DataError
from underdog.files import read_bounded, write_atomic
from underdog.studies.study import Cell, CellResult, Finished, Study, Value

_MAX_BYTES = 1 << 26
_KNOB, _FACT = "knob ", "fact "


def code_digest(study: Study) -> str:
    """Digest of the source of a study's code.

    Raises:
        ConfigError: A module that the study names does not exist or has no source.
    """
    digest = hashlib.sha256()
    for name in study.code:
        spec = importlib.util.find_spec(name)
        if spec is None or not spec.origin or not Path(spec.origin).is_file():
            raise ConfigError(
                f"study {study.name!r} names the module {name!r}, which has no source"
            )
        digest.update(Path(spec.origin).read_bytes())
    return digest.hexdigest()[:16]


class CellStore:
    """The cells of a study in a folder.

    Args:
        study: The study.
        folder: Folder; created with the first cell.
    """

    def __init__(self, study: Study, folder: Path) -> None:
        self._study = study
        self._folder = folder / "cells"
        self._code = code_digest(study)

    def place(self, cell: Cell) -> Path:
        """File of a cell, finished or not."""
        decides = [self._study.name, self._code, cell.seed, sorted(cell.knobs.items())]
        return (
            self._folder / f"{hashlib.sha256(json.dumps(decides).encode()).hexdigest()[:24]}.json"
        )

    def write(self, finished: Finished) -> None:
        """Keep a finished cell. Raises `UnderdogError` when it cannot be written."""
        content = {"study": self._study.name, "code": self._code, **asdict(finished)}
        text = json.dumps(content, indent=1, sort_keys=True) + "\n"
        write_atomic(self.place(finished.cell), lambda file: file.write(text.encode()))

    def read(self, cells: Iterable[Cell]) -> list[Finished]:
        """Those of the cells that are finished. Raises `DataError` for a damaged file."""
        return [self._read(cell) for cell in cells if self.place(cell).is_file()]

    def _read(self, cell: Cell) -> Finished:
        path = self.place(cell)
        try:
            raw: dict[str, Any] = json.loads(read_bounded(path, _MAX_BYTES))
            result = CellResult(**raw["result"])
            return Finished(cell, result, float(raw["cpu_seconds"]), dict(raw["versions"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DataError(f"{path} is damaged ({error}); delete it and run the study") from error


def cells_csv(finished: Sequence[Finished]) -> bytes:
    """Finished cells as CSV, one a row: arm, seed, knobs, facts, processor seconds, marks."""
    knobs = dict.fromkeys(name for one in finished for name in one.cell.knobs)
    facts = dict.fromkeys(name for one in finished for name in one.result.facts)
    head = [
        "arm", "seed", *(_KNOB + name for name in knobs), *(_FACT + name for name in facts),
        "cpu_seconds", "versions", "group_size", "marks",
    ]  # fmt: skip
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(head)
    for one in finished:
        rows.writerow([
            one.cell.arm, one.cell.seed,
            *(_text(one.cell.knobs, name) for name in knobs),
            *(_text(one.result.facts, name) for name in facts),
            round(one.cpu_seconds, 1),
            " ".join(f"{name}={version}" for name, version in sorted(one.versions.items())),
            one.result.group_size, one.result.marks,
        ])  # fmt: skip
    return text.getvalue().encode()


def read_cells_csv(path: Path, cells: Sequence[Cell]) -> list[Finished]:
    """Those of the cells that a file of `cells_csv` holds, by arm, seed and knobs.

    Raises:
        DataError: The file cannot be read, or holds none of the cells.
    """
    try:
        text = read_bounded(path, _MAX_BYTES).decode("utf-8")
        rows = {_identity(row): row for row in csv.DictReader(io.StringIO(text))}
        found = [
            _finished(cell, rows[key])
            for cell in cells
            if (key := (cell.arm, str(cell.seed), _sorted(cell.knobs))) in rows
        ]
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror or error}") from error
    except KeyError as error:
        raise DataError(f"{path} holds no cells of a study: no column {error}") from error
    except (ValueError, TypeError) as error:
        raise DataError(f"{path} cannot be read as a study's cells: {error}") from error
    if not found:
        raise DataError(f"{path} holds none of the {len(cells)} cells of this study and setting")
    return found


def _text(values: Mapping[str, Value], name: str) -> str:
    return json.dumps(values[name]) if name in values else ""


def _sorted(values: Mapping[str, Value]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, json.dumps(value)) for name, value in values.items()))


def _group(row: Mapping[str, str], kind: str) -> dict[str, Any]:
    named = {name: text for name, text in row.items() if name.startswith(kind) and text}
    return {name.removeprefix(kind): json.loads(text) for name, text in named.items()}


def _identity(row: Mapping[str, str]) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    return row["arm"], row["seed"], _sorted(_group(row, _KNOB))


def _finished(cell: Cell, row: Mapping[str, str]) -> Finished:
    result = CellResult(_group(row, _FACT), row["marks"], int(row["group_size"]))
    versions = dict(pair.split("=", 1) for pair in row["versions"].split())
    return Finished(cell, result, float(row["cpu_seconds"]), versions)

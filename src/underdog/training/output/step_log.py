"""The log of a stage: records of its steps, one JSON object a line."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from underdog.errors import TrainingError
from underdog.files import write_atomic

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


class StepLog:
    """Records of a stage's steps, one JSON object with the key `step` a line.

    Args:
        path: The file; its lines of steps behind `step` are removed.
        step: Last step of the checkpoint from which the stage goes on; 0 for none.
    """

    def __init__(self, path: Path, step: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.records = [one for one in read_step_log(path) if one["step"] <= step]
        if path.is_file():
            text = "".join(f"{json.dumps(one)}\n" for one in self.records)
            write_atomic(path, lambda file: file.write(text.encode()))
        self._path = path

    def add(self, *records: "DataclassInstance") -> None:
        """Append records.

        Raises:
            TrainingError: The disk is full.
        """
        try:
            with self._path.open("a") as file:
                file.writelines(f"{json.dumps(asdict(one))}\n" for one in records)
        except OSError as error:
            raise TrainingError(
                f"cannot write {self._path}: {error.strerror}; free space, then start the same "
                "command again"
            ) from error


def read_step_log(path: Path) -> list[dict[str, Any]]:
    """The records of a log; a line that a killed process left unfinished is passed over."""
    lines = path.read_text("utf-8").splitlines() if path.is_file() else []
    return [one for one in map(_record, lines) if one]


def _record(line: str) -> dict[str, Any]:
    try:
        read = json.loads(line)
        return read if isinstance(read["step"], int) else {}
    except (ValueError, KeyError, TypeError):
        return {}

"""The log of a stage: the report of every optimiser step, one JSON object a line."""

import json
from dataclasses import asdict
from pathlib import Path

from underdog.errors import TrainingError
from underdog.files import write_atomic
from underdog.training.stage_run import StepReport


class StepLog:
    """The reports of a stage's steps, one JSON object a line.

    Args:
        path: The file; its lines of steps behind `step` are removed.
        step: Last step of the checkpoint from which the stage goes on; 0 for none.
    """

    def __init__(self, path: Path, step: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = path.read_text().splitlines() if path.is_file() else []
        kept = [line for line in lines if _step_of(line) in range(1, step + 1)]
        text = "".join(f"{line}\n" for line in kept)
        write_atomic(path, lambda file: file.write(text.encode()))
        self._path = path

    def add(self, report: StepReport) -> None:
        """Append a report.

        Raises:
            TrainingError: The disk is full.
        """
        try:
            with self._path.open("a") as file:
                file.write(json.dumps(asdict(report)) + "\n")
        except OSError as error:
            raise TrainingError(
                f"cannot write {self._path}: {error.strerror}; free space, then start the same "
                "command again"
            ) from error


def _step_of(line: str) -> int:
    try:
        return int(json.loads(line)["step"])
    except (ValueError, KeyError, TypeError):
        return 0

"""What a training folder tells: recipe, steps, dev points, exposures, results, by stage."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from underdog.errors import DataError
from underdog.files import read_bounded
from underdog.measure.paired import PairedDifference, paired_difference
from underdog.training.output.step_log import read_step_log

_MAX_BYTES = 1 << 26
Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class StageRecord:
    """One stage as its folder tells it.

    Attributes:
        name: Name of the stage.
        settings: Its table in the recipe.
        steps: Reports of the steps, as in `log.jsonl`.
        dev: Dev points, as in `dev.jsonl`.
        answers: Answers to dev problems, as in `dev_answers.jsonl`.
        roll_backs: Roll-backs, as in `roll_backs.jsonl`.
        ledger: The exposure ledger; empty before the first checkpoint.
        done: Its result; empty while it is not finished.
    """

    name: str
    settings: Facts
    steps: Sequence[Facts]
    dev: Sequence[Facts]
    answers: Sequence[Facts]
    roll_backs: Sequence[Facts]
    ledger: Facts
    done: Facts

    @property
    def last(self) -> Facts:
        """The last step's report; empty before the first."""
        return self.steps[-1] if self.steps else {}

    def dev_gain(self) -> PairedDifference | None:
        """Share of dev problems right at the last point minus the first; `None` without two."""
        if len(self.dev) < 2:
            return None
        first, last = (self._right_at(self.dev[place]["step"]) for place in (0, -1))
        both = [key for key in first if key in last]
        if not both:
            return None
        return paired_difference([last[key] for key in both], [first[key] for key in both])

    def _right_at(self, step: int) -> dict[tuple[str, str], float]:
        return {
            (one["name"], one["problem_id"]): float(one["status"] == "right")
            for one in self.answers
            if one["step"] == step
        }


@dataclass(frozen=True, slots=True)
class TrainingRecord:
    """A training run as its folder tells it.

    Attributes:
        name: Name of the folder.
        claim: Recipe, versions and digests, as in `recipe.json`.
        stages: Stages that have begun.
    """

    name: str
    claim: Facts
    stages: tuple[StageRecord, ...]

    @property
    def finished(self) -> bool:
        """Whether every stage is finished."""
        wanted = cast("list[Facts]", self.claim["recipe"]["stages"])
        return len(self.stages) == len(wanted) and all(stage.done for stage in self.stages)


def read_training_record(folder: Path) -> TrainingRecord:
    """Read a training folder, finished or not.

    Raises:
        DataError: It is no training folder, or a file in it is damaged.
    """
    claim = _read(folder / "recipe.json")
    if "recipe" not in claim:
        raise DataError(f"{folder} is no training folder: it has no recipe.json")
    stages = tuple(
        _stage(folder / "stages" / settings["name"], settings)
        for settings in claim["recipe"]["stages"]
        if (folder / "stages" / settings["name"]).is_dir()
    )
    return TrainingRecord(folder.resolve().name, claim, stages)


def _stage(place: Path, settings: Facts) -> StageRecord:
    return StageRecord(
        settings["name"],
        settings,
        read_step_log(place / "log.jsonl"),
        read_step_log(place / "dev.jsonl"),
        read_step_log(place / "dev_answers.jsonl"),
        read_step_log(place / "roll_backs.jsonl"),
        _read(place / "ledger.json"),
        _read(place / "done.json"),
    )


def _read(path: Path) -> Facts:
    if not path.is_file():
        return {}
    try:
        read = json.loads(read_bounded(path, _MAX_BYTES))
    except (OSError, ValueError) as error:
        raise DataError(f"{path} is damaged: {error}") from error
    if not isinstance(read, Mapping):
        raise DataError(f"{path} is damaged: it holds no table")
    return cast("Facts", read)

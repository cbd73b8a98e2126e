"""Dev accuracy in the course of a stage: when it is measured, what was measured, what was best."""

import importlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from underdog.files import write_atomic
from underdog.training.dev.dev_accuracy import DevExam, DevPoint, DevScore
from underdog.training.output.step_log import StepLog
from underdog.training.training_recipe import DevTable

_ROUNDING = 1e-9


class DevCourse:
    """The dev points of a stage, kept in `dev.jsonl`, every answer in `dev_answers.jsonl`.

    With `keep = "best"` the trained parameters of the best point lie in `best/`.

    Args:
        table: Settings.
        exam: What is asked.
        place: Folder of the stage.
        step: Step from which the stage goes on; later points are removed.
        begins: Whether the weights before the first step are measured too.
    """

    def __init__(
        self, table: DevTable, exam: DevExam, place: Path, step: int, begins: bool = True
    ) -> None:
        self._table, self._exam, self._place, self._begins = table, exam, place, begins
        self._log = StepLog(place / "dev.jsonl", step)
        self._answers = StepLog(place / "dev_answers.jsonl", step)
        self.points = [_point(record) for record in self._log.records]

    def due(self, step: int, progress: float, done: bool) -> bool:
        """Whether the weights after a step are to be measured."""
        if any(point.step == step for point in self.points):
            return False
        if step == 0:
            return self._begins
        every, last = self._table.every, max((one.progress for one in self.points), default=0.0)
        return done or int(progress / every + _ROUNDING) > int(last / every + _ROUNDING)

    def measure(
        self,
        model: Any,
        step: int,
        progress: float,
        tokens: int,
        trained: Callable[[], Mapping[str, Any]],
    ) -> DevPoint:
        """Measure and note the model as it is.

        Args:
            model: The model.
            step: Optimiser steps done.
            progress: Share of the budget that is spent.
            tokens: Tokens fed so far.
            trained: Gives the trained parameters by name.

        Raises:
            EngineError: The engine cannot read the weights.
            UnderdogError: The disk is full.
        """
        point, answers = self._exam.ask(model, step, progress, tokens)
        self.points.append(point)
        if self._table.keep == "best" and self.best is point:
            self._write_best(point, trained())
        self._answers.add(*answers)
        self._log.add(point)
        return point

    @property
    def best(self) -> DevPoint:
        """The point with the highest accuracy, the latest of several."""
        return max(self.points, key=lambda point: (point.accuracy, point.step))

    @property
    def kept(self) -> DevPoint | None:
        """The point whose weights are kept instead of the last step's; `None` for the last."""
        if self._table.keep == "last" or self.best is self.points[-1]:
            return None
        return self.best

    def best_tensors(self) -> Mapping[str, Any]:
        """The trained parameters of the best point, by name."""
        load_file: Any = importlib.import_module("safetensors.torch").load_file
        return load_file(self._best_file(self.best))

    def _write_best(self, point: DevPoint, trained: Mapping[str, Any]) -> None:
        from safetensors.torch import save

        target, data = self._best_file(point), save(dict(trained))
        write_atomic(target, lambda file: file.write(data))
        for file in target.parent.glob("step-*.safetensors"):
            if file != target:
                file.unlink()

    def _best_file(self, point: DevPoint) -> Path:
        return self._place / "best" / f"step-{point.step:08d}.safetensors"


def _point(record: Mapping[str, Any]) -> DevPoint:
    scores = tuple(DevScore(**score) for score in record["scores"])
    rest: dict[str, Any] = {name: value for name, value in record.items() if name != "scores"}
    return DevPoint(scores=scores, **rest)

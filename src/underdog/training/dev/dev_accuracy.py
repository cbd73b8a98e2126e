"""Dev accuracy of weights in training: written as a folder, read by the engine that will serve it.

The weights are merged, stored in the type of the finished model, opened by the OpenVINO engine at
8 bits, asked greedily and graded by the checkers of the tasks. No budget counts this work; every
point says what it cost.
"""

import copy
import importlib.util
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from underdog.core import SamplingParams
from underdog.engines.choosing import choose_engine
from underdog.engines.openvino.compiled.weights import discard, is_converted
from underdog.engines.sync import open_engine, run
from underdog.errors import TrainingError
from underdog.measure.results import ArmResult
from underdog.measure.summary import summarize
from underdog.models.loading import open_model
from underdog.models.open_model import OpenModel
from underdog.runs.runner import Arm, run_arm
from underdog.runs.store.memory_store import MemoryStore
from underdog.sandbox.late import LateSandbox
from underdog.strategies import strategies
from underdog.strategies.running.bench import Bench
from underdog.training.dev.dev_set import DevSet
from underdog.training.torch_models.torch_model import write_model_folder
from underdog.training.trainable import Trainable

_ENGINE = "openvino"
_ROWS = 32


@dataclass(frozen=True, slots=True)
class DevScore:
    """Share right of one set of dev problems.

    Attributes:
        name: Name of the set.
        form: Form in which it was asked.
        n: Problems.
        right: Problems answered right.
        no_answer: Replies without an answer.
        undecided: Answers whose grading failed; they count as not right.
        low: Lower end of the 95% interval of the share right.
        high: Its upper end.
    """

    name: str
    form: str
    n: int
    right: int
    no_answer: int
    undecided: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class DevPoint:
    """Dev accuracy at one step.

    Attributes:
        step: Optimiser steps done; 0 before the first.
        progress: Share of the stage's budget that is spent.
        tokens: Tokens fed so far.
        scores: Share right, by set.
        generated_tokens: Tokens that the engine wrote.
        cpu_seconds: Processor seconds of writing, opening and asking; in no budget.
        seconds: Wall seconds of the same.
    """

    step: int
    progress: float
    tokens: int
    scores: tuple[DevScore, ...]
    generated_tokens: int
    cpu_seconds: float
    seconds: float

    @property
    def accuracy(self) -> float:
        """Share right of all problems of all sets."""
        return sum(score.right for score in self.scores) / sum(score.n for score in self.scores)


@dataclass(frozen=True, slots=True)
class DevAnswer:
    """One problem's answer at one step.

    Attributes:
        step: Optimiser steps done.
        name: Name of the set.
        problem_id: The problem.
        status: `right`, `wrong`, `no_answer` or `undecided`.
        answer: The answer that was read; `None` without one.
    """

    step: int
    name: str
    problem_id: str
    status: str
    answer: str | None


def dev_obstacle(model: Path) -> str:
    """Reason why the engine cannot read a model here; empty when it can."""
    if not model.exists():  # made from scratch: a Llama, which the engine runs where it is
        return "" if importlib.util.find_spec(_ENGINE) else f"{_ENGINE} not installed"
    choice = choose_engine(model)
    return "" if choice.engine == _ENGINE else choice.reason


@dataclass(frozen=True, slots=True)
class DevExam:
    """Asks the weights of a stage its dev problems.

    Attributes:
        sets: The problems.
        folder: Folder for the weights while they are asked; removed after.
        choice: What is trained, which knows how to merge.
        opened: Tokenizer and template of the model.
        dtype: Type of the finished model's weights.
        seed: Seed of the engine's samples; greedy replies do not depend on it.
    """

    sets: tuple[DevSet, ...]
    folder: Path
    choice: Trainable
    opened: OpenModel
    dtype: str
    seed: int = 0

    def ask(
        self, model: Any, step: int, progress: float, tokens: int
    ) -> tuple[DevPoint, list[DevAnswer]]:
        """Measure the model as it is; it is not changed.

        Raises:
            EngineError: The engine cannot read the weights.
        TrainingError: Not one problem of a set got a reply.
            UnderdogError: The disk is full.
        """
        cpu, wall = time.process_time(), time.monotonic()
        try:
            write_model_folder(self.folder, self._plain(model), self.opened, self.dtype)
            results = self._results()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)
        scores = tuple(map(_score, self.sets, results))
        point = DevPoint(
            step,
            progress,
            tokens,
            scores,
            sum(arm.usage.generated_tokens for arm in results),
            time.process_time() - cpu,
            time.monotonic() - wall,
        )
        answers = [
            DevAnswer(step, one.name, item.problem_id, item.status, item.answer)
            for one, arm in zip(self.sets, results, strict=True)
            for item in arm.items
        ]
        return point, answers

    def _plain(self, model: Any) -> Any:
        """The model without adapters; merging happens in a copy, since it cannot be undone."""
        adapted = hasattr(model, "peft_config")
        return self.choice.merged(copy.deepcopy(model) if adapted else model)

    def _results(self) -> list[ArmResult]:
        import torch

        spec, threads = f"{_ENGINE}:{self.folder}", torch.get_num_threads()
        model = open_model(self.folder)
        known = is_converted(model, "int8")
        try:
            with (
                open_engine(spec, threads=threads, max_rows=_ROWS) as engine,
                LateSandbox("auto") as programs,
            ):
                benches = [
                    Bench(
                        engines={"main": engine.engine},
                        form=one.form.name,
                        task=one.task,
                        sandbox=programs,
                        store=MemoryStore(),
                        params=SamplingParams(temperature=0.0),
                        forms={one.form.name: one.form},
                        root_seed=self.seed,
                        max_tokens=one.max_tokens,
                    )
                    for one in self.sets
                ]
                return [
                    run(
                        run_arm(
                            Arm(one.name, strategies.create("greedy"), bench),
                            one.problems,
                            concurrency=_ROWS,
                        )
                    )
                    for one, bench in zip(self.sets, benches, strict=True)
                ]
        finally:
            if not known:
                discard(model, "int8")


def _score(one: DevSet, arm: ArmResult) -> DevScore:
    told = summarize(arm)
    if not told.usage.generated_tokens:
        raise TrainingError(
            f"the engine wrote no word for any dev problem of {one.name}; its prompts may be "
            "longer than the model's context: name another form"
        )
    interval = told.accuracy.interval
    return DevScore(
        one.name,
        one.form.name,
        told.n,
        told.num_right,
        told.num_no_answer,
        told.num_undecided,
        interval.low,
        interval.high,
    )

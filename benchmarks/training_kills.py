"""Does a training run that is killed again and again end with the same bits as one left alone?

Trains a small model to the end, counting its calls of functions. Then trains it again in processes
that are killed with SIGKILL at the n-th call, n drawn from the seed, every other time inside the
writing of a checkpoint; each process goes on in the folder of the one before. When one comes to
its end, its weights, log and exposures are compared with the first run's. Exit code 1 when any
differs.

    python benchmarks/training_kills.py MODEL DATA FOLDER [--kills 200] [--trainable lora:r=4]
"""

import argparse
import json
import os
import random
import shutil
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

os.environ |= {"OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}

import peft  # noqa: F401
import torch
import transformers  # noqa: F401

from underdog.training.checkpoint import write_checkpoint
from underdog.training.session import TrainingRun
from underdog.training.training_recipe import Stage, StageBudget, TrainingRecipe

CHECKPOINT = write_checkpoint.__code__
SAME = ("model.safetensors", "stages/train/ledger.json", "stages/train/model/model.safetensors")


class Calls:
    """Counts calls of functions, those inside the writing of a checkpoint apart.

    Args:
        at: Number of the call at which `then` is called; 0 for never.
        inside: Whether only calls inside the writing of a checkpoint count towards it.
        then: What is done there.
    """

    def __init__(self, at: int = 0, inside: bool = False, then: Callable[[], object] = int) -> None:
        self.all = self.inside = 0
        self._writing = False
        self._at, self._only_inside, self._then = at, inside, then

    def __call__(self, frame: FrameType, event: str, _: Any) -> None:
        """A profile hook."""
        if frame.f_code is CHECKPOINT and event in ("call", "return"):
            self._writing = event == "call"
        if event not in ("call", "c_call"):
            return
        self.all += 1
        self.inside += self._writing
        if self._at == (self.inside if self._only_inside else self.all):
            self._then()


def train(recipe: TrainingRecipe, folder: Path, calls: Calls) -> None:
    """Train to the end, with a checkpoint after every step."""
    sys.setprofile(calls)
    for _ in TrainingRun(recipe, folder, "float32", checkpoint_seconds=0.0).updates():
        pass
    sys.setprofile(None)


def forked(work: Callable[[], object]) -> int:
    """Do work in a child process; its wait status."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - a child must not go on as its parent
            print(f"{type(error).__name__}: {error}", file=sys.stderr)
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1]


def counted(recipe: TrainingRecipe, folder: Path) -> tuple[int, int]:
    """Calls of a whole run, and those of them inside the writing of checkpoints."""
    note = folder.with_suffix(".calls")

    def work() -> None:
        calls = Calls()
        train(recipe, folder, calls)
        note.write_text(json.dumps([calls.all, calls.inside]))

    if forked(work):
        raise SystemExit("the run that is left alone failed")
    every, inside = json.loads(note.read_text())
    return every, inside


def differing(left: Path, right: Path) -> list[str]:
    """Files of two runs that differ; of the log, what does not tell seconds."""
    found = [name for name in SAME if (left / name).read_bytes() != (right / name).read_bytes()]
    logs = [
        [
            {key: value for key, value in json.loads(line).items() if "seconds" not in key}
            for line in (run / "stages/train/log.jsonl").read_text().splitlines()
        ]
        for run in (left, right)
    ]
    return found + ([] if logs[0] == logs[1] else ["log.jsonl"])


def main() -> int:
    """Kill, compare, print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model")
    parser.add_argument("data")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--trainable", default="full")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    stage = Stage(
        data=asked.data, budget=StageBudget(steps=asked.steps), trainable=asked.trainable,
        step_tokens=256, batch_tokens=200, max_tokens=400,
    )  # fmt: skip
    recipe = TrainingRecipe(model=asked.model, seed=asked.seed, stages=(stage,))
    asked.folder.mkdir(parents=True, exist_ok=True)
    whole, cut = asked.folder / "whole", asked.folder / "cut"
    every, inside = counted(recipe, whole)
    draws = random.Random(asked.seed)
    told = {"kills": 0, "inside_checkpoint": 0, "ends_compared": 0, "calls": every}
    faults: list[str] = []

    def end() -> None:
        told["ends_compared"] += 1
        faults.extend(differing(whole, cut))
        shutil.rmtree(cut)

    while told["kills"] < asked.kills and not faults:
        writing = told["kills"] % 2 == 1
        calls = Calls(
            draws.randint(1, inside if writing else every),
            writing,
            lambda: os.kill(os.getpid(), signal.SIGKILL),
        )
        status = forked(partial(train, recipe, cut, calls))
        if status == signal.SIGKILL:
            told["kills"] += 1
            told["inside_checkpoint"] += writing
        elif status == 0:
            end()
        else:
            faults.append(f"a run ended with status {status}")
    if cut.exists() and not faults:
        if forked(lambda: train(recipe, cut, Calls())):
            faults.append("the last run failed")
        else:
            end()
    print(json.dumps(told | {"differing": faults}))
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())

"""Killed at any point, or on a full disk: nothing is lost, and the bits are the same."""

import json
import resource
import subprocess
import sys

import pytest

from tests.paths import CHECKOUT
from underdog.errors import UnderdogError
from underdog.training.checkpoint import newest_checkpoint
from underdog.training.session import TrainingRun
from underdog.training.training_recipe import StageBudget

from .conftest import recipe_of

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_twenty_kills_leave_no_trace_in_the_bits(tiny, sums, tmp_path) -> None:
    pytest.importorskip("peft")
    script = CHECKOUT / "benchmarks" / "training_kills.py"
    given = [str(tiny), str(sums), str(tmp_path), "--kills", "20", "--steps", "3"]
    done = subprocess.run(
        [sys.executable, str(script), *given],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert told["kills"] == 20
    assert told["inside_checkpoint"] == 10
    assert told["ends_compared"] >= 1
    assert not told["differing"]


def fill_after(run: TrainingRun, step: int) -> None:
    """Train on a disk that takes no further file of a checkpoint's size after a step."""
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    for update in run.updates():
        if update.step and update.step.step == step:
            resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))


def test_a_full_disk_keeps_the_last_checkpoint_and_the_same_call_goes_on(
    tiny, sums, tmp_path
) -> None:
    """The limit on a file's size is what the process meets when a file no longer fits."""
    recipe = recipe_of(tiny, sums, budget=StageBudget(steps=6))
    list(TrainingRun(recipe, tmp_path / "whole").updates())
    out = tmp_path / "out"
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        run = TrainingRun(recipe, out, checkpoint_seconds=0.0)
        with pytest.raises(UnderdogError, match="free space"):
            fill_after(run, 2)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    kept = newest_checkpoint(out / "stages" / "train" / "checkpoints")
    assert kept is not None
    assert kept.step == 2
    assert not list(out.rglob("*.part"))
    list(TrainingRun(recipe, out).updates())
    one, other = ((run / "model.safetensors").read_bytes() for run in (tmp_path / "whole", out))
    assert one == other


def test_a_disk_that_is_full_at_the_end_costs_no_step(tiny, sums, tmp_path) -> None:
    recipe = recipe_of(tiny, sums)
    out = tmp_path / "out"
    run = TrainingRun(recipe, out)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        with pytest.raises(UnderdogError, match="free space"):
            fill_after(run, 6)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    updates = list(run.updates())
    assert [update.finished for update in updates] == [False, True]
    assert updates[-1].step is not None
    assert updates[-1].step.step == 6
    assert (out / "model.safetensors").is_file()

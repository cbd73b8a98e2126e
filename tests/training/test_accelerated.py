"""Two processes end with the weights of one, and a lost one costs nothing."""

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from safetensors.torch import load_file

from tests.paths import CHECKOUT
from underdog.errors import TrainingError
from underdog.training.accelerated import Processes, is_first, joined
from underdog.training.feeding.encoding import Encoded
from underdog.training.feeding.length_buckets import TokenBatch
from underdog.training.session import TrainingRun
from underdog.training.training_recipe import StageBudget, TrainingRecipe

from .conftest import recipe_of

pytestmark = pytest.mark.usefixtures("one_thread")


def two(recipe: TrainingRecipe, out: Path, kind: str, die: tuple[int, int] = (0, 0)) -> list[int]:
    """Train in two processes; their exit codes."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    started = [
        subprocess.Popen(
            [
                sys.executable, "-m", "tests.training.two_processes", str(rank), port,
                recipe.model_dump_json(), str(out), kind, str(die[rank]),
            ],
            cwd=CHECKOUT, stderr=subprocess.PIPE, text=True,
        )
        for rank in (0, 1)
    ]  # fmt: skip
    said = [one.communicate(timeout=600)[1] for one in started]
    codes = [one.returncode for one in started]
    if not any(die):
        assert codes == [0, 0], said
    else:
        assert (
            "another process of this run is gone or out of reach; start the same command again"
            in "".join(said)
        )
    return codes


def log(folder: Path) -> list[dict]:
    lines = (folder / "stages" / "train" / "log.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def assert_alike(left: Path, right: Path) -> None:
    one, other = load_file(left / "model.safetensors"), load_file(right / "model.safetensors")
    assert one.keys() == other.keys()
    assert max(float((one[name] - other[name]).abs().max()) for name in one) <= 1e-6
    for here, there in zip(log(left), log(right), strict=True):
        assert here["loss"] == pytest.approx(there["loss"], abs=1e-6)
        assert here["gradient"] == pytest.approx(there["gradient"], rel=1e-5)
        assert [here[key] for key in ("step", "tokens", "loss_tokens", "pools")] == [
            there[key] for key in ("step", "tokens", "loss_tokens", "pools")
        ]


def careful(tiny: Path, sums: Path, **stage) -> TrainingRecipe:
    """A recipe in whose steps AdamW makes less than 1e-6 of the rounding of tiny gradients."""
    return recipe_of(tiny, sums, step_tokens=900, learning_rate=3e-4, **stage)


@pytest.mark.slow
@pytest.mark.timeout(1200)  # six starts of PyTorch, on whatever else the machine does
@pytest.mark.parametrize(
    ("kind", "trainable", "killed", "goes_on"),
    [
        ("ddp", "full", None, None),
        ("ddp", "lora:r=4", (0, 3), "ddp"),
        ("fsdp", "full", (4, 0), "alone"),
        ("fsdp", "lora:r=4", (0, 3), "fsdp"),
    ],
)
def test_two_processes_equal_one_also_when_one_of_them_is_killed(
    tiny, sums, tmp_path, kind, trainable, killed, goes_on
) -> None:
    recipe, out = careful(tiny, sums, trainable=trainable), tmp_path / "two"
    list(TrainingRun(recipe, tmp_path / "one", "float32").updates())
    if killed:
        codes = two(recipe, out, kind, killed)
        dead = killed.index(max(killed))
        assert codes[dead] == -signal.SIGKILL
        assert codes[1 - dead] not in (0, -signal.SIGKILL)
        assert len(log(out)) >= 3
    if goes_on == "alone":
        updates = list(TrainingRun(recipe, out, "float32").updates())
        assert updates[0].resumed_at >= 3
    else:
        two(recipe, out, goes_on or kind)
    assert_alike(tmp_path / "one", out)


@pytest.mark.slow
@pytest.mark.timeout(1200)  # six starts of PyTorch, on whatever else the machine does
def test_stages_follow_one_another_in_two_processes(tiny, sums, tmp_path) -> None:
    [one] = careful(tiny, sums, budget=StageBudget(steps=2)).stages
    second = one.model_copy(update={"name": "second", "trainable": "lora:r=2"})
    recipe = TrainingRecipe(model=str(tiny), seed=7, stages=(one, second))
    list(TrainingRun(recipe, tmp_path / "one", "float32").updates())
    two(recipe, tmp_path / "two", "fsdp")
    assert_alike(tmp_path / "one", tmp_path / "two")


def batch_of(length: int) -> TokenBatch:
    return TokenBatch((Encoded(tuple(range(length)), (0.0,) + (1.0,) * (length - 1)),))


@pytest.mark.parametrize(("number", "world"), [(1, 2), (2, 2), (5, 2), (3, 4), (8, 3)])
def test_a_step_is_divided_without_rest_or_repeat(number: int, world: int) -> None:
    batches = [batch_of(3 + place) for place in range(number)]
    shares = [Processes(rank, world).own(batches) for rank in range(world)]
    assert len({len(share) for share in shares}) == 1
    weighted = [one for share in shares for one in share if one.loss_weight]
    assert sorted(one.num_tokens for one in weighted) == [one.num_tokens for one in batches]


def test_one_process_reads_all_batches_as_they_are() -> None:
    batches = [batch_of(3), batch_of(4)]
    assert Processes().own(batches) == batches
    assert Processes().mean(2.5) == Processes().largest(2.5) == 2.5
    assert is_first()


def test_splitting_among_one_is_refused() -> None:
    with pytest.raises(TrainingError, match="torchrun"), joined(shard=True):
        pass

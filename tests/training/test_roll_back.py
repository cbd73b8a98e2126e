"""A poisoned item or an absurd rate: the stage goes back and past it, or stops."""

from pathlib import Path

import pytest

from underdog.core import Example, Message, Segment
from underdog.core.example import reply_learned
from underdog.data.dataset.columns import table_of
from underdog.data.dataset.shards import shard_path, write_shard
from underdog.errors import TrainingError
from underdog.training.output.step_log import read_step_log
from underdog.training.session import TrainingRun
from underdog.training.training_recipe import StageBudget, TrainingRecipe

from .conftest import recipe_of

pytestmark = pytest.mark.usefixtures("one_thread")


def items(folder: Path, *poisoned: int) -> Path:
    """Two hundred small items, some of them with a loss weight beyond float32."""
    rows = [
        Example(f"{n}", reply_learned((Message("user", f"say {n}"), Message("assistant", f"{n}"))))
        for n in range(200)
    ]
    bad = Segment(" and more", "assistant", 1e38)
    for place in poisoned:
        rows[place] = Example(f"bad {place}", (*rows[place].segments, bad))
    write_shard(shard_path(folder, "train", 0), table_of(rows), "{}")
    return folder


def run(recipe: TrainingRecipe, folder: Path, **more):
    return list(TrainingRun(recipe, folder, **more).updates())


def test_a_poisoned_item_is_passed_over(tiny, tmp_path) -> None:
    data = items(tmp_path / "data", 77)
    settings = {"budget": StageBudget(steps=12), "step_tokens": 400}
    with pytest.raises(TrainingError, match=r"the loss is (inf|nan)"):
        run(recipe_of(tiny, data, **settings), tmp_path / "stop")
    recipe = recipe_of(tiny, data, on_divergence="roll-back", **settings)
    updates = run(recipe, tmp_path / "out", checkpoint_seconds=0.0)
    [back] = [update.rolled_back for update in updates if update.rolled_back]
    assert back.diverged_at == back.step + 1
    assert "inf" in back.reason or "nan" in back.reason
    steps = [update.step for update in updates if update.step and not update.finished]
    assert [one.step for one in steps] == list(range(1, 13))
    assert all(one.loss < 20 for one in steps)
    place = tmp_path / "out" / "stages" / "train"
    assert [one["step"] for one in read_step_log(place / "log.jsonl")] == list(range(1, 13))
    assert [one["number"] for one in read_step_log(place / "roll_backs.jsonl")] == [1]


def test_without_a_later_checkpoint_it_goes_back_to_the_start_and_loses_the_steps(
    tiny, tmp_path
) -> None:
    data = items(tmp_path / "data", 77)
    settings = {"budget": StageBudget(steps=12), "step_tokens": 400}
    recipe = recipe_of(tiny, data, on_divergence="roll-back", **settings)
    updates = run(recipe, tmp_path / "out")
    [back] = [update.rolled_back for update in updates if update.rolled_back]
    assert back.step == 0
    assert back.lost_tokens > 0
    steps = [update.step.step for update in updates if update.step and not update.finished]
    assert steps == [*range(1, back.diverged_at), *range(1, 13)]


def test_a_stop_after_a_roll_back_ends_with_the_same_bits(tiny, tmp_path) -> None:
    data = items(tmp_path / "data", 77)
    recipe = recipe_of(
        tiny, data, on_divergence="roll-back", budget=StageBudget(steps=12), step_tokens=400
    )
    run(recipe, tmp_path / "whole")
    seen = False
    for update in TrainingRun(recipe, tmp_path / "cut").updates():
        seen = seen or update.rolled_back is not None
        if seen and update.step and update.step.step == 4:
            break
    run(recipe, tmp_path / "cut")
    one, other = ((tmp_path / name / "model.safetensors").read_bytes() for name in ("whole", "cut"))
    assert one == other


def test_it_stops_after_the_roll_backs_it_may_make(tiny, tmp_path) -> None:
    data = items(tmp_path / "data", *range(0, 200, 20))
    recipe = recipe_of(
        tiny, data, on_divergence="roll-back", most_roll_backs=2, step_tokens=400,
        budget=StageBudget(steps=12),
    )  # fmt: skip
    with pytest.raises(TrainingError, match="2 roll-backs did not help"):
        run(recipe, tmp_path / "out")
    log = read_step_log(tmp_path / "out" / "stages" / "train" / "roll_backs.jsonl")
    assert [one["number"] for one in log] == [1, 2]


def test_a_rate_that_grows_absurd_is_found_and_the_next_try_starts_before_the_leap(
    tiny, tmp_path
) -> None:
    recipe = recipe_of(
        tiny, items(tmp_path / "data"), on_divergence="roll-back", most_roll_backs=1, clip=1e9,
        learning_rate=1.0, schedule="constant:warmup=1", budget=StageBudget(steps=150),
    )  # fmt: skip
    with pytest.raises(TrainingError, match=r"leapt.*1 roll-backs did not help"):
        run(recipe, tmp_path / "out", checkpoint_seconds=0.0)
    place = tmp_path / "out" / "stages" / "train"
    [back] = read_step_log(place / "roll_backs.jsonl")
    assert back["step"] <= back["diverged_at"] - 3

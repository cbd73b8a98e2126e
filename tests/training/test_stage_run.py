"""A stage learns, weighs tokens alike in any batch, and ends with the same bits when stopped."""

from pathlib import Path

import numpy as np
import pytest

from underdog.errors import TrainingError
from underdog.training.checkpoint import newest_checkpoint, write_checkpoint
from underdog.training.feeding.encoding import Encoded
from underdog.training.feeding.length_buckets import TokenBatch
from underdog.training.objectives import objectives
from underdog.training.packed_rows import attend_within_items
from underdog.training.schedules import schedules
from underdog.training.session import TrainingRun
from underdog.training.stage_run import StageRun
from underdog.training.torch_models.torch_model import open_torch_model
from underdog.training.trainable import trainables
from underdog.training.training_recipe import StageBudget

from .conftest import recipe_of

pytestmark = pytest.mark.usefixtures("one_thread")


def begin(tiny: Path, sums: Path, folder: Path, resume=None, model=None, **stage) -> StageRun:
    recipe = recipe_of(tiny, sums, **stage)
    [made] = recipe.stages
    start = open_torch_model(tiny)
    model = trainables.create(made.trainable).apply(model or start.model, 3)
    run = TrainingRun(recipe, folder)
    packed = made.rows == "packed"
    if packed:
        attend_within_items(model)
    return StageRun(
        made, model, run.batches(made, start, packed), objectives.create(made.objective),
        schedules.create(made.schedule), resume,
    )  # fmt: skip


def same(left, right) -> bool:
    return left.keys() == right.keys() and all((left[name] == right[name]).all() for name in left)


@pytest.mark.parametrize("trainable", ["full", "lora:r=4", "top:layers=1"])
def test_the_loss_falls(tiny, sums, tmp_path, trainable) -> None:
    run = begin(tiny, sums, tmp_path, trainable=trainable, budget=StageBudget(steps=25))
    reports = list(run.steps())
    assert [report.step for report in reports] == list(range(1, 26))
    assert np.mean([one.loss for one in reports[-5:]]) < 0.9 * reports[0].loss
    last = reports[-1]
    assert 0 < last.loss_tokens < last.tokens <= last.padded_tokens
    assert sum(last.pools.values()) == last.tokens
    assert last.progress == 1.0


@pytest.mark.parametrize("trainable", ["full", "lora:r=4"])
def test_going_on_from_any_step_ends_with_the_same_bits(tiny, sums, tmp_path, trainable) -> None:
    whole = begin(tiny, sums, tmp_path, trainable=trainable)
    reports = list(whole.steps())
    for stop in range(1, 6):
        run = begin(tiny, sums, tmp_path, trainable=trainable)
        for report in run.steps():
            if report.step == stop:
                break
        write_checkpoint(tmp_path / f"at{stop}", run.checkpoint())
        kept = newest_checkpoint(tmp_path / f"at{stop}")
        again = begin(tiny, sums, tmp_path, resume=kept, trainable=trainable)
        rest = list(again.steps())
        assert [one.loss for one in rest] == [one.loss for one in reports[stop:]]
        assert [one.pools for one in rest] == [one.pools for one in reports[stop:]]
        assert same(again.checkpoint().tensors, whole.checkpoint().tensors)
        assert same(again.checkpoint().moments, whole.checkpoint().moments)


def test_frozen_parameters_do_not_move(tiny, sums, tmp_path) -> None:
    model = open_torch_model(tiny).model
    run = begin(tiny, sums, tmp_path, model=model, trainable="top:layers=1")
    before = {name: one.clone() for name, one in open_torch_model(tiny).model.named_parameters()}
    list(run.steps())
    after = dict(model.named_parameters())
    moved = {name for name in before if not (before[name] == after[name]).all()}
    assert moved
    assert all(name.startswith(("model.layers.1.", "model.norm")) for name in moved)


def test_a_token_weighs_the_same_in_any_batch(tiny) -> None:
    import torch

    items = [
        Encoded(tuple(range(3, 3 + size)), (0.0, 0.0, *(weight for _ in range(size - 2))))
        for size, weight in ((12, 1.0), (7, 0.5), (9, 1.0))
    ]
    causal = objectives.create("causal")

    def gradients(groups):
        model = open_torch_model(tiny).model
        total = sum(batch.loss_weight for batch in groups)
        for batch in groups:
            (causal.loss(model, batch) / total).backward()
        return {name: one.grad for name, one in model.named_parameters()}

    together = gradients([TokenBatch(tuple(items))])
    apart = gradients([TokenBatch((item,)) for item in items])
    assert all(torch.allclose(together[name], apart[name], atol=1e-6) for name in together)


def test_the_loss_is_that_of_the_whole_head(tiny) -> None:
    import torch

    item = Encoded((4, 9, 11, 30, 8), (0.0, 0.0, 1.0, 0.5, 1.0))
    model = open_torch_model(tiny).model
    found = objectives.create("causal").loss(model, TokenBatch((item,)))
    chances = model(input_ids=torch.tensor([item.tokens])).logits[0].log_softmax(-1)
    wanted = -sum(
        weight * chances[place - 1, item.tokens[place]]
        for place, weight in enumerate(item.weights)
        if weight
    )
    assert torch.allclose(found, wanted, atol=1e-5)


@pytest.mark.parametrize(
    ("budget", "least", "most"),
    [({"tokens": 700}, 2, 4), ({"steps": 2}, 2, 2), ({"cpu_seconds": 1e-6}, 1, 1)],
)
def test_budgets_end_within_a_step(tiny, sums, tmp_path, budget, least, most) -> None:
    run = begin(tiny, sums, tmp_path, budget=StageBudget(**budget))
    assert least <= len(list(run.steps())) <= most
    assert run.done


def test_a_loss_that_is_no_number_ends_the_stage_before_it_spoils_weights(
    tiny, sums, tmp_path
) -> None:
    run = begin(tiny, sums, tmp_path)
    steps = run.steps()
    next(steps)
    before = run.checkpoint().tensors
    sound = run._loss
    run._loss = lambda batch, last: sound(batch, last) * float("nan")
    with pytest.raises(TrainingError, match="step 2: the loss is nan"):
        next(steps)
    assert same(run.checkpoint().tensors, before)


def test_a_foreign_checkpoint_is_refused(tiny, sums, tmp_path) -> None:
    run = begin(tiny, sums, tmp_path)
    next(run.steps())
    with pytest.raises(TrainingError, match="other parameters"):
        begin(tiny, sums, tmp_path, resume=run.checkpoint(), trainable="lora:r=4")


def test_a_checkpoint_of_other_shapes_is_refused(tiny, sums, tmp_path) -> None:
    run = begin(tiny, sums, tmp_path, trainable="lora:r=2")
    next(run.steps())
    with pytest.raises(TrainingError, match="other parameters"):
        begin(tiny, sums, tmp_path, resume=run.checkpoint(), trainable="lora:r=4")

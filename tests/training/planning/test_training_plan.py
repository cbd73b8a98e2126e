"""A plan counts what training then does, tries real steps, and writes nothing."""

import pytest

import underdog
from tests.training.conftest import recipe_of
from underdog.training.planning.data_forecast import PoolForecast
from underdog.training.planning.footprint import footprint
from underdog.training.session import TrainingRun
from underdog.training.torch_models.torch_model import open_shape, open_torch_model
from underdog.training.trainable import trainables
from underdog.training.training_plan import plan_training
from underdog.training.training_recipe import StageBudget

pytestmark = pytest.mark.usefixtures("one_thread")


def test_a_plan_foretells_what_training_does(tiny, sums, tmp_path) -> None:
    recipe = recipe_of(tiny, sums, budget=StageBudget(tokens=12_000), step_tokens=1000)
    plan = plan_training(recipe, tmp_path / "out", decontaminate=False)
    assert not (tmp_path / "out").exists()
    [stage] = plan.stages
    updates = list(TrainingRun(recipe, tmp_path / "out").updates())
    report = updates[-1].step
    assert report is not None
    assert stage.steps == pytest.approx(report.step, abs=1)
    assert stage.tokens == pytest.approx(report.tokens, rel=0.1)
    data = stage.outlook.data
    assert data.loss_share == pytest.approx(report.loss_tokens / report.tokens, rel=0.05)
    assert data.padding == pytest.approx(1 - report.tokens / report.padded_tokens, abs=0.03)
    [pool] = data.pools
    assert (pool.items, pool.share) == (300, 1.0)
    fed = report.tokens / pool.item_tokens
    assert pool.exposures(stage.tokens) == pytest.approx(fed, rel=0.1)
    assert pool.passes(stage.tokens) == pytest.approx(fed / 300, rel=0.1)
    assert stage.trial.loss == pytest.approx(updates[1].step.loss, rel=0.4)
    assert stage.cpu_seconds > 0
    assert stage.trial.peak_bytes > 1e8
    assert plan.machine.float32 > 1e8
    written = sum(file.stat().st_size for file in (tmp_path / "out").rglob("*.safetensors"))
    assert written <= plan.disk_bytes


def test_a_budget_of_seconds_is_planned_by_the_steps_that_were_tried(tiny, sums, tmp_path) -> None:
    recipe = recipe_of(tiny, sums, budget=StageBudget(cpu_seconds=5))
    [stage] = plan_training(recipe, tmp_path / "out", decontaminate=False).stages
    assert stage.cpu_seconds == pytest.approx(5)
    assert stage.tokens > 0


def test_stages_that_are_finished_are_not_planned(tiny, sums, tmp_path) -> None:
    recipe = recipe_of(tiny, sums, budget=StageBudget(steps=1))
    list(TrainingRun(recipe, tmp_path / "out").updates())
    assert plan_training(recipe, tmp_path / "out", decontaminate=False).stages == ()


def test_pools_of_a_mixture_are_told_apart(tiny, sums, tmp_path) -> None:
    mixture = tmp_path / "mix.toml"
    mixture.write_text(
        f'[pools.stored]\nshare = 0.75\ndata = "{sums}"\n'
        '[pools.made]\nshare = 0.25\nfamily = "addition:digits=1"\nforms = ["answer"]\n'
    )
    recipe = recipe_of(tiny, sums, data="", mixture=str(mixture), budget=StageBudget(tokens=30_000))
    [stage] = plan_training(recipe, decontaminate=False).stages
    stored, made = stage.outlook.data.pools
    assert stored.share == pytest.approx(0.75, abs=0.05)
    assert (stored.items, made.items) == (300, 0)
    assert made.passes(30_000) == 0
    assert made.exposures(30_000) == pytest.approx(30_000 * 0.25 / made.item_tokens, rel=0.05)


def test_a_generated_pool_without_new_items_counts_as_finite() -> None:
    worn = PoolForecast("made", 0.5, item_tokens=10.0, items=0, seen=500, distinct=100)
    assert worn.passes(20_000) == 10
    fresh = PoolForecast("made", 0.5, item_tokens=10.0, items=0, seen=500, distinct=450)
    assert fresh.passes(20_000) == 0


@pytest.mark.parametrize("spec", ["full", "lora:r=4", "top:layers=1"])
def test_parameters_are_counted_without_weights(tiny, spec) -> None:
    choice = trainables.create(spec)
    counted = footprint(choice.apply(open_shape(tiny).model, 0))
    model = choice.apply(open_torch_model(tiny).model, 0)
    assert counted.num_params == sum(one.numel() for one in model.parameters())
    trained = sum(one.numel() for one in model.parameters() if one.requires_grad)
    assert counted.num_trained == trained


def test_full_training_is_six_flops_a_parameter_and_less_is_less(tiny) -> None:
    def of(spec):
        return footprint(trainables.create(spec).apply(open_shape(tiny).model, 0))

    full, lora, top = of("full"), of("lora:r=1"), of("top:layers=1")
    matrices = full.num_params - 64 * 5  # norms are no products; the head is the embedding
    assert full.flops(1, 1, 0) == pytest.approx(6 * matrices, rel=0.01)
    assert full.flops(1, 0, 0) < full.flops(1, 1, 0)
    assert full.flops(1, 1, 100) > full.flops(1, 1, 10)
    assert 0.6 < lora.flops(1, 1, 0) / full.flops(1, 1, 0) < 0.75
    assert top.flops(1, 1, 0) < full.flops(1, 1, 0)
    assert lora.memory_bytes(256, 100) < full.memory_bytes(256, 100) < full.memory_bytes(512, 100)


def test_flops_are_what_pytorch_counts(tiny) -> None:
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    from underdog.training.feeding.encoding import Encoded
    from underdog.training.feeding.length_buckets import TokenBatch
    from underdog.training.objectives import objectives

    batch = TokenBatch(tuple(Encoded((5,) * 32, (0.0,) * 16 + (1.0,) * 16) for _ in range(4)))
    for spec in ("full", "top:layers=1", "lora:r=4"):
        model = trainables.create(spec).apply(open_torch_model(tiny).model, 0)
        with (
            FlopCounterMode(display=False) as counter,
            torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH),
        ):
            objectives.create("causal").loss(model, batch).backward()
        ours = footprint(model).flops(batch.num_tokens, 0.5, 63)  # all positions, also masked ones
        assert ours == pytest.approx(counter.get_total_flops(), rel=0.06), spec


def test_the_face_has_it() -> None:
    assert underdog.plan_training is plan_training

"""What a recipe paces reaches the trainer, goes on bit for bit, or is refused."""

from pathlib import Path

import pytest

from underdog.core import Example, Segment
from underdog.data.dataset.writing import write_dataset
from underdog.data.making.family_data import make
from underdog.errors import ConfigError, DataError, TrainingError, UnknownNameError
from underdog.training.checkpoint import newest_checkpoint, write_checkpoint
from underdog.training.feeding.length_buckets import BatchPlace
from underdog.training.session import TrainingRun
from underdog.training.training_recipe import Stage, StageBudget, read_training_recipe

from .conftest import recipe_of
from .test_stage_run import begin, same

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def mix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two pools: sums with steps and instruction, and words."""
    folder = tmp_path_factory.mktemp("mix")
    for name, family in (("sums", "addition:digits=3"), ("words", "words")):
        make([family], folder / name, count=300, forms=["cot"], decontaminate=False)
    path = folder / "mix.toml"
    path.write_text(
        '[pools.sums]\nshare = 0.5\ndata = "sums"\n[pools.words]\nshare = 0.5\ndata = "words"\n'
    )
    return path


PACED = {
    "pool_shares": {"sums": "linear:start=0.9,end=0.1"},
    "curriculum": "root:start=0.5,until=0.6",
    "length_warmup": "linear:start=0.8,end=1,until=0.5",
    "hint_decay": "linear:start=0.8,end=0",
    "prompt_erasing": "linear:start=0,end=1",
}


def paced(tiny, mix, folder, resume=None, steps=10, **more):
    settings = {"data": "", "mixture": str(mix), "max_tokens": 400, "budget": StageBudget(steps=12)}
    run = begin(tiny, mix, folder, resume, **(settings | more))
    run._batches._steps = steps  # several buffers in a few steps
    return run


@pytest.mark.parametrize("rows", ["buckets", "packed"])
def test_a_paced_stage_goes_on_bit_for_bit(tiny, mix, tmp_path, rows) -> None:
    whole = paced(tiny, mix, tmp_path, rows=rows, **PACED)
    reports = list(whole.steps())
    assert whole.checkpoint().state["place"]["buffer"] >= 3
    for stop in (1, 4, 7, 8):
        run = paced(tiny, mix, tmp_path, rows=rows, **PACED)
        for report in run.steps():
            if report.step == stop:
                break
        write_checkpoint(tmp_path / f"{stop}", run.checkpoint())
        again = paced(
            tiny, mix, tmp_path, newest_checkpoint(tmp_path / f"{stop}"), rows=rows, **PACED
        )
        assert [one.pools for one in again.steps()] == [one.pools for one in reports[stop:]]
        assert same(again.checkpoint().tensors, whole.checkpoint().tensors)


@pytest.mark.parametrize(("progress", "share"), [(0.0, 0.9), (0.5, 0.5), (1.0, 0.1)])
def test_shares_of_the_tokens_are_those_of_the_progress(
    tiny, mix, tmp_path, progress, share
) -> None:
    shares = {"sums": "linear:start=0.9,end=0.1"}
    stream = paced(tiny, mix, tmp_path, steps=40, pool_shares=shares)._batches.stream(
        BatchPlace(), lambda: progress
    )
    place = next(place for _, place in stream if place.buffer == 5)
    sums, words = (one.exposure.tokens for one in place.places)
    assert sums / (sums + words) == pytest.approx(share, abs=0.01)


def test_the_share_that_a_pool_is_fed_falls_with_its_schedule(tiny, mix, tmp_path) -> None:
    settings = {"budget": StageBudget(steps=24), "step_tokens": 800, "batch_tokens": 800}
    run = paced(tiny, mix, tmp_path, pool_shares={"sums": "step:start=0.9,end=0.1"}, **settings)
    fed = [(one.pools.get("sums", 0), one.tokens) for one in run.steps()]
    assert fed[5][0] / fed[5][1] > 0.7
    assert (fed[-1][0] - fed[-6][0]) / (fed[-1][1] - fed[-6][1]) < 0.3


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"pool_shares": {"summs": "linear"}}, UnknownNameError, "sums"),
        ({"pool_shares": {"sums": "linear", "words": "linear"}}, ConfigError, "more than 1"),
        ({"length_warmup": "linear:start=0.01,end=1"}, DataError, "let it start higher"),
    ],
)
def test_what_the_data_lack_is_refused_before_a_folder_is_claimed(
    tiny, mix, tmp_path, change, error, words
) -> None:
    recipe = recipe_of(tiny, mix, data="", mixture=str(mix), **change)
    with pytest.raises(error, match=words):
        list(TrainingRun(recipe, tmp_path / "out").updates())
    assert not list((tmp_path / "out").glob("*"))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"curriculum": "root:start=0.2"}, "has none"),
        ({"hint_decay": "linear"}, "one line each"),
        ({"prompt_erasing": "linear:start=0,end=1"}, "nothing to erase"),
    ],
)
def test_items_without_tags_cannot_be_paced(tiny, tmp_path, change, words) -> None:
    turns = Segment("2 + 2?", "user", 0.0), Segment("4", "assistant", 1.0)
    items = (Example(f"x{number}", turns) for number in range(20))
    write_dataset(tmp_path / "data", items, origin={})
    recipe = recipe_of(tiny, tmp_path / "data", **change)
    with pytest.raises(DataError, match=words):
        list(TrainingRun(recipe, tmp_path / "out").updates())
    assert not list((tmp_path / "out").glob("*"))


def test_a_checkpoint_with_the_other_kind_of_rows_is_refused(tiny, sums, tmp_path) -> None:
    run = begin(tiny, sums, tmp_path, rows="packed")
    next(run.steps())
    with pytest.raises(TrainingError, match="rows of the other kind"):
        begin(tiny, sums, tmp_path, run.checkpoint(), rows="buckets")


def test_packed_rows_are_trained_by_a_recipe(tiny, sums, tmp_path) -> None:
    recipe = recipe_of(tiny, sums, rows="packed", trainable="lora:r=2")
    updates = list(TrainingRun(recipe, tmp_path / "out").updates())
    report = updates[-1].step
    assert report.padded_tokens == report.tokens
    assert report.loss < updates[1].step.loss


@pytest.mark.parametrize(
    ("line", "error", "words"),
    [
        ('curriculum = "rooot"', UnknownNameError, "root"),
        ('curriculm = "root"', ConfigError, "curriculum"),
        ('hint_decay = "linear:strat=1"', UnknownNameError, "start"),
        ('pool_shares = {sums = "linnear"}', UnknownNameError, "linear"),
        ('rows = "bucket"', ConfigError, "buckets"),
        ('length_warmup = "linear:start=3"', ConfigError, "from 0 to 1"),
    ],
)
def test_a_mistyped_schedule_is_told_with_the_nearest(tmp_path, line, error, words) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text(f'model = "m"\n[[stages]]\ndata = "d"\nbudget = {{steps = 1}}\n{line}\n')
    with pytest.raises(error, match=words):
        read_training_recipe(path)


def test_only_what_hangs_on_progress_is_paced() -> None:
    plain = Stage(data="d", budget=StageBudget(steps=1))
    assert not plain.paced
    for key, value in PACED.items():
        assert plain.model_copy(update={key: value}).paced

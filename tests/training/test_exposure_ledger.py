"""Shares and ledger count the tokens that are fed, template and all."""

import json
from pathlib import Path

import pytest

from underdog.data.dataset.blocks import ParquetBlocks
from underdog.data.dataset.columns import examples_of
from underdog.data.making.family_data import make
from underdog.data.mixing.recipe import open_mix
from underdog.models.loading import open_model
from underdog.training.feeding.encoding import Encoder
from underdog.training.feeding.exposure_counts import ExposureCounts
from underdog.training.feeding.length_buckets import BatchPlace, LengthBuckets
from underdog.training.session import TrainingRun
from underdog.training.stage_data import mix_of
from underdog.training.training_recipe import StageBudget

from .conftest import recipe_of

pytestmark = pytest.mark.usefixtures("one_thread")
SHARES = {"long": 0.6, "short": 0.3, "endless": 0.1}


@pytest.fixture(scope="module")
def mixture(sums: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Long prompts with an instruction, bare short ones, and a family."""
    folder = tmp_path_factory.mktemp("mix")
    make(["addition:digits=4"], folder / "short", count=400, forms=["answer"], instruction=False,
         decontaminate=False)  # fmt: skip
    path = folder / "mix.toml"
    path.write_text(
        f'[pools.long]\nshare = 0.6\ndata = "{sums}"\n'
        '[pools.short]\nshare = 0.3\ndata = "short"\n'
        '[pools.endless]\nshare = 0.1\nfamily = "addition:digits=1"\nforms = ["answer"]\n'
    )
    return path


@pytest.fixture
def encoder(tiny: Path) -> Encoder:
    opened = open_model(tiny)
    return Encoder(opened.open_vocabulary(), opened.template, 300)


def fed(mixture: Path, encoder: Encoder, count, batches: int) -> dict[str, float]:
    """Share of the tokens that whole buffers feed, by pool."""
    [stage] = recipe_of(Path("m"), Path("d"), data="", mixture=str(mixture)).stages
    buckets = LengthBuckets(open_mix(mix_of(stage, 7), count=count), encoder, 400, 1)
    counts = ExposureCounts()
    for batch, place in buckets.stream(BatchPlace()):
        counts.add(batch.items)
        if place.buffer == batches:
            break
    total = sum(counts.pools.values())
    return {name: tokens / total for name, tokens in counts.pools.items()}


def test_shares_hold_in_the_tokens_that_are_fed(mixture, encoder) -> None:
    found = fed(mixture, encoder, encoder.count, 6)
    assert found == pytest.approx(SHARES, abs=0.01)
    without_template = fed(mixture, encoder, None, 6)
    assert max(abs(without_template[name] - SHARES[name]) for name in SHARES) > 0.02


def test_a_row_is_counted_as_it_is_fed_and_encoded_once(sums, encoder) -> None:
    table = ParquetBlocks.of(sums, "train").read(0).slice(0, 20)
    counted = encoder.count(table)
    rendered = []
    encoder._prompt_tokens = lambda messages: rendered.append(messages) or []
    assert [len(encoder.encode(one).tokens) for one in examples_of(table)] == counted
    assert not rendered


def test_a_row_that_is_left_out_hardly_counts(tiny, sums) -> None:
    opened = open_model(tiny)
    short = Encoder(opened.open_vocabulary(), opened.template, 8)
    assert set(short.count(ParquetBlocks.of(sums, "train").read(0).slice(0, 5))) == {1}


def test_the_ledger_says_what_was_fed_also_after_a_stop(tiny, mixture, tmp_path) -> None:
    recipe = recipe_of(tiny, Path("d"), data="", mixture=str(mixture), budget=StageBudget(steps=8))
    for update in TrainingRun(recipe, tmp_path / "cut", checkpoint_seconds=0.0).updates():
        if update.step and update.step.step == 3:
            break
    for name in ("cut", "whole"):
        reports = [one.step for one in TrainingRun(recipe, tmp_path / name).updates() if one.step]
    ledgers = [
        json.loads((tmp_path / name / "stages" / "train" / "ledger.json").read_text())
        for name in ("cut", "whole")
    ]
    assert ledgers[0] == ledgers[1]
    pools = ledgers[0]["pools"]
    assert {name: pool["tokens"] for name, pool in pools.items()} == dict(reports[-1].pools)
    assert sum(pool["loss_tokens"] for pool in pools.values()) == reports[-1].loss_tokens
    assert {name: pool["target"] for name, pool in pools.items()} == pytest.approx(SHARES)
    assert pools["endless"]["passes"] is None
    assert pools["short"]["passes"] == pools["short"]["items"] / 400
    assert {one["family"] for one in ledgers[0]["families"]} == {"addition"}
    assert sum(one["items"] for one in ledgers[0]["families"]) == sum(
        pool["items"] for pool in pools.values()
    )

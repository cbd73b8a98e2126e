"""A recipe trains a model from scratch, goes on after a stop, and refuses what makes no sense."""

import json
import shutil
from pathlib import Path

import pytest

from underdog.data.making.family_data import make
from underdog.errors import ConfigError, TrainingError, UnknownNameError
from underdog.models.loading import open_model
from underdog.training.session import TrainingRun
from underdog.training.training_recipe import (
    Stage,
    StageBudget,
    TrainingRecipe,
    read_training_recipe,
)

pytestmark = pytest.mark.usefixtures("one_thread")
SPEC = "scratch:6k,vocabulary=300"


def recipe_of(sums: Path, model: str = SPEC, seed: int = 7, **stage) -> TrainingRecipe:
    settings = {"budget": StageBudget(steps=6), "step_tokens": 256, "batch_tokens": 200} | stage
    return TrainingRecipe(model=model, seed=seed, stages=(Stage(data=str(sums), **settings),))


def run(recipe: TrainingRecipe, folder: Path):
    return list(TrainingRun(recipe, folder).updates())


def weights(folder: Path) -> bytes:
    return (folder / "model.safetensors").read_bytes()


def digest(folder: Path) -> str:
    return json.loads((folder / "recipe.json").read_text())["model"]


@pytest.mark.parametrize("model", [SPEC, "scratch:6k,width=8"])
def test_a_stopped_run_ends_with_the_same_bits(sums: Path, tmp_path: Path, model: str) -> None:
    recipe = recipe_of(sums, model)
    updates = run(recipe, tmp_path / "whole")
    losses = [update.step.loss for update in updates if update.step]
    assert losses[-1] < losses[0]
    for update in TrainingRun(recipe, tmp_path / "cut", checkpoint_seconds=0).updates():
        if update.step and update.step.step == 3:
            break
    assert run(recipe, tmp_path / "cut")[0].resumed_at in (2, 3)
    assert weights(tmp_path / "cut") == weights(tmp_path / "whole")
    assert open_model(tmp_path / "cut").template.name == "turns"


def test_all_is_trained_at_the_sizes_rate_unless_a_stage_says_otherwise(sums: Path) -> None:
    [plain] = recipe_of(sums, "scratch:10m").stages
    assert (plain.trainable, plain.learning_rate) == ("full", 1e-3)
    [asked] = recipe_of(sums, learning_rate=2e-4, trainable="full").stages
    assert asked.learning_rate == 2e-4
    with pytest.raises(ConfigError, match=r"lora:r=4 could build on; .* leave trainable out"):
        recipe_of(sums, trainable="lora:r=4")
    again = asked.model_copy(update={"name": "again", "trainable": "top:layers=1"})
    assert TrainingRecipe(model=SPEC, stages=(asked, again)).stages[1].trainable == "top:layers=1"


def test_later_stages_go_on_from_the_first(sums: Path, tmp_path: Path) -> None:
    [one] = recipe_of(sums, budget=StageBudget(steps=2)).stages
    two = one.model_copy(update={"name": "more", "trainable": "lora:r=2"})
    recipe = TrainingRecipe(model=SPEC, seed=7, stages=(one, two))
    run(recipe, tmp_path / "whole")
    for update in TrainingRun(recipe, tmp_path / "cut").updates():
        if update.stage == "more":
            break
    run(recipe, tmp_path / "cut")
    assert weights(tmp_path / "cut") == weights(tmp_path / "whole")


def test_the_digest_of_the_start_covers_size_seed_and_vocabulary(
    sums: Path, tmp_path: Path
) -> None:
    recipes = (
        recipe_of(sums), recipe_of(sums, seed=8), recipe_of(sums, f"{SPEC},layers=1"),
        recipe_of(sums, "scratch:6k,vocabulary=310"), recipe_of(sums, "scratch:6k"),
    )  # fmt: skip
    found = set()
    for number, recipe in enumerate(recipes):
        next(TrainingRun(recipe, tmp_path / str(number)).updates())
        found.add(digest(tmp_path / str(number)))
    assert len(found) == len(recipes)
    with pytest.raises(TrainingError, match="another model"):
        run(recipes[2], tmp_path / "0")


def test_changed_data_is_refused(sums: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(sums, data)
    run(recipe_of(data), tmp_path / "out")
    make(["subtraction:digits=3"], tmp_path / "more", count=300, forms=["answer"],
         decontaminate=False)  # fmt: skip
    [shard] = (tmp_path / "more").rglob("*.parquet")
    shutil.copy(shard, next(data.rglob("*.parquet")))
    with pytest.raises(TrainingError):
        run(recipe_of(data), tmp_path / "out")


def test_data_beyond_the_characters_claims_no_folder(tmp_path: Path) -> None:
    row = {"id": "a", "prompt": "caf\u00e9?", "completion": "yes"}
    file = tmp_path / "rows.jsonl"
    file.write_text(json.dumps(row) + "\n")
    mix = tmp_path / "mix.toml"
    mix.write_text('[pools.rows]\nshare = 1.0\njsonl = "rows.jsonl"\n')
    stage = Stage(mixture=str(mix), budget=StageBudget(steps=1), decontaminate=False)
    with pytest.raises(ConfigError, match="vocabulary=512"):
        run(TrainingRecipe(model="scratch:6k", stages=(stage,)), tmp_path / "out")
    assert not list((tmp_path / "out").glob("*"))


@pytest.mark.parametrize(
    ("model", "error", "words"),
    [("scratch:1mm", UnknownNameError, "1m"), ("scratch:1m,vocab=9", UnknownNameError, "vocab")],
)
def test_a_recipe_with_a_mistyped_size_says_so(tmp_path, model, error, words) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text(f'model = "{model}"\n[[stages]]\ndata = "d"\nbudget = {{steps = 1}}')
    with pytest.raises(error, match=words):
        read_training_recipe(path)

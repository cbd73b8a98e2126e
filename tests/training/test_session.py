"""A recipe ends in a model folder; what has changed since is refused; a kill costs nothing."""

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from underdog.data.making.family_data import make
from underdog.errors import ConfigError, DataError, TrainingError, UnknownNameError
from underdog.models.loading import open_model
from underdog.training.checkpoint import newest_checkpoint
from underdog.training.session import TrainingRun, train
from underdog.training.training_recipe import (
    Stage,
    StageBudget,
    TrainingRecipe,
    read_training_recipe,
)

from .conftest import recipe_of

pytestmark = pytest.mark.usefixtures("one_thread")


def run(recipe: TrainingRecipe, folder: Path, **more):
    return list(TrainingRun(recipe, folder, **more).updates())


def weights(folder: Path) -> bytes:
    return (folder / "model.safetensors").read_bytes()


@pytest.mark.parametrize("trainable", ["full", "lora:r=4"])
def test_a_recipe_ends_in_a_folder_that_engines_open(tiny, sums, tmp_path, trainable) -> None:
    updates = run(recipe_of(tiny, sums, trainable=trainable), tmp_path / "out")
    assert [one.finished for one in updates] == [False] * 7 + [True]
    opened = open_model(tmp_path / "out")
    assert opened.architecture.num_layers == 2
    assert weights(tmp_path / "out") != b""
    kept = json.loads((tmp_path / "out" / "recipe.json").read_text())
    assert kept["recipe"]["stages"][0]["trainable"] == trainable
    assert set(kept["data"]) == {"train/data"}
    assert kept["versions"]["torch"]
    log = (tmp_path / "out" / "stages" / "train" / "log.jsonl").read_text().splitlines()
    assert [json.loads(line)["step"] for line in log] == [1, 2, 3, 4, 5, 6]
    adapter = tmp_path / "out" / "stages" / "train" / "adapter" / "adapter_model.safetensors"
    assert adapter.is_file() == (trainable != "full")


def test_the_same_recipe_gives_the_same_bits_and_runs_once(tiny, sums, tmp_path) -> None:
    recipe = recipe_of(tiny, sums)
    run(recipe, tmp_path / "a")
    run(recipe, tmp_path / "b")
    assert weights(tmp_path / "a") == weights(tmp_path / "b")
    again = run(recipe, tmp_path / "a")
    assert [one.finished for one in again] == [True]
    assert again[0].step is None


def test_stages_go_on_from_one_another_also_after_a_stop(tiny, sums, tmp_path) -> None:
    [one] = recipe_of(tiny, sums, budget=StageBudget(steps=3)).stages
    second = one.model_copy(update={"name": "second", "trainable": "lora:r=2"})
    recipe = TrainingRecipe(model=str(tiny), seed=7, stages=(one, second))
    run(recipe, tmp_path / "whole")
    for update in TrainingRun(recipe, tmp_path / "cut").updates():
        if update.stage == "second":
            break
    run(recipe, tmp_path / "cut")
    assert weights(tmp_path / "cut") == weights(tmp_path / "whole")


def test_what_has_changed_since_is_refused_by_name(tiny, sums, tmp_path) -> None:
    data = tmp_path / "data"
    shutil.copytree(sums, data)
    out = tmp_path / "out"
    run(recipe_of(tiny, data), out)
    with pytest.raises(TrainingError, match=r"another stages\[0\]\.learning_rate"):
        run(recipe_of(tiny, data, learning_rate=1e-4), out)
    with pytest.raises(TrainingError, match="another dtype"):
        run(recipe_of(tiny, data), out, dtype="float32")
    make(["addition:digits=2"], tmp_path / "more", count=20, forms=["answer"], seed=5,
         decontaminate=False)  # fmt: skip
    [shard] = (tmp_path / "more").rglob("*.parquet")
    shutil.copy(shard, next(data.rglob("*.parquet")))
    with pytest.raises(TrainingError, match="pool 'train/data' has changed"):
        run(recipe_of(tiny, data), out)


def test_a_folder_with_other_files_is_left_alone(tiny, sums, tmp_path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(TrainingError, match="no training run's"):
        run(recipe_of(tiny, sums), tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["notes.txt"]


def test_missing_data_is_an_error_before_any_step(tiny, tmp_path) -> None:
    with pytest.raises(DataError):
        run(recipe_of(tiny, tmp_path / "nowhere"), tmp_path / "out")


def test_missing_data_of_a_later_stage_claims_no_folder(tiny, sums, tmp_path) -> None:
    out = tmp_path / "out"
    right = recipe_of(tiny, sums)
    late = right.stages[0].model_copy(update={"name": "late", "data": str(tmp_path / "nowhere")})
    with pytest.raises(DataError, match="nowhere"):
        run(right.model_copy(update={"stages": (*right.stages, late)}), out)
    assert not out.exists()
    run(right, out)
    assert weights(out)


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("", ConfigError, "missing"),
        ('model = "m"\nstages = []', ConfigError, "stages"),
        ('model = "m"\n[[stages]]\ndata = "d"', ConfigError, "budget"),
        ('model = "m"\n[[stages]]\ndatta = "d"\nbudget = {steps = 1}', ConfigError, "data"),
        ('model = "m"\n[[stages]]\nbudget = {steps = 1}', ConfigError, "data and mixture"),
        ('model = "m"\n[[stages]]\ndata = "d"\nbudget = {}', ConfigError, "exactly one"),
        (
            'model = "m"\n[[stages]]\nname = ".."\ndata = "d"\nbudget = {steps = 1}',
            ConfigError, "stages.0.name",
        ),
        (
            'model = "m"\n[[stages]]\ndata = "d"\nbudget = {steps = 1, tokens = 2}',
            ConfigError, "exactly one",
        ),
        (
            'model = "m"\n[[stages]]\ndata = "d"\nbudget = {steps = 1}\ntrainable = "lorra"',
            UnknownNameError, "lora",
        ),
        (
            'model = "m"\n[[stages]]\ndata = "d"\nbudget = {steps = 1}\nschedule = "wsd:decay=2"',
            ConfigError, "share of the budget",
        ),
        (
            'model = "m"\n[[stages]]\ndata = "d"\nbudget = {steps = 1}\nlearning_rate = nan',
            ConfigError, "learning_rate",
        ),
        (
            'model = "m"\n' + '[[stages]]\ndata = "d"\nbudget = {steps = 1}\n' * 2,
            ConfigError, "different names",
        ),
    ],
)  # fmt: skip
def test_a_recipe_with_a_mistake_says_which(tmp_path, text, error, words) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text(text)
    with pytest.raises(error, match=words):
        read_training_recipe(path)


def test_paths_of_a_recipe_are_relative_to_it(tmp_path) -> None:
    (tmp_path / "m.gguf").write_bytes(b"")
    path = tmp_path / "recipe.toml"
    path.write_text('model = "m.gguf"\n[[stages]]\nmixture = "mix.toml"\nbudget = {steps = 1}')
    recipe = read_training_recipe(path)
    assert recipe.model == str(tmp_path / "m.gguf")
    assert recipe.stages[0].mixture == str(tmp_path / "mix.toml")


@pytest.mark.slow
def test_a_killed_run_ends_with_the_same_bits(tiny, sums, tmp_path) -> None:
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(
        f'model = "{tiny}"\nseed = 7\n[[stages]]\ndata = "{sums}"\nbudget = {{steps = 60}}\n'
        'trainable = "full"\nstep_tokens = 256\nbatch_tokens = 200\n'
    )
    script = (
        "import sys, torch; torch.set_num_threads(1)\n"
        "from pathlib import Path\n"
        "from underdog.training.training_recipe import read_training_recipe\n"
        "from underdog.training.session import TrainingRun\n"
        "recipe = read_training_recipe(Path(sys.argv[1]))\n"
        "for _ in TrainingRun(recipe, Path(sys.argv[2]), checkpoint_seconds=0.05).updates(): pass\n"
    )
    command = [sys.executable, "-c", script, str(recipe)]
    subprocess.run([*command, str(tmp_path / "whole")], check=True, capture_output=True)
    kills = 0
    place = tmp_path / "cut" / "stages" / "train"
    for kept in (1, 20, 40):
        with subprocess.Popen([*command, str(tmp_path / "cut")], stderr=subprocess.DEVNULL) as one:
            while one.poll() is None and not _reached(place / "checkpoints", kept):
                time.sleep(0.005)
            one.send_signal(signal.SIGKILL)
            kills += one.wait() == -signal.SIGKILL
    assert kills >= 2
    assert newest_checkpoint(place / "checkpoints") is not None
    subprocess.run([*command, str(tmp_path / "cut")], check=True, capture_output=True)
    assert weights(tmp_path / "cut") == weights(tmp_path / "whole")
    log = (place / "log.jsonl").read_text().splitlines()
    assert [json.loads(line)["step"] for line in log] == list(range(1, 61))


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_keeps_the_step_in_hand(tiny, sums, tmp_path, number) -> None:
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(
        f'model = "{tiny}"\nseed = 7\n[[stages]]\ndata = "{sums}"\nbudget = {{steps = 400}}\n'
        'trainable = "full"\nstep_tokens = 256\nbatch_tokens = 200\n'
    )
    command = [
        sys.executable, "-m", "underdog", "train", str(recipe), "--out", str(tmp_path / "out"),
        "--no-decontaminate",
    ]  # fmt: skip
    log = tmp_path / "out" / "stages" / "train" / "log.jsonl"
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as one:
        while one.poll() is None and not (log.is_file() and log.read_text().count("\n") >= 2):
            time.sleep(0.01)
        one.send_signal(number)
        _, said = one.communicate(timeout=120)
    assert one.returncode == 128 + number, said
    kept = newest_checkpoint(log.parent / "checkpoints")
    assert kept is not None
    assert kept.step == log.read_text().count("\n") >= 2


def _reached(folder: Path, step: int) -> bool:
    return (
        any(int(one.name[5:]) >= step for one in folder.glob("step-*"))
        if folder.exists()
        else False
    )


def test_the_python_function_trains_too(tiny, sums, tmp_path) -> None:
    seen = []
    folder = train(
        recipe_of(tiny, sums, budget=StageBudget(steps=1)), tmp_path / "out", dtype="float32",
        decontaminate=False, progress=seen.append,
    )  # fmt: skip
    assert folder == tmp_path / "out"
    assert len(seen) == 3
    assert isinstance(Stage(data="d", budget=StageBudget(steps=1)).learning_rate, float)

"""Dev accuracy comes from the serving engine, changes nothing, and chooses only when asked to."""

import json
from pathlib import Path

import pytest

from underdog.core import Example, Message
from underdog.core.example import reply_learned
from underdog.data.dataset.columns import table_of
from underdog.data.dataset.shards import shard_path, write_shard
from underdog.data.making.family_data import make
from underdog.errors import ConfigError, DataError, TrainingError
from underdog.training.dev.dev_set import open_dev_sets
from underdog.training.output.step_log import read_step_log
from underdog.training.session import TrainingRun
from underdog.training.training_recipe import (
    DevTable,
    StageBudget,
    TrainingRecipe,
    read_training_recipe,
)

from .conftest import recipe_of

pytestmark = pytest.mark.usefixtures("one_thread")
TASK = "addition:digits=1"


@pytest.fixture(scope="module")
def dev_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dev") / "data"
    make(["addition:digits=2"], folder, count=40, forms=["answer"], split="dev",
         decontaminate=False)  # fmt: skip
    return folder


def with_dev(recipe: TrainingRecipe, data: Path, **table) -> TrainingRecipe:
    settings = {"data": str(data), "limit": 6, "max_tokens": 8} | table
    return recipe.model_copy(update={"dev": DevTable(**settings)})


def run(recipe: TrainingRecipe, folder: Path, **more):
    return list(TrainingRun(recipe, folder, **more).updates())


def points(folder: Path) -> list[dict]:
    return read_step_log(folder / "stages" / "train" / "dev.jsonl")


@pytest.mark.parametrize("trainable", ["full", "lora:r=4"])
def test_it_is_measured_at_the_start_on_the_way_and_at_the_end_and_changes_no_weight(
    tiny, sums, dev_data, tmp_path, trainable
) -> None:
    pytest.importorskip("openvino")
    recipe = recipe_of(tiny, sums, trainable=trainable)
    updates = run(with_dev(recipe, dev_data, every=0.5), tmp_path / "with")
    run(recipe, tmp_path / "without")
    one, other = ((tmp_path / name / "model.safetensors").read_bytes() for name in
                  ("with", "without"))  # fmt: skip
    assert one == other
    seen = [update.dev for update in updates if update.dev]
    assert [point.step for point in seen] == [0, 3, 6]
    assert all(point.scores[0].n == 6 and 0 <= point.accuracy <= 1 for point in seen)
    assert all(point.generated_tokens > 0 and point.cpu_seconds > 0 for point in seen)
    assert [point["step"] for point in points(tmp_path / "with")] == [0, 3, 6]
    place = tmp_path / "with" / "stages" / "train"
    answers = read_step_log(place / "dev_answers.jsonl")
    assert len(answers) == 18
    assert not (place / "asked").exists()


def test_a_resumed_stage_keeps_its_points_and_measures_what_is_due(
    tiny, sums, dev_data, tmp_path
) -> None:
    pytest.importorskip("openvino")
    recipe = with_dev(recipe_of(tiny, sums), dev_data, every=0.5)
    run(recipe, tmp_path / "whole")
    for update in TrainingRun(recipe, tmp_path / "cut").updates():
        if update.step and update.step.step == 3:
            break  # the checkpoint of step 3 is there, its dev point is not
    run(recipe, tmp_path / "cut")
    bare = [[one | {"cpu_seconds": 0, "seconds": 0} for one in points(tmp_path / name)]
            for name in ("whole", "cut")]  # fmt: skip
    assert bare[0] == bare[1]
    one, other = ((tmp_path / name / "model.safetensors").read_bytes() for name in
                  ("whole", "cut"))  # fmt: skip
    assert one == other


def always(folder: Path, answer: str, *splits: str) -> Path:
    """A data set whose every answer is the same."""
    for split in splits:
        rows = [
            Example(
                f"{split}-{number}",
                reply_learned((Message("user", f"say {number}"), Message("assistant", answer))),
                {"answer": "7", "checker": "numeric", "form": "answer", "split": split},
            )
            for number in range(40)
        ]
        write_shard(shard_path(folder, split, 0), table_of(rows), "{}")
    return folder


def test_the_best_weights_are_kept_only_when_asked_for(tiny, tmp_path) -> None:
    """A first stage learns to say 7, a second one to say 8; the dev rows want 7."""
    pytest.importorskip("openvino")
    right = always(tmp_path / "seven", "7", "train", "dev")
    wrong = always(tmp_path / "eight", "8", "train")
    budget, schedule = StageBudget(steps=25), "constant"
    [first] = recipe_of(tiny, right, budget=budget, schedule=schedule).stages
    second = first.model_copy(update={"name": "second", "data": str(wrong)})
    for keep in ("best", "last"):
        both = TrainingRecipe(model=str(tiny), seed=7, stages=(first, second))
        updates = run(with_dev(both, right, keep=keep, every=1.0), tmp_path / keep)
        ends = [one.dev.accuracy for one in updates if one.dev and one.dev.step]
        assert ends == [1.0, 0.0]
        stages = tmp_path / keep / "stages"
        model, before = (
            (stages / name / "model" / "model.safetensors").read_bytes()
            for name in ("second", "train")
        )
        done = json.loads((stages / "second" / "done.json").read_text())
        assert (model == before) == (keep == "best")
        assert (done["kept_step"], done["kept_by"]) == (
            (0, "dev accuracy") if keep == "best" else (25, "last step")
        )


def test_a_data_sets_dev_rows_are_asked_by_their_own_prompts(dev_data, sums) -> None:
    [one] = open_dev_sets(DevTable(data=str(dev_data), limit=10))
    assert len(one.problems) == len({problem.id for problem in one.problems}) == 10
    assert {problem.split for problem in one.problems} == {"dev"}
    for problem in one.problems:
        prompt = one.form.prompt(problem.question)
        assert prompt.messages[-1].role == "user"
        assert problem.question.text in prompt.messages[-1].content
    with pytest.raises(ConfigError, match="has no dev split"):
        open_dev_sets(DevTable(data=str(sums)))


def test_test_and_train_splits_are_refused(tmp_path) -> None:
    for split in ("test", "train"):
        with pytest.raises(ValueError, match="no dev split"):
            DevTable(tasks=(TASK,), split=split)
    (tmp_path / "t.toml").write_text(
        'name = "mine"\nchecker = "numeric"\n[files]\ntest = "t.jsonl"\n'
        '[columns]\nquestion = "q"\nanswer = "a"\n'
    )
    (tmp_path / "t.jsonl").write_text('{"q": "1+1?", "a": "2"}\n')
    with pytest.raises(ConfigError, match="has no dev split"):
        open_dev_sets(DevTable(tasks=(str(tmp_path / "t.toml"),)))


def test_a_mistake_in_dev_claims_no_folder(tiny, sums, tmp_path) -> None:
    out = tmp_path / "out"
    with pytest.raises((ConfigError, DataError)):
        run(with_dev(recipe_of(tiny, sums), tmp_path / "nowhere"), out)
    assert not list(out.iterdir())


def test_without_the_engine_none_is_measured_and_that_is_said(
    tiny, sums, dev_data, tmp_path, monkeypatch
) -> None:
    import importlib.util

    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *more: None if name == "openvino" else found(name)
    )
    updates = run(with_dev(recipe_of(tiny, sums), dev_data), tmp_path / "out")
    assert "openvino" in updates[0].why_no_dev
    assert not any(update.dev for update in updates)
    with pytest.raises(TrainingError, match="needs dev accuracy"):
        run(with_dev(recipe_of(tiny, sums), dev_data, keep="best"), tmp_path / "best")


def test_problems_that_do_not_fit_the_model_end_the_run_before_a_step(tiny, sums, tmp_path) -> None:
    pytest.importorskip("openvino")
    dev = DevTable(tasks=("addition:digits=2",), form="answer", limit=4)
    recipe = recipe_of(tiny, sums).model_copy(update={"dev": dev})
    with pytest.raises(TrainingError, match="no word for any dev problem of addition"):
        run(recipe, tmp_path / "out")


def test_paths_of_dev_are_relative_to_the_recipe(tmp_path) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text(
        'model = "m"\n[[stages]]\ndata = "d"\nbudget = {steps = 1}\n'
        '[dev]\ntasks = ["gsm8k", "mine.toml"]\ndata = "held"\n'
    )
    dev = read_training_recipe(path).dev
    assert dev is not None
    assert dev.tasks == ("gsm8k", str(tmp_path / "mine.toml"))
    assert dev.data == str(tmp_path / "held")

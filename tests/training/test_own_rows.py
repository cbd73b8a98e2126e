"""Rows of one's own, questions and answers in JSON lines, and a model without a chat template."""

import json
from pathlib import Path

import pytest

from underdog.core import Message, Prompt
from underdog.errors import DataError, UnknownNameError
from underdog.models.loading import open_model
from underdog.training.session import TrainingRun
from underdog.training.stage_data import mix_of
from underdog.training.training_recipe import TrainingRecipe

from .conftest import recipe_of

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "rows.jsonl"
    lines = ({"question": f"Is {n} odd?", "answer": "yes" if n % 2 else "no"} for n in range(60))
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_rows_of_questions_and_answers_train_a_model_that_needs_no_template(
    tiny, rows, tmp_path
) -> None:
    recipe = recipe_of(tiny, rows).model_copy(update={"template": "plain"})
    updates = list(TrainingRun(recipe, tmp_path / "out").updates())
    assert updates[-1].finished
    template = open_model(tmp_path / "out").template
    asked = Prompt((Message("user", "Is 7 odd?"),))
    assert template.render(asked).strip() == "Is 7 odd?"
    kept = json.loads((tmp_path / "out" / "recipe.json").read_text())
    assert kept["recipe"]["template"] == "plain"


def test_the_reply_alone_is_learned_of_a_row(tiny, rows) -> None:
    from underdog.training.feeding.length_buckets import BatchPlace
    from underdog.training.torch_models.torch_model import open_torch_model

    recipe = recipe_of(tiny, rows)
    start = open_torch_model(tiny, "plain")
    [stage] = recipe.stages
    stream = TrainingRun(recipe, rows.parent / "unused").batches(stage, start)
    batch, _ = next(iter(stream.stream(BatchPlace())))
    vocabulary = start.opened.open_vocabulary()
    replies = [vocabulary.encode(text) for text in ("yes", "no")]
    for item in batch.items:
        learned = [token for token, weight in zip(item.tokens, item.weights, strict=True) if weight]
        assert learned[:-1] in replies
        assert learned[-1] in vocabulary.ends


def test_a_template_that_is_none_of_ours_is_refused(tiny, rows, tmp_path) -> None:
    recipe: TrainingRecipe = recipe_of(tiny, rows).model_copy(update={"template": "plane"})
    with pytest.raises(UnknownNameError, match="plain"):
        list(TrainingRun(recipe, tmp_path / "out").updates())


def test_a_file_that_is_missing_is_named(tiny, tmp_path) -> None:
    recipe = recipe_of(tiny, tmp_path / "none.jsonl")
    with pytest.raises(DataError, match=r"none\.jsonl"):
        list(TrainingRun(recipe, tmp_path / "out").updates())


def test_a_file_in_lines_is_one_pool(rows, tiny) -> None:
    [pool] = mix_of(recipe_of(tiny, rows).stages[0], 0).pools.values()
    assert (pool.jsonl, pool.data) == (str(rows), "")


def test_a_model_from_scratch_has_its_own_template(tiny, rows) -> None:
    settings = recipe_of(tiny, rows).model_dump() | {"model": "scratch:6k", "template": "plain"}
    settings["stages"][0]["trainable"] = "full"
    with pytest.raises(ValueError, match="leave template out"):
        TrainingRecipe.model_validate(settings)

"""The model that a recipe starts from: one on disk, or one made from scratch for its data."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from underdog.data.mixing.recipe import open_mix
from underdog.training.scratch.sizes import SPEC
from underdog.training.scratch.start import open_scratch, texts_of
from underdog.training.stage_data import mix_of
from underdog.training.torch_models.torch_model import TorchModel, open_shape, open_torch_model
from underdog.training.training_recipe import TrainingRecipe

if TYPE_CHECKING:
    from underdog.data.decontamination import Protection


def open_start(recipe: TrainingRecipe, tests: "Protection | None" = None) -> TorchModel:
    """The model that a recipe starts from, ready to be trained.

    Args:
        recipe: The recipe.
        tests: Test sets whose items the vocabulary of a model from scratch is not learned from.

    Raises:
        DataError: A pool's data is missing.
        ModelFileError: The model cannot be read or trained.
        ConfigError: The data cannot be written in the vocabulary asked for.
        MissingExtraError: PyTorch or transformers is not installed.
    """
    if not recipe.model.startswith(SPEC):
        return open_torch_model(recipe.model, recipe.template)

    def texts() -> Iterator[str]:
        for stage in recipe.stages:
            guard = tests if stage.decontaminate else None
            yield from texts_of(open_mix(mix_of(stage, recipe.seed), tests=guard))

    return open_scratch(recipe.model, texts, recipe.seed)


def open_start_shape(recipe: TrainingRecipe, tests: "Protection | None" = None) -> TorchModel:
    """The model that a recipe starts from, for counting: without weights where they are on disk.

    Args:
        recipe: The recipe.
        tests: As in `open_start`, whose errors are raised.
    """
    if recipe.model.startswith(SPEC):
        return open_start(recipe, tests)
    return open_shape(recipe.model, recipe.template)


def with_weights(shape: TorchModel, recipe: TrainingRecipe) -> TorchModel:
    """The model of `open_start_shape` ready to be trained."""
    if recipe.model.startswith(SPEC):
        return shape
    return open_torch_model(recipe.model, recipe.template)

"""A tiny model and a small data set, shared by the tests of training."""

from pathlib import Path

import pytest

from tests.models.tiny_gguf import write_tiny
from underdog.data.making.family_data import make
from underdog.training.training_recipe import Stage, StageBudget, TrainingRecipe

pytest.importorskip("torch")
pytest.importorskip("transformers")


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random llama of 64 x 2 layers, as a GGUF file."""
    path = tmp_path_factory.mktemp("tiny") / "tiny.gguf"
    write_tiny(path, "llama")
    return path


@pytest.fixture(scope="session")
def sums(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three hundred small sums with their solutions."""
    folder = tmp_path_factory.mktemp("sums") / "data"
    make(["addition:digits=2"], folder, count=300, forms=["answer"], decontaminate=False)
    return folder


@pytest.fixture
def one_thread():
    """PyTorch on one thread, so that sums have one order."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def recipe_of(tiny: Path, sums: Path, **stage) -> TrainingRecipe:
    """A recipe of one short stage."""
    settings = {
        "data": str(sums), "budget": StageBudget(steps=6), "trainable": "full",
        "step_tokens": 256, "batch_tokens": 200, "learning_rate": 3e-3, "max_tokens": 200,
    } | stage  # fmt: skip
    return TrainingRecipe(model=str(tiny), seed=7, stages=(Stage(**settings),))

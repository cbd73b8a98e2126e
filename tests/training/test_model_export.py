"""A trained model leaves as a GGUF file, a folder, or its adapter alone; all are one model."""

import json
from pathlib import Path

import numpy as np
import pytest

from underdog.errors import ModelFileError, UsageError
from underdog.models.gguf.header import read_gguf_header
from underdog.models.loading import open_model
from underdog.models.pulled import pull_model
from underdog.training.session import TrainingRun
from underdog.training.torch_models.model_export import export_model
from underdog.training.torch_models.torch_model import open_torch_model

from .conftest import recipe_of

pytest.importorskip("gguf")
pytest.importorskip("peft")
pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNDERDOG_CACHE", str(tmp_path / "cache"))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, tiny: Path, sums: Path) -> Path:
    """A tiny model, trained by LoRA."""
    folder = tmp_path_factory.mktemp("trained") / "better"
    recipe = recipe_of(tiny, sums, trainable="lora:r=4", learning_rate=0.1)
    list(TrainingRun(recipe, folder, "float32").updates())
    return folder


def weights(path: str | Path) -> dict[str, np.ndarray]:
    state = open_torch_model(path).model.state_dict()
    return {name: values.numpy() for name, values in state.items()}


def assert_same(found: dict[str, np.ndarray], wanted: dict[str, np.ndarray], atol: float) -> None:
    assert found.keys() == wanted.keys()
    assert all(np.allclose(found[name], wanted[name], atol=atol) for name in wanted)


def test_a_trained_folder_and_its_gguf_file_are_one_model(trained: Path, tmp_path: Path) -> None:
    file = export_model(trained, tmp_path / "better.gguf", "gguf:f32")
    assert_same(weights(file), weights(trained), 0)
    read = open_model(file)
    assert read.open_vocabulary().ends == open_model(trained).open_vocabulary().ends
    assert read.template.source == open_model(trained).template.source
    small = export_model(trained, tmp_path / "small.gguf")
    assert small.stat().st_size < file.stat().st_size / 2
    assert read_gguf_header(small).metadata["general.file_type"] == 7


@pytest.mark.parametrize("to", ["gguf:f32", "folder:float32"])
def test_adapter_and_base_are_merged_as_training_merges_them(
    trained: Path, tiny: Path, tmp_path: Path, to: str
) -> None:
    adapter = trained / "stages" / "train" / "adapter"
    wanted = weights(trained)
    assert not np.allclose(
        weights(tiny)["model.layers.0.mlp.up_proj.weight"],
        wanted["model.layers.0.mlp.up_proj.weight"],
        atol=1e-3,
    )
    out = tmp_path / ("merged.gguf" if to.startswith("gguf") else "merged")
    assert_same(weights(export_model(tiny, out, to, adapter=adapter)), wanted, 1e-5)


def test_an_adapter_alone_is_half_as_large_and_names_its_base(
    trained: Path, tiny: Path, tmp_path: Path
) -> None:
    adapter = trained / "stages" / "train" / "adapter"
    small = export_model(adapter, tmp_path / "arithmetic", "adapter")
    names = ("adapter_config.json", "adapter_model.safetensors")
    assert sorted(file.name for file in small.iterdir()) == sorted(names)
    sizes = [(folder / names[1]).stat().st_size for folder in (small, adapter)]
    assert sizes[0] < 0.6 * sizes[1]
    with pytest.raises(ModelFileError, match=r"needs the model tiny\.gguf"):
        export_model(small, tmp_path / "x.gguf")
    config = json.loads((small / names[0]).read_text())
    pull_model(str(tiny))
    (small / names[0]).write_text(json.dumps(config | {"base_model_name_or_path": "tiny"}))
    file = export_model(small, tmp_path / "x.gguf", "gguf:f32")
    assert_same(weights(file), weights(trained), 2e-2)
    assert read_gguf_header(file).metadata["general.name"] == "arithmetic"


@pytest.mark.parametrize(
    ("to", "out", "message"),
    [
        ("gguf:q5_k", "x.gguf", "no form of a model; did you mean"),
        ("onnx", "x.gguf", "no form of a model; known"),
        ("gguf", "taken.gguf", "exists already"),
        ("folder", "full", "exists already"),
        ("gguf", "full", "is a folder"),
        ("folder", "taken.gguf", "is a file"),
        ("adapter", "new", "no adapter's folder"),
    ],
)
def test_what_cannot_be_written_is_refused_before_the_model_is_read(
    trained: Path, tmp_path: Path, to: str, out: str, message: str
) -> None:
    (tmp_path / "taken.gguf").write_bytes(b"mine")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_bytes(b"mine")
    with pytest.raises(UsageError, match=message):
        export_model(trained, tmp_path / out, to)
    assert (tmp_path / "taken.gguf").read_bytes() == b"mine"


def test_what_is_there_is_replaced_when_asked(trained: Path, tmp_path: Path) -> None:
    (tmp_path / "taken.gguf").write_bytes(b"mine")
    file = export_model(trained, tmp_path / "taken.gguf", replace=True)
    assert open_model(file).architecture.num_layers == 2

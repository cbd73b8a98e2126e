"""Which engine runs a file by itself."""

import importlib.util
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.models.tiny_folders import write_folder
from tests.models.tiny_gguf import write_tiny
from underdog.engines import choosing
from underdog.engines.choosing import choose_engine
from underdog.engines.machine import memory
from underdog.errors import ModelFileError

pytest.importorskip("openvino")
pytest.importorskip("tokenizers")
gguf = pytest.importorskip("gguf")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny(tmp_path_factory.mktemp("choice") / "tiny.gguf", "llama").path


def test_what_openvino_can_run_it_runs(tiny: Path) -> None:
    assert choose_engine(tiny).engine == "openvino"


def test_without_openvino_llama_cpp_takes_over(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    absent = lambda name: None if name == "openvino" else find(name)  # noqa: E731
    monkeypatch.setattr(choosing.importlib.util, "find_spec", absent)
    choice = choose_engine(tiny)
    assert (choice.engine, choice.reason) == ("llama_cpp", "openvino not installed")


def test_a_model_that_would_crowd_the_memory_goes_to_llama_cpp(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "total_bytes", lambda: 1000)
    choice = choose_engine(tiny)
    assert choice.engine == "llama_cpp"
    assert "memory" in choice.reason


def test_an_unknown_family_goes_to_llama_cpp(tmp_path: Path) -> None:
    choice = choose_engine(write_tiny(tmp_path / "other.gguf", "gpt2").path)
    assert choice.engine == "llama_cpp"
    assert "gpt2" in choice.reason


def test_an_unknown_weight_format_goes_to_llama_cpp(tmp_path: Path) -> None:
    path = write_tiny(tmp_path / "odd.gguf", "llama", odd=True).path
    choice = choose_engine(path)
    assert choice.engine == "llama_cpp"
    assert "format 24" in choice.reason


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="cannot read"):
        choose_engine(tmp_path / "none.gguf")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    return write_folder(tmp_path_factory.mktemp("folder") / "model", "qwen3").path


def test_a_folder_of_a_known_family_is_run_by_openvino(folder: Path) -> None:
    assert choose_engine(folder).engine == "openvino"


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda folder: (folder / "tokenizer.json").unlink(), "tokenizer"),
        (lambda folder: (folder / "config.json").write_text('{"model_type": "mamba"}'), "mamba"),
    ],
)
def test_other_folders_go_to_transformers(
    folder: Path, tmp_path: Path, spoil: Callable[[Path], None], reason: str
) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    spoil(copy)
    choice = choose_engine(copy)
    assert choice.engine == "transformers"
    assert reason in choice.reason


def test_a_folder_without_weights_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="safetensors"):
        choose_engine(tmp_path)

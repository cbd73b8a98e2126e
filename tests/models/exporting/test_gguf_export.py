"""An exported GGUF file is the same model to transformers, to llama.cpp and to our engine."""

import errno
import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.models.tiny_folders import TinyFolder, write_folder
from tests.models.tiny_gguf import write_tiny
from underdog.errors import ModelFileError, UnderdogError
from underdog.models.exporting import gguf_export
from underdog.models.exporting.gguf_export import GGUF_TYPES, write_gguf
from underdog.models.exporting.origin import Origin, read_origin
from underdog.models.gguf.header import read_gguf_header
from underdog.models.loading import open_model

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("openvino")
pytest.importorskip("xllamacpp")
pytest.importorskip("gguf")

from .three_programs import by_llama_cpp, by_openvino, by_transformers, log_softmax

LONG = 1 << 24
TOKENS = np.random.default_rng(3).integers(1, 270, 60).tolist()
PLACES = (0, 4, 20, 59)


@pytest.fixture(autouse=True, scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNDERDOG_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


def exported(folder: Path, out: Path, kind: str = "f32") -> Path:
    write_gguf(open_model(folder, context_tokens=LONG), out, kind, read_origin(folder))
    return out


def assert_near(found: np.ndarray, expected: np.ndarray, share: float) -> None:
    spread = np.abs(expected - expected.mean(-1, keepdims=True)).max()
    assert spread > 2.0
    assert np.abs(found - expected).max() < share * spread


@pytest.mark.parametrize(
    "name",
    [
        "llama", "llama with biases", "llama stretched as llama3", "llama stretched linearly",
        "mistral without a window", "qwen2", "qwen3",
    ],
)  # fmt: skip
def test_every_family_has_the_logits_of_its_folder(name: str, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "tiny", name)
    file = exported(folder.path, tmp_path / "tiny.gguf")
    expected = log_softmax(folder.logits(TOKENS))
    assert_near(by_openvino(file, TOKENS), expected, 1e-3)
    assert_near(by_llama_cpp(file, TOKENS, PLACES), expected[list(PLACES)], 2e-2)
    if "stretched" not in name:
        assert_near(by_transformers(file, TOKENS), expected, 1e-4)


@pytest.fixture(scope="module", params=["llama", "mistral without a window", "qwen2", "qwen3"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> TinyFolder:
    return write_folder(tmp_path_factory.mktemp("model") / "tiny", request.param)


LOSSES = {"f16": 2**-11, "bf16": 2**-8, "q8_0": 1 / 254 + 2**-11, "q4_0": 1 / 8 + 2**-11}
"""Largest error of a stored weight, as a share of itself or, with blocks, of the block's largest.

Half a step of 1/127; a step of 1/8, since levels go from -8 to 7 and the largest may be positive;
and the rounding of the block's scale to half precision."""

STEPS = {"q8_0": 1 / 127, "q4_0": 1 / 8}


@pytest.mark.parametrize("kind", LOSSES)
def test_every_type_is_read_alike_by_all_three_and_loses_what_the_format_says(
    folder: TinyFolder, kind: str, tmp_path: Path
) -> None:
    file = exported(folder.path, tmp_path / "tiny.gguf", kind)
    expected = by_transformers(file, TOKENS)
    assert_near(by_openvino(file, TOKENS), expected, 1e-3)
    coarse = 2e-2 if kind in ("f16", "bf16") else 0.1  # there llama.cpp rounds activations too
    assert_near(by_llama_cpp(file, TOKENS, PLACES), expected[list(PLACES)], coarse)
    header = read_gguf_header(file)
    kept = open_model(file).open_tensors()
    wanted = open_model(exported(folder.path, tmp_path / "whole.gguf")).open_tensors()
    for name, place in header.tensors.items():
        values, stored = wanted.tensor(name, *place.shape), kept.tensor(name, *place.shape)
        if len(place.shape) == 1:
            assert np.array_equal(values, stored)
            continue
        stated = "q8_0" if kind == "q4_0" and name.startswith(("token_embd", "output")) else kind
        blocks, errors = np.abs(values).reshape(-1, 32), np.abs(values - stored).reshape(-1, 32)
        size = blocks.max(1, keepdims=True) if stated in STEPS else blocks
        assert (errors <= size * LOSSES[stated] + 1e-7).all()
        assert errors.max() > 0
        if stated in STEPS:  # rounding to a step loses its square over twelve
            lost = np.sqrt(np.mean((errors / size) ** 2))
            assert lost == pytest.approx(STEPS[stated] / 12**0.5, rel=0.2)


def test_there_and_back_every_weight_is_the_same(folder: TinyFolder, tmp_path: Path) -> None:
    import torch

    from underdog.training.torch_models.torch_model import open_torch_model

    file = exported(folder.path, tmp_path / "tiny.gguf")
    weights = open_torch_model(file).model.state_dict()
    assert weights.keys() == folder.model.state_dict().keys()
    for name, values in folder.model.state_dict().items():
        assert torch.equal(weights[name], values), name
    again = tmp_path / "again.gguf"
    write_gguf(open_model(file, context_tokens=LONG), again, "f32", read_origin(file))
    assert again.read_bytes() == file.read_bytes()


def test_what_is_known_of_the_model_stands_in_the_file(tmp_path: Path) -> None:
    tiny = write_tiny(tmp_path / "tiny.gguf", "qwen2")
    origin = Origin("Small", "Apache-2.0", "Smaller", "https://example.org/small")
    out = tmp_path / "out" / "x.gguf"
    write_gguf(open_model(tiny.path, context_tokens=LONG), out, "q8_0", origin)
    assert read_origin(out) == origin
    header = read_gguf_header(out)
    assert header.context_tokens == 512
    assert header.metadata["general.file_type"] == 7
    assert header.chat_template == open_model(tiny.path).template.source
    assert header.metadata["qwen2.rope.freq_base"] == 10000.0
    assert [file.name for file in out.parent.iterdir()] == ["x.gguf"]


@pytest.mark.parametrize("name", ["gemma3", "smollm3", "mistral", "qwen2 with windows"])
def test_families_and_windows_without_a_place_are_refused(name: str, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "tiny", name)
    with pytest.raises(ModelFileError, match=r"llama, mistral, qwen2|window of"):
        exported(folder.path, tmp_path / "tiny.gguf")
    assert not (tmp_path / "tiny.gguf").exists()


def test_a_window_as_long_as_the_context_is_none(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "tiny", "mistral", sliding_window=512)
    expected = log_softmax(folder.logits(TOKENS))
    file = exported(folder.path, tmp_path / "tiny.gguf")
    assert_near(by_llama_cpp(file, TOKENS, PLACES), expected[list(PLACES)], 2e-2)


def test_scaled_frequencies_of_other_families_are_refused(tmp_path: Path) -> None:
    from tests.models.tiny_folders import LINEAR, LLAMA3

    folder = write_folder(tmp_path / "a", "qwen2", rope_parameters=LLAMA3)
    with pytest.raises(ModelFileError, match="uneven rotary scaling"):
        exported(folder.path, tmp_path / "a.gguf")
    folder = write_folder(tmp_path / "b", "qwen2", rope_parameters=LINEAR)
    file = exported(folder.path, tmp_path / "b.gguf")
    expected = log_softmax(folder.logits(TOKENS))
    assert_near(by_llama_cpp(file, TOKENS, PLACES), expected[list(PLACES)], 2e-2)


def test_damaged_weights_leave_no_file(folder: TinyFolder, tmp_path: Path) -> None:
    broken = Path(shutil.copytree(folder.path, tmp_path / "broken"))
    weights = broken / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-4000])
    with pytest.raises(ModelFileError, match=r"model\.safetensors"):
        exported(broken, tmp_path / "out" / "tiny.gguf")
    assert not list(tmp_path.glob("out/*"))


def test_a_weight_that_is_missing_is_named(folder: TinyFolder, tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    broken = Path(shutil.copytree(folder.path, tmp_path / "broken"))
    tensors = load_file(broken / "model.safetensors")
    del tensors["model.layers.1.self_attn.q_proj.weight"]
    save_file(tensors, broken / "model.safetensors")
    with pytest.raises(ModelFileError, match=r"layers\.1\.self_attn\.q_proj"):
        exported(broken, tmp_path / "out" / "tiny.gguf")
    assert not list(tmp_path.glob("out/*"))


def test_a_full_disk_is_noticed_before_and_while_writing(
    folder: TinyFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(gguf_export.shutil, "disk_usage", lambda _: usage._replace(free=1000))
        with pytest.raises(UnderdogError, match="MB are free"):
            exported(folder.path, tmp_path / "out" / "tiny.gguf")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    import gguf

    monkeypatch.setattr(gguf.GGUFWriter, "write_tensor_data", full)
    with pytest.raises(UnderdogError, match="No space left"):
        exported(folder.path, tmp_path / "out" / "tiny.gguf")
    assert not list((tmp_path / "out").iterdir())


def test_types_are_those_of_the_writer() -> None:
    assert set(GGUF_TYPES) == {"f32", *LOSSES}

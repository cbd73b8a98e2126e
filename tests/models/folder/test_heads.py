"""Whether the output head is the embedding: by the file, the settings, the family's class."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("openvino")

import torch
import transformers
from safetensors.torch import load_file, save_file

from tests.models.tiny_folders import TinyFolder, write_folder
from underdog.engines.openvino.compiled.decoder import Decoder
from underdog.engines.openvino.compiled.weights import converted
from underdog.engines.openvino.decoding.jobs import TokenChunk
from underdog.errors import ModelFileError
from underdog.models.families import FAMILIES
from underdog.models.loading import open_model

KINDS = ["llama", "mistral", "qwen2", "qwen3", "smollm3", "gemma3"]
TOKENS = [5, 77, 130, 4, 260, 9, 33, 8]
CLASSES = {
    "llama": "LlamaConfig",
    "mistral": "MistralConfig",
    "qwen2": "Qwen2Config",
    "qwen3": "Qwen3Config",
    "smollm3": "SmolLM3Config",
    "gemma3": "Gemma3TextConfig",
}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNDERDOG_CACHE", str(tmp_path / "cache"))


def logprobs(path: Path) -> np.ndarray:
    """Log-probabilities at every position, by the graph in float32."""
    weights = converted(open_model(path, "plain", 128), "f32")
    decoder = Decoder(weights, "f32", 270, num_blocks=4, context_tokens=128, threads=1)
    logits = decoder.forward([TokenChunk(TOKENS, 0, [0], 0)]).values_MV
    return log_softmax(np.asarray(logits)[:, :270])


def theirs(path: Path) -> np.ndarray:
    """The same by transformers, which reads the folder itself."""
    model = transformers.AutoModelForCausalLM.from_pretrained(
        path, dtype=torch.float32, attn_implementation="eager"
    )
    return log_softmax(TinyFolder(path, model.eval()).logits(TOKENS))


def log_softmax(logits_TV: np.ndarray) -> np.ndarray:
    values = logits_TV.astype(np.float64)
    values -= values.max(-1, keepdims=True)
    return values - np.log(np.exp(values).sum(-1, keepdims=True))


def change_config(path: Path, **changes: Any) -> None:
    """Set entries of `config.json`; `None` takes one out."""
    file = path / "config.json"
    told = json.loads(file.read_text()) | changes
    gone = {key for key, value in changes.items() if value is None}
    file.write_text(json.dumps({key: told[key] for key in told.keys() - gone}))


def change_head(path: Path, how: str) -> None:
    """Store a head of its own, the embedding again as the head, only the head, or none."""
    file = path / "model.safetensors"
    tensors = load_file(file)
    embedding = tensors["model.embed_tokens.weight"]
    tensors.pop("lm_head.weight", None)
    if how == "own":
        noise = torch.randn(embedding.shape, generator=torch.Generator().manual_seed(7))
        tensors["lm_head.weight"] = embedding + noise / 8
    if how in ("same", "only"):
        tensors["lm_head.weight"] = embedding.clone()
    if how == "only":
        del tensors["model.embed_tokens.weight"]
    save_file(tensors, file, metadata={"format": "pt"})


def test_every_familys_default_is_that_of_its_class() -> None:
    default = {
        name: getattr(transformers, kind)().tie_word_embeddings for name, kind in CLASSES.items()
    }
    assert {name: family.tied for name, family in FAMILIES.items()} == default


@pytest.mark.parametrize("said", [None, True, False], ids=["not said", "tied", "untied"])
@pytest.mark.parametrize("stored", ["own", "same"])
@pytest.mark.parametrize("name", KINDS)
def test_the_head_is_that_of_transformers(
    name: str, stored: str, said: bool | None, tmp_path: Path
) -> None:
    path = write_folder(tmp_path / "model", name).path
    change_head(path, stored)
    change_config(path, tie_word_embeddings=said)
    assert logprobs(path) == pytest.approx(theirs(path), abs=1e-3)
    shape = open_model(path, "plain", 128).shape
    apart = stored == "own" or (FAMILIES[name].tied if said is None else said) is False
    assert shape.num_embedding_params == (270 * 64 if apart else 0)
    assert shape.num_params == sum(
        tensor.numel()
        for key, tensor in load_file(path / "model.safetensors").items()
        if apart or key != "lm_head.weight"
    )


@pytest.mark.parametrize("name", KINDS)
def test_without_a_stored_head_the_embedding_is_the_head(name: str, tmp_path: Path) -> None:
    path = write_folder(tmp_path / "model", name).path
    change_head(path, "none")
    change_config(path, tie_word_embeddings=True)
    expected = theirs(path)
    assert logprobs(path) == pytest.approx(expected, abs=1e-3)
    change_config(path, tie_word_embeddings=None)
    assert logprobs(path) == pytest.approx(expected, abs=1e-3)


def test_a_tied_model_may_store_the_head_alone(tmp_path: Path) -> None:
    path = write_folder(tmp_path / "model", "smollm3").path
    change_head(path, "only")
    change_config(path, tie_word_embeddings=True)
    assert logprobs(path) == pytest.approx(theirs(path), abs=1e-3)


def test_a_head_that_is_promised_and_not_there_is_refused(tmp_path: Path) -> None:
    path = write_folder(tmp_path / "model", "llama").path
    change_head(path, "none")
    change_config(path, tie_word_embeddings=False)
    with pytest.raises(ModelFileError, match=r"no tensor lm_head.weight.*not the embedding"):
        open_model(path, "plain", 128)


@pytest.mark.parametrize("given", ["false", 2, [True]])
def test_a_setting_that_is_neither_yes_nor_no_is_refused(given: Any, tmp_path: Path) -> None:
    path = write_folder(tmp_path / "model", "llama").path
    change_config(path, tie_word_embeddings=given)
    with pytest.raises(ModelFileError, match="tie_word_embeddings"):
        open_model(path, "plain", 128)


def test_the_whole_models_word_goes_before_its_text_models(tmp_path: Path) -> None:
    path = write_folder(tmp_path / "model", "gemma3").path
    change_head(path, "same")
    told = json.loads((path / "config.json").read_text())
    whole = {"model_type": "gemma3", "text_config": told | {"tie_word_embeddings": False}}
    for said, embedding in ((True, 0), (None, 270 * 64)):
        (path / "config.json").write_text(json.dumps(whole | {"tie_word_embeddings": said}))
        assert open_model(path, "plain", 128).shape.num_embedding_params == embedding

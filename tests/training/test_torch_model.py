"""A model file becomes the same model in PyTorch, and a folder that everything opens alike."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.models.tiny_gguf import reference_logits, write_tiny
from underdog.errors import ModelFileError
from underdog.models.loading import open_model
from underdog.training.torch_models.torch_model import open_torch_model, write_model_folder

TOKENS = [5, 9, 12, 30, 7, 7, 21]


def logits_of(model, tokens):
    import torch

    with torch.no_grad():
        return model(input_ids=torch.tensor([tokens])).logits[0].double().numpy()


@pytest.mark.parametrize("family", ["llama", "qwen2"])
@pytest.mark.parametrize("tied", [True, False])
def test_logits_are_those_computed_the_long_way(tmp_path: Path, family: str, tied: bool) -> None:
    tiny = write_tiny(tmp_path / "m.gguf", family, tied=tied)
    opened = open_torch_model(tiny.path)
    wanted = reference_logits(tiny, TOKENS)
    assert np.allclose(logits_of(opened.model.eval(), TOKENS), wanted, atol=2e-4)


@pytest.mark.parametrize("family", ["llama", "qwen2"])
def test_a_written_folder_is_the_same_model_to_transformers_and_to_our_readers(
    tmp_path: Path, family: str
) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tiny = write_tiny(tmp_path / "m.gguf", family)
    opened = open_torch_model(tiny.path)
    write_model_folder(tmp_path / "out", opened.model, opened.opened, "float32")
    again = AutoModelForCausalLM.from_pretrained(tmp_path / "out")
    mine = logits_of(opened.model.eval(), TOKENS)
    assert np.allclose(logits_of(again.eval(), TOKENS), mine, atol=1e-5)
    assert np.allclose(logits_of(open_torch_model(tmp_path / "out").model.eval(), TOKENS), mine)
    text = "ab 12 + 345?\n"
    ids = opened.opened.open_vocabulary().encode(text)
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "out")
    assert tokenizer(text, add_special_tokens=False)["input_ids"] == ids
    read = open_model(tmp_path / "out")
    assert read.open_vocabulary().encode(text) == ids
    assert read.open_vocabulary().ends == opened.opened.open_vocabulary().ends
    assert read.template.source == opened.opened.template.source


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_weights_are_stored_in_the_type_asked_for(tmp_path: Path, tiny: Path, dtype: str) -> None:
    opened = open_torch_model(tiny)
    write_model_folder(tmp_path, opened.model, opened.opened, dtype)
    assert json.loads((tmp_path / "config.json").read_text())["dtype"] == dtype
    assert str(open_torch_model(tmp_path).model.dtype) == "torch.float32"


def test_what_cannot_be_trained_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="no model"):
        open_torch_model(tmp_path / "nowhere.gguf")
    damaged = write_tiny(tmp_path / "m.gguf", "llama").path
    damaged.write_bytes(damaged.read_bytes()[:2000])
    with pytest.raises(ModelFileError):
        open_torch_model(damaged)

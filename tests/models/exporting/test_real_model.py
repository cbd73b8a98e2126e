"""The embedded model, exported: the same tokens and logits in all three programs."""

from pathlib import Path

import numpy as np
import pytest

from underdog.errors import EngineError
from underdog.models.loading import open_model
from underdog.models.pulled import pull_model
from underdog.training.torch_models.model_export import export_model

pytest.importorskip("torch")
pytest.importorskip("openvino")
pytest.importorskip("xllamacpp")
pytest.importorskip("gguf")

from .test_token_list import texts
from .three_programs import by_llama_cpp, by_openvino, by_transformers, tokens_by_llama_cpp

pytestmark = [pytest.mark.model, pytest.mark.slow]
TEXT = (
    "<|im_start|>user\nNatalia sold 48 clips in April and half as many in May. How many?<|im_end|>"
    "\n<|im_start|>assistant\nIn May she sold 48 / 2 = 24 clips."
)


def test_q8_0_is_the_same_model_to_all_three(tmp_path: Path) -> None:
    try:
        source = pull_model("smollm2-135m")
    except EngineError as error:
        pytest.skip(f"the embedded model cannot be had: {error}")
    file = export_model(source, tmp_path / "small.gguf")
    tokens = open_model(source).open_vocabulary().encode(TEXT)
    places = [9, len(tokens) // 2, len(tokens) - 1]
    before, after = by_transformers(source, tokens), by_transformers(file, tokens)
    assert lost(before, after) < 0.01
    assert np.abs(by_openvino(file, tokens)[:, : after.shape[1]] - after).max() < 1e-2
    assert lost(after[places], by_llama_cpp(file, tokens, places)) < 0.02
    asked = texts(1000)
    ours = open_model(file).open_vocabulary()
    assert tokens_by_llama_cpp(file, asked) == [ours.encode(text, special=False) for text in asked]


def lost(expected: np.ndarray, found: np.ndarray) -> float:
    """Divergence of two distributions (Kullback and Leibler), in nats a token."""
    return float((np.exp(expected) * (expected - found)).sum(-1).mean())

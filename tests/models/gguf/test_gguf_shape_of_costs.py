"""What a GGUF file says of a model's costs: parameters counted once, heads and windows."""

from pathlib import Path

import numpy as np
import pytest

from tests.models import tiny_gguf
from underdog.core import ModelShape
from underdog.models.architecture import Architecture, Layer, Rope, with_attention
from underdog.models.gguf.header import GgufHeader
from underdog.models.gguf.model import open_gguf


@pytest.mark.parametrize("noise", [0.0, 0.02])
def test_an_embedding_stored_twice_is_counted_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, noise: float
) -> None:
    pytest.importorskip("gguf")
    plain = tiny_gguf.write_tiny(tmp_path / "tied.gguf", "qwen2", tied=True)
    tied = open_gguf(plain.path, "", 512).shape
    made = tiny_gguf._weights

    def twice(*given: object) -> dict[str, np.ndarray]:
        weights = made(*given)
        embedding = weights["token_embd.weight"]
        shaken = embedding * (1 + noise * np.random.default_rng(0).standard_normal(embedding.shape))
        return weights | {"output.weight": shaken.astype(np.float32)}

    monkeypatch.setattr(tiny_gguf, "_weights", twice)
    path = tiny_gguf.write_tiny(tmp_path / "twice.gguf", "qwen2", tied=True).path
    assert open_gguf(path, "", 512).shape == tied
    assert tied.num_params == tied.num_active_params


def test_another_head_is_counted_and_the_embedding_is_looked_up(tmp_path: Path) -> None:
    pytest.importorskip("gguf")
    tied = open_gguf(tiny_gguf.write_tiny(tmp_path / "a.gguf", "llama").path, "", 512).shape
    untied_file = tiny_gguf.write_tiny(tmp_path / "b.gguf", "llama", tied=False)
    untied = open_gguf(untied_file.path, "", 512).shape
    embedding = untied_file.weights["token_embd.weight"].size
    assert untied.num_params == tied.num_params + embedding
    assert untied.num_embedding_params == embedding
    assert untied.num_active_params == tied.num_active_params


def test_wide_heads_are_read_from_the_header() -> None:
    sizes = {"blk.0.attn_q.weight": 64 * 256}
    told = {
        "general.architecture": "odd",
        "odd.block_count": 1,
        "odd.embedding_length": 64,
        "odd.attention.head_count": 4,
    }
    assert GgufHeader(told, sizes).shape.attention_size == 0
    wide = GgufHeader({**told, "odd.attention.key_length": 64}, sizes).shape
    assert (wide.attention_size, wide.hidden_size) == (256, 64)
    same = GgufHeader({**told, "odd.attention.key_length": 16}, sizes).shape
    assert same.attention_size == 0


def test_windows_and_heads_come_from_the_architecture() -> None:
    layers = (Layer(Rope(1e4), 512), Layer(Rope(1e4), 512), Layer(Rope(1e6)))
    given = Architecture("gemma3", 640, 4, 1, 256, 1e-6, 1 / 16, layers)
    shape = with_attention(ModelShape(1000, 0, 3, 640), given)
    assert (shape.attention_size, shape.window_tokens, shape.num_windowed_layers) == (1024, 512, 2)

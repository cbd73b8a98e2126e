"""What GGUF metadata says about a decoder's shape."""

from pathlib import Path
from typing import Any

import pytest

from tests.models.tiny_gguf import write_tiny
from underdog.errors import ModelFileError, UnknownNameError
from underdog.models.architecture import Layer, Rope
from underdog.models.families import FAMILIES
from underdog.models.gguf.header import GgufHeader
from underdog.models.gguf.shape import read_architecture
from underdog.models.loading import open_model
from underdog.models.pulled import pull_model

SIZES = {
    "embedding_length": 64,
    "block_count": 6,
    "attention.head_count": 4,
    "attention.head_count_kv": 2,
}


def header(family: str, arrays: tuple[str, ...] = (), **entries: Any) -> GgufHeader:
    named = {name.replace("__", "."): value for name, value in entries.items()}
    metadata = {f"{family}.{name}": value for name, value in {**SIZES, **named}.items()}
    return GgufHeader(
        {**metadata, "general.architecture": family},
        {"token_embd.weight": 64},
        arrays_at={f"{family}.{name}": 0 for name in arrays},
    )


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_is_read_from_its_sizes_alone(family: str) -> None:
    shape = read_architecture(header(family))
    assert (shape.num_layers, shape.query_size, shape.kv_size) == (6, 64, 32)
    assert shape.attention_scale == 0.25


def test_a_head_may_be_wider_than_its_share_of_the_model() -> None:
    wide = header("qwen3", attention__key_length=32, attention__value_length=32)
    shape = read_architecture(wide)
    assert (shape.head_size, shape.query_size, shape.qk_norm) == (32, 128, True)


def test_gemma_sees_a_window_in_five_layers_of_six() -> None:
    entries = {"attention__sliding_window": 16, "rope__freq_base": 1e6}
    linear = {"rope__scaling__type": "linear", "rope__scaling__factor": 8.0}
    near, far = Rope(10_000.0), Rope(1e6, (8.0,) * 8)
    shape = read_architecture(header("gemma3", **entries, **linear))
    assert shape.layers == (*[Layer(near, 16)] * 5, Layer(far))


def test_the_largest_gemma_scales_attention_by_the_models_width() -> None:
    largest = header("gemma3", block_count=62, attention__key_length=32)
    assert read_architecture(largest).attention_scale == 16**-0.5
    smaller = header("gemma3", attention__key_length=32)
    assert read_architecture(smaller).attention_scale == 32**-0.5


def test_every_fourth_layer_of_smollm3_is_not_told_positions() -> None:
    layers = read_architecture(header("smollm3")).layers
    assert [layer.rope is None for layer in layers] == [False, False, False, True, False, False]


def test_a_file_may_carry_its_own_divisors() -> None:
    divisors = tuple(float(number) for number in range(1, 9))
    assert read_architecture(header("llama"), divisors).ropes == (Rope(10_000.0, divisors),)
    with pytest.raises(ModelFileError, match="divides 3"):
        read_architecture(header("llama"), (1.0, 2.0, 3.0))


@pytest.mark.parametrize(
    ("family", "entries", "message"),
    [
        ("mamba", {}, "llama, mistral, smollm3, qwen2, qwen3, gemma3 models, not 'mamba'"),
        ("llama", {"expert_count": 8}, "expert_count"),
        ("gemma3", {"final_logit_softcapping": 30.0}, "softcapping"),
        ("llama", {"rope__scaling__type": "yarn"}, "yarn"),
        ("llama", {"rope__dimension_count": 8, "attention__key_length": 16}, "rotates 8 of 16"),
        ("llama", {"attention__key_length": 16, "attention__value_length": 8}, "another width"),
        ("llama", {"attention__head_count": 3}, "cannot run"),
        ("llama", {"attention__head_count": 1 << 30}, "head_count"),
        ("llama", {"attention__head_count": 0}, "head_count"),
        ("llama", {"block_count": True}, "block_count"),
        ("llama", {"rope__freq_base": float("inf")}, "freq_base"),
    ],
)
def test_what_the_graph_does_not_compute_is_refused(
    family: str, entries: dict[str, Any], message: str
) -> None:
    with pytest.raises(ModelFileError, match=message):
        read_architecture(header(family, **entries))


def test_windows_that_are_listed_layer_by_layer_are_refused() -> None:
    with pytest.raises(ModelFileError, match="layer by layer"):
        read_architecture(header("gemma3", ("attention.sliding_window_pattern",)))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="none"):
        open_model(tmp_path / "none.gguf", "", 64)


def test_a_model_is_opened_by_path_and_by_the_name_that_it_was_pulled_under(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNDERDOG_CACHE", str(tmp_path / "cache"))
    write_tiny(tmp_path / "tiny.gguf", "llama")
    by_path = open_model(str(tmp_path / "tiny.gguf"))
    pull_model(str(tmp_path / "tiny.gguf"))
    assert open_model("tiny").digest == by_path.digest
    with pytest.raises(UnknownNameError, match="did you mean tiny"):
        open_model("tinny")

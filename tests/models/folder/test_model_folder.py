"""Model folders as they are published: older settings, shards, parts left out, and damage."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.models.tiny_folders import TinyFolder, write_folder
from underdog.errors import ModelFileError
from underdog.models.architecture import Layer, Rope
from underdog.models.folder.config import read_config
from underdog.models.folder.safetensors import SafetensorsFile
from underdog.models.loading import open_model

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("tokenizers")

LLAMA: dict[str, Any] = {
    "model_type": "llama",
    "hidden_size": 64,
    "num_attention_heads": 4,
    "num_hidden_layers": 4,
    "max_position_embeddings": 512,
}
GEMMA: dict[str, Any] = {
    "model_type": "gemma3",
    "text_config": {
        "model_type": "gemma3_text",
        "hidden_size": 64,
        "num_hidden_layers": 12,
        "sliding_window": 16,
        "rope_scaling": {"factor": 8.0, "rope_type": "linear"},
    },
}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> TinyFolder:
    return write_folder(tmp_path_factory.mktemp("model") / "tiny", "gemma3")


@pytest.fixture
def folder(written: TinyFolder, tmp_path: Path) -> Path:
    return Path(shutil.copytree(written.path, tmp_path / "tiny"))


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNDERDOG_CACHE", str(tmp_path / "cache"))


def config(tmp_path: Path, given: dict[str, Any], **changes: Any) -> Path:
    tmp_path.mkdir(exist_ok=True)
    (tmp_path / "config.json").write_text(json.dumps({**given, **changes}))
    return tmp_path


def layers(tmp_path: Path, given: dict[str, Any], **changes: Any) -> tuple[Layer, ...]:
    return read_config(config(tmp_path, given, **changes)).architecture.layers


def test_what_a_published_gemma_leaves_out_is_its_familys(tmp_path: Path) -> None:
    shape = read_config(config(tmp_path, GEMMA)).architecture
    assert (shape.num_heads, shape.num_kv_heads, shape.head_size) == (8, 4, 256)
    assert shape.attention_scale == 256**-0.5
    assert shape.embedding_scale == 8.0
    far, near = Rope(1_000_000.0, (8.0,) * 128), Rope(10_000.0)
    assert shape.layers == (*[Layer(near, 16)] * 5, Layer(far)) * 2


def test_older_names_of_rotary_settings_are_read(tmp_path: Path) -> None:
    given = {"rope_theta": 500.0, "rope_scaling": {"type": "linear", "factor": 2.0}}
    assert layers(tmp_path, LLAMA, **given) == (Layer(Rope(500.0, (2.0,) * 8)),) * 4
    assert layers(tmp_path, LLAMA, rope_scaling=None) == (Layer(Rope(10_000.0)),) * 4


def test_a_mistral_has_a_window_unless_it_is_null(tmp_path: Path) -> None:
    mistral = LLAMA | {"model_type": "mistral", "num_key_value_heads": 2}
    assert {layer.window for layer in layers(tmp_path, mistral)} == {4096}
    assert {layer.window for layer in layers(tmp_path, mistral, sliding_window=None)} == {0}


def test_layers_that_are_not_told_positions_may_be_listed(tmp_path: Path) -> None:
    smollm3 = LLAMA | {"model_type": "smollm3", "no_rope_layers": [1, 0, 0, 1, 1]}
    assert [layer.rope is None for layer in layers(tmp_path, smollm3)] == [False, True, True, False]
    windowed = smollm3 | {"use_sliding_window": True, "sliding_window": 7}
    assert [layer.window for layer in layers(tmp_path, windowed)] == [0, 7, 7, 0]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model_type": "mamba"}, "llama, mistral"),
        ({"model_type": ["llama"]}, "not"),
        ({"hidden_size": None}, "hidden_size"),
        ({"hidden_size": "64"}, "hidden_size"),
        ({"num_hidden_layers": 1 << 40}, "num_hidden_layers"),
        ({"num_key_value_heads": 3}, "cannot run"),
        ({"head_dim": 15}, "cannot run"),
        ({"hidden_act": "relu"}, "relu"),
        ({"final_logit_softcapping": 30.0}, "final_logit_softcapping"),
        ({"rope_scaling": {"rope_type": "yarn"}}, "yarn"),
        ({"rope_scaling": [1]}, "rope_scaling"),
        ({"rope_parameters": {"full_attention": 3}}, "full_attention"),
        ({"rope_parameters": {"partial_rotary_factor": 0.5}}, "part of each head"),
        ({"rope_parameters": {"rope_type": "llama3", "high_freq_factor": 0.5}}, "high_freq"),
        ({"rope_theta": float("nan")}, "rope_theta"),
        ({"rms_norm_eps": True}, "rms_norm_eps"),
        ({"layer_types": ["full_attention"]}, "layer_types"),
        ({"layer_types": ["linear_attention"] * 4}, "layer_types"),
        ({"model_type": "smollm3", "no_rope_layers": [1]}, "no_rope_layers"),
    ],
)
def test_settings_that_the_graph_is_not_written_for_are_refused(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ModelFileError, match=message):
        read_config(config(tmp_path, LLAMA, **changes))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("[1]", "no JSON object"),
        (" " * (1 << 22) + "{}", "larger"),
    ],
)
def test_a_settings_file_that_is_none_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(ModelFileError, match=message):
        read_config(tmp_path)


def test_ends_of_turns_are_gathered_from_both_settings_files(tmp_path: Path) -> None:
    path = config(tmp_path, LLAMA, eos_token_id=5)
    (path / "generation_config.json").write_text('{"eos_token_id": [1, 5, true, -2, "x"]}')
    assert read_config(path).ends == (1, 5)


def test_shards_and_a_prefix_before_every_name_change_no_weight(
    written: TinyFolder, folder: Path
) -> None:
    from safetensors.numpy import save_file

    given = SafetensorsFile(folder / "model.safetensors")
    names = sorted(given.places)
    (folder / "model.safetensors").unlink()
    homes: dict[str, str] = {}
    for shard in range(2):
        file = f"model-0000{shard + 1}-of-00002.safetensors"
        part = {
            f"language_model.{name}": given.tensor(name, *given.places[name].shape)
            for name in names[shard::2]
        }
        save_file(part, folder / file)
        homes |= dict.fromkeys(part, file)
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": homes}))
    tensors = open_model(folder, "", 64).open_tensors()
    plain = open_model(written.path, "", 64).open_tensors()
    for name in ("token_embd.weight", "blk.6.attn_q_norm.weight", "blk.3.post_ffw_norm.weight"):
        extents = (0,) * (2 if "embd" in name else 1)
        assert name in tensors
        assert (tensors.tensor(name, *extents) == plain.tensor(name, *extents)).all()


@pytest.mark.parametrize("kind", ["float16", "bfloat16"])
def test_half_precisions_are_widened_exactly(kind: str, tmp_path: Path) -> None:
    import torch
    from safetensors.torch import save_file

    values = torch.randn(3, 5).to(getattr(torch, kind))
    save_file({"a": values}, tmp_path / "half.safetensors")
    found = SafetensorsFile(tmp_path / "half.safetensors").tensor("a", 3, 0)
    assert found.dtype == np.float32
    assert (found == values.float().numpy()).all()


def test_the_norms_of_gemma_are_given_as_factors(written: TinyFolder) -> None:
    tensors = open_model(written.path, "", 64).open_tensors()
    weight = written.model.model.norm.weight.detach().numpy()
    assert (tensors.tensor("output_norm.weight", 64) == weight + 1).all()


def test_names_that_a_folder_has_no_tensor_for_are_not_in_it(folder: Path) -> None:
    tensors = open_model(folder, "", 64).open_tensors()
    for name in ("output.weight", "blk.0.attn_q.bias", "blk.99.attn_q.weight", "rope_freqs.weight"):
        assert name not in tensors
    with pytest.raises(ModelFileError, match="no tensor"):
        tensors.tensor("blk.0.ffn_gate_exps.weight", 0, 0)
    with pytest.raises(ModelFileError, match="shape"):
        tensors.tensor("token_embd.weight", 3, 3)


def test_another_weight_is_another_model(written: TinyFolder, folder: Path) -> None:
    before = open_model(written.path, "", 64).digest
    assert open_model(folder, "", 64).digest == before
    data = bytearray((folder / "model.safetensors").read_bytes())
    data[-1] ^= 1
    (folder / "model.safetensors").write_bytes(data)
    assert open_model(folder, "", 64).digest != before


def spoil_index(folder: Path, content: object) -> None:
    (folder / "model.safetensors.index.json").write_text(json.dumps(content))


@pytest.mark.parametrize(
    "content",
    [{}, {"weight_map": []}, {"weight_map": {"a": "../../other.safetensors"}}, {"weight_map": {}}],
)
def test_an_index_that_names_no_files_of_its_folder_is_refused(
    folder: Path, content: object
) -> None:
    spoil_index(folder, content)
    with pytest.raises(ModelFileError, match="names no files"):
        open_model(folder, "", 64)


def test_a_shard_that_is_missing_is_named(folder: Path) -> None:
    spoil_index(folder, {"weight_map": {"a": "gone.safetensors"}})
    with pytest.raises(ModelFileError, match="gone"):
        open_model(folder, "", 64)


def test_a_tensor_in_two_shards_is_refused(folder: Path) -> None:
    shutil.copy(folder / "model.safetensors", folder / "again.safetensors")
    spoil_index(folder, {"weight_map": {"a": "model.safetensors", "b": "again.safetensors"}})
    with pytest.raises(ModelFileError, match="appears again"):
        open_model(folder, "", 64)


def test_a_folder_with_one_file_of_any_name_is_read_and_with_two_it_is_not(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "weights.safetensors")
    assert open_model(folder, "", 64).shape.num_layers == 7
    shutil.copy(folder / "weights.safetensors", folder / "more.safetensors")
    with pytest.raises(ModelFileError, match="2 safetensors"):
        open_model(folder, "", 64)

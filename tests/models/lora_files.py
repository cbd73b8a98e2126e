"""Small LoRA adapters, as PEFT folders and as GGUF files, and what they do to a model."""

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

MODULES = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
CONFIG: dict[str, Any] = {
    "peft_type": "LORA",
    "task_type": "CAUSAL_LM",
    "base_model_name_or_path": "a/model",
    "inference_mode": True,
    "r": 4,
    "lora_alpha": 8,
    "lora_dropout": 0.1,
    "target_modules": ["q_proj", "v_proj"],
    "bias": "none",
    "modules_to_save": None,
    "use_dora": False,
    "use_rslora": False,
    "rank_pattern": {},
    "alpha_pattern": {},
    "fan_in_fan_out": False,
    "init_lora_weights": True,
    "peft_version": "0.18.0",
    "megatron_core": "megatron.core",
}


@dataclass(frozen=True)
class Factors:
    """The factors of a module and the scale that the configuration gives them."""

    down: np.ndarray
    up: np.ndarray
    scale: float

    @property
    def product(self) -> np.ndarray:
        return self.scale * (self.up @ self.down)


def random_factors(
    sizes: Mapping[str, tuple[int, int]], rank: int = 4, scale: float = 2.0, seed: int = 0
) -> dict[str, Factors]:
    """Factors by module, for matrices of the given outputs and inputs."""
    random = np.random.default_rng(seed)

    def matrix(*shape: int) -> np.ndarray:
        return (random.normal(size=shape) * 0.2).astype(np.float32)

    return {
        module: Factors(matrix(rank, inputs), matrix(outputs, rank), scale)
        for module, (outputs, inputs) in sizes.items()
    }


def layer_sizes(
    layers: int, hidden: int, queries: int, keys: int, mlp: int
) -> dict[str, tuple[int, int]]:
    """Outputs and inputs of every linear module of a decoder."""
    sizes = [(queries, hidden), (keys, hidden), (keys, hidden), (hidden, queries)]
    sizes += [(mlp, hidden), (mlp, hidden), (hidden, mlp)]
    return {
        f"model.layers.{layer}.{module}": size
        for layer in range(layers)
        for module, size in zip(MODULES, sizes, strict=True)
    }


def gguf_name(module: str) -> str:
    """GGUF's name for a module's matrix."""
    if module == "lm_head":
        return "output.weight"
    _, _, layer, part = module.split(".", 3)
    return f"blk.{layer}.{MODULES[part]}.weight"


def peft_tensors(factors: Mapping[str, Factors]) -> dict[str, np.ndarray]:
    """The tensors of an adapter by the names that PEFT gives them."""
    tensors: dict[str, np.ndarray] = {}
    for module, pair in factors.items():
        tensors[f"base_model.model.{module}.lora_A.weight"] = pair.down
        tensors[f"base_model.model.{module}.lora_B.weight"] = pair.up
    return tensors


def write_peft(folder: Path, tensors: Mapping[str, np.ndarray], **config: Any) -> Path:
    """An adapter folder; `config` changes entries of its configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "adapter_config.json").write_text(json.dumps(CONFIG | config))
    (folder / "adapter_model.safetensors").write_bytes(safetensors(tensors))
    return folder


def safetensors(tensors: Mapping[str, np.ndarray]) -> bytes:
    """Arrays of 32 and 16 bits as a safetensors file."""
    kinds = {"float32": "F32", "float16": "F16", "uint16": "BF16"}
    header, data = {}, b""
    for name, array in tensors.items():
        span = [len(data), len(data) + array.nbytes]
        header[name] = {
            "dtype": kinds[array.dtype.name],
            "shape": list(array.shape),
            "data_offsets": span,
        }
        data += array.tobytes()
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def write_gguf_adapter(
    path: Path,
    factors: Mapping[str, Factors],
    family: str = "llama",
    alpha: float = 8.0,
    *,
    kind: str = "adapter",
    heads: Mapping[str, int] | None = None,
    extra: Mapping[str, np.ndarray] | None = None,
) -> Path:
    """An adapter file; `heads` names the parts whose rows are put into interleaved pairs."""
    from gguf import GGUFWriter

    writer = GGUFWriter(path, family)
    writer.add_type(kind)
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", alpha)
    for module, pair in factors.items():
        name = gguf_name(module)
        count = (heads or {}).get(name.split(".")[-2])
        up = pair.up if count is None else interleaved(pair.up, count)
        writer.add_tensor(f"{name}.lora_a", pair.down)
        writer.add_tensor(f"{name}.lora_b", up)
    for name, array in (extra or {}).items():
        writer.add_tensor(name, array)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def interleaved(rows: np.ndarray, heads: int) -> np.ndarray:
    """Rows of each head in the order first, middle, second, middle + 1, …"""
    size = len(rows) // heads
    order = [half * (size // 2) + pair for pair in range(size // 2) for half in (0, 1)]
    return rows[np.concatenate([np.array(order) + head * size for head in range(heads)])]

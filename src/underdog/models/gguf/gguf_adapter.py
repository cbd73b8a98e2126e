"""LoRA adapters in GGUF files, as `convert_lora_to_gguf.py` of llama.cpp writes them.

For each changed matrix `NAME` the file holds `NAME.lora_a` and `NAME.lora_b`; the scale is
`adapter.lora.alpha` over the rank, and 1 where alpha is 0.
"""

import math
from pathlib import Path

from underdog.errors import ModelFileError
from underdog.models.adapter import Adapter, LowRank
from underdog.models.families import FAMILIES
from underdog.models.gguf.file import GgufFile
from underdog.models.gguf.header import GgufHeader, read_gguf_header
from underdog.models.weights_hash import weights_hash

_DOWN, _UP = ".lora_a", ".lora_b"
_ALPHA = "adapter.lora.alpha"


def read_gguf_adapter(path: Path) -> Adapter:
    """The adapter in a GGUF file, checked but not merged.

    Raises:
        ModelFileError: The file is missing, damaged, no adapter, or an adapter that cannot be
            merged.
    """
    header = read_gguf_header(path)
    kind = (header.metadata.get("general.type"), header.metadata.get("adapter.type"))
    if kind != ("adapter", "lora"):
        raise ModelFileError(
            f"{path} is no LoRA adapter: it says that it is {kind[0]!r} of type {kind[1]!r}"
        )
    if any(key.startswith("adapter.alora") for key in (*header.metadata, *header.arrays_at)):
        raise ModelFileError(
            f"the adapter {path} is switched on by tokens (aLoRA), so it cannot be merged"
        )
    family = FAMILIES.get(header.architecture)
    if family is None:
        raise ModelFileError(
            f"the adapter {path} is for {header.architecture!r} models; the openvino engine runs "
            f"{', '.join(FAMILIES)}"
        )
    alpha = _alpha(path, header)
    targets = dict.fromkeys(_target(path, name) for name in header.tensors)
    return Adapter(
        path=path,
        digest=weights_hash(path),
        family=header.architecture,
        interleaved=family.interleaved,
        tensors=GgufFile(path, header),
        updates={name: _update(path, header, name, alpha) for name in targets},
    )


def _alpha(path: Path, header: GgufHeader) -> float:
    alpha = header.metadata.get(_ALPHA)
    if isinstance(alpha, bool | str) or alpha is None or not math.isfinite(alpha):
        raise ModelFileError(f"the adapter {path} gives {_ALPHA} as {alpha!r}; convert it again")
    return float(alpha)


def _target(path: Path, name: str) -> str:
    target = name.removesuffix(_DOWN).removesuffix(_UP)
    if target == name:
        raise ModelFileError(
            f"the adapter {path} holds {name} besides its low-rank factors, which cannot be merged"
        )
    if target == "token_embd.weight":
        raise ModelFileError(
            f"the adapter {path} changes the embedding ({target}), which is not supported; merge "
            "it with the library that trained it"
        )
    return target


def _update(path: Path, header: GgufHeader, target: str, alpha: float) -> LowRank:
    names = (target + _DOWN, target + _UP)
    lacking = [name for name in names if name not in header.tensors]
    if lacking:
        raise ModelFileError(f"the adapter {path} has no tensor {lacking[0]}; convert it again")
    down, up = (header.tensors[name].shape for name in names)
    if len(down) != 2 or len(up) != 2 or down[0] != up[1]:
        raise ModelFileError(
            f"the adapter {path}: {names[0]} of shape {down} and {names[1]} of shape {up} do not "
            "multiply; convert it again"
        )
    return LowRank(*names, down[0], alpha / down[0] if alpha else 1.0)

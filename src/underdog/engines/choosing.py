"""Choice of an engine for a model that was named without one.

OpenVINO is taken where it supports the model, being several times faster for many samples of a
prompt. llama.cpp runs every GGUF model, and keeps the file's own quantisation in memory where
OpenVINO unpacks it to 8 bits. A safetensors folder that OpenVINO does not support is run by
transformers.
"""

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from underdog.engines.openvino.support import folder_obstacle, obstacle
from underdog.errors import ModelFileError
from underdog.models.gguf.header import read_gguf_header

LocalEngine: TypeAlias = Literal["llama_cpp", "openvino", "transformers"]

_MEMORY_SHARE = 0.5
_BEST = "the fastest here for many samples"


@dataclass(frozen=True, slots=True)
class EngineChoice:
    """The chosen engine and the reason.

    Attributes:
        engine: Registered name.
        reason: The reason as one clause, to be shown to people.
    """

    engine: LocalEngine
    reason: str


def choose_engine(path: Path) -> EngineChoice:
    """The engine for a model file or folder on this machine.

    Raises:
        ModelFileError: The file is missing or not a usable GGUF model, or the folder is incomplete.
    """
    if path.is_dir():
        return _for_folder(path)
    header = read_gguf_header(path)
    if reason := _missing() or obstacle(header) or _too_large(sum(header.tensor_sizes.values())):
        return EngineChoice("llama_cpp", reason)
    return EngineChoice("openvino", _BEST)


def _for_folder(folder: Path) -> EngineChoice:
    size_bytes = sum(file.stat().st_size for file in folder.glob("*.safetensors"))
    if not size_bytes or not (folder / "config.json").is_file():
        raise ModelFileError(
            f"{folder} holds no config.json with *.safetensors; give a folder with both, or the "
            "path of a GGUF file"
        )
    if reason := _missing() or folder_obstacle(folder) or _too_large(size_bytes // 2):
        return EngineChoice("transformers", reason)
    return EngineChoice("openvino", _BEST)


def _missing() -> str:
    """Reason why OpenVINO is not usable on this machine; empty when it is."""
    missing = [name for name in ("openvino", "tokenizers") if not importlib.util.find_spec(name)]
    return f"{' and '.join(missing)} not installed" if missing else ""


def _too_large(needed: int) -> str:
    """Reason why 8-bit weights of `needed` bytes are too large for this machine; empty if not."""
    from underdog.engines.machine.memory import total_bytes

    memory = total_bytes()
    if needed <= _MEMORY_SHARE * memory:
        return ""
    return f"at 8 bits it takes {needed / 1e9:.1f} GB of {memory / 1e9:.1f} GB of memory"

"""Which engine runs a model that was named without one: OpenVINO where it can, else another.

OpenVINO is several times faster for many samples of a prompt; llama.cpp runs every model, and
keeps the file's own compression in memory where OpenVINO unpacks it to 8 bits. A folder of
safetensors that OpenVINO cannot run is transformers' work.
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
    """An engine and why.

    Attributes:
        engine: Registered name.
        reason: One clause, for people.
    """

    engine: LocalEngine
    reason: str


def choose_engine(path: Path) -> EngineChoice:
    """The engine for a model file or folder on this machine.

    Raises:
        ModelFileError: The file is missing or no usable GGUF model, or the folder is not complete.
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
    """What OpenVINO lacks here; empty when nothing."""
    missing = [name for name in ("openvino", "tokenizers") if not importlib.util.find_spec(name)]
    return f"{' and '.join(missing)} not installed" if missing else ""


def _too_large(needed: int) -> str:
    """Why 8-bit weights of so many bytes would crowd this machine; empty when they fit."""
    from underdog.engines.machine.memory import total_bytes

    memory = total_bytes()
    if needed <= _MEMORY_SHARE * memory:
        return ""
    return f"at 8 bits it takes {needed / 1e9:.1f} GB of {memory / 1e9:.1f} GB of memory"

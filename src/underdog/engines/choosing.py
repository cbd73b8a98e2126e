"""Choice of an engine for a model that was named without one.

OpenVINO is taken where it supports the model, being several times faster for many samples of a
prompt; for a single one the rates measured on this machine decide (see `bench.lone_row`). llama.cpp
runs every GGUF model, and keeps the file's own quantisation in memory where OpenVINO unpacks it to
8 bits. A safetensors folder that OpenVINO does not support is run by transformers.
"""

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from underdog.engines.bench.lone_row import LocalEngine
from underdog.engines.openvino.support import folder_obstacle, obstacle
from underdog.errors import ModelFileError
from underdog.models.folder.peft_adapter import is_adapter_folder
from underdog.models.gguf.header import read_gguf_header

_MEMORY_SHARE = 0.5
_BEST = "the fastest for many samples"


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


def choose_for_one(path: Path, threads: int) -> EngineChoice | None:
    """The engine for one row at a time of a GGUF file that OpenVINO can run.

    Args:
        path: A GGUF file.
        threads: Threads for matrix products.

    Returns:
        The engine that was measured to be faster here. Where the file is too large to be opened
        twice for that, what the processor's instructions say. `None` when it is to be measured.
    """
    from underdog.engines.bench.lone_row import comparable, recorded
    from underdog.engines.machine.instructions import emulated

    if importlib.util.find_spec("xllamacpp") is None:
        return EngineChoice("openvino", "llama_cpp is not installed")
    rates = recorded(path, threads)
    if rates is not None:
        return by_rates(rates)
    if comparable(path):
        return None
    if emulated("int8"):
        reason = "a lone row, on a processor without products of 8-bit integers; not measured: "
        return EngineChoice("llama_cpp", f"{reason}too large to open twice")
    return EngineChoice("openvino", "not measured for a lone row: too large to open twice")


def by_rates(rates: Mapping[LocalEngine, float]) -> EngineChoice:
    """The engine with the highest measured rate, in tokens per second."""
    told = ", ".join(f"{name} {rate:.3g}" for name, rate in rates.items())
    return EngineChoice(max(rates, key=lambda name: rates[name]), f"measured tokens/s: {told}")


def _for_folder(folder: Path) -> EngineChoice:
    if is_adapter_folder(folder):
        return _for_adapter(folder)
    size_bytes = sum(file.stat().st_size for file in folder.glob("*.safetensors"))
    if not size_bytes or not (folder / "config.json").is_file():
        raise ModelFileError(
            f"{folder} holds no config.json with *.safetensors; give a folder with both, or the "
            "path of a GGUF file"
        )
    if reason := _missing() or folder_obstacle(folder) or _too_large(size_bytes // 2):
        return EngineChoice("transformers", reason)
    return EngineChoice("openvino", _BEST)


def _for_adapter(folder: Path) -> EngineChoice:
    """The engine for an adapter on the model that it names: only OpenVINO merges adapters."""
    from underdog.models.adapter_base import base_of

    choice = choose_engine(base_of(folder))
    if choice.engine != "openvino":
        raise ModelFileError(
            f"{folder} is an adapter, which the openvino engine merges into its model, and it "
            f"cannot run that one here: {choice.reason}; merge them with: underdog models export"
        )
    return choice


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

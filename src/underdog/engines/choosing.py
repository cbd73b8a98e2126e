"""Which engine runs a GGUF file that was named without one: OpenVINO where it can, else llama.cpp.

OpenVINO is several times faster for many samples of a prompt; llama.cpp runs every model, and
keeps the file's own compression in memory where OpenVINO unpacks it to 8 bits.
"""

import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from underdog.engines.gguf_header import GgufHeader, read_gguf_header
from underdog.engines.openvino.support import obstacle

LocalEngine: TypeAlias = Literal["llama_cpp", "openvino"]

_MEMORY_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Choice:
    """An engine and why.

    Attributes:
        engine: Registered name.
        reason: One clause, for people.
    """

    engine: LocalEngine
    reason: str


def choose_engine(path: Path) -> Choice:
    """The engine for a model file on this machine.

    Raises:
        ModelFileError: The file is missing or no usable GGUF model.
    """
    header = read_gguf_header(path)
    missing = [name for name in ("openvino", "tokenizers") if not importlib.util.find_spec(name)]
    if missing:
        return Choice("llama_cpp", f"{' and '.join(missing)} not installed")
    if reason := obstacle(header) or _too_large(header):
        return Choice("llama_cpp", reason)
    return Choice("openvino", "the fastest here for many samples")


def _too_large(header: GgufHeader) -> str:
    """Why 8-bit weights would crowd this machine; empty when they fit."""
    needed, memory = sum(header.tensor_sizes.values()), _memory_bytes()
    if not memory or needed <= _MEMORY_SHARE * memory:
        return ""
    return f"at 8 bits it takes {needed / 1e9:.1f} GB of {memory / 1e9:.1f} GB of memory"


def _memory_bytes() -> int:
    """Memory of this machine; 0 where the system does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return 0

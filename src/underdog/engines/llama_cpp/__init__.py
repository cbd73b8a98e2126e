"""GGUF models through llama.cpp, in a child process."""

from pathlib import Path

from underdog.core import Engine
from underdog.engines import engines
from underdog.engines.llama_cpp.engine import LlamaCpp

__all__ = ["LlamaCpp", "open_llama_cpp"]


@engines.register("llama_cpp")
def open_llama_cpp(
    model: str, slots: int = 16, context_tokens: int = 2048, threads: int = 0, template: str = ""
) -> Engine:
    """A GGUF model on this machine through llama.cpp."""
    return LlamaCpp(
        Path(model).expanduser(),
        slots=slots,
        context_tokens=context_tokens,
        threads=threads,
        template=template,
    )

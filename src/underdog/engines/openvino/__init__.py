"""Llama-like models, from GGUF files and folders, on OpenVINO: the fast CPU engine."""

from pathlib import Path

from underdog.core import Engine
from underdog.engines import engines
from underdog.engines.openvino.engine import OpenVinoEngine

__all__ = ["OpenVinoEngine", "open_openvino"]


@engines.register("openvino")
def open_openvino(
    model: str,
    precision: str = "int8",
    max_rows: int = 0,
    context_tokens: int = 2048,
    threads: int = 0,
    template: str = "",
    lora: str = "",
) -> Engine:
    """A GGUF file or safetensors folder through OpenVINO; fastest for many samples of a prompt."""
    return OpenVinoEngine(
        Path(model).expanduser(),
        precision=precision,
        max_rows=max_rows,
        context_tokens=context_tokens,
        threads=threads,
        template=template,
        lora=Path(lora).expanduser() if lora else None,
    )

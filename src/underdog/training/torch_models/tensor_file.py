"""Writing tensors as safetensors straight from their memory: a copy of a model would double it."""

import importlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def write_tensors(path: Path, tensors: Mapping[str, Any]) -> None:
    """Write tensors whole or not at all; they must be contiguous and on the processor.

    Args:
        path: The file; an old one is replaced.
        tensors: Tensors by name.

    Raises:
        OSError: The disk is full or the folder cannot be written; an old file remains.
    """
    from safetensors import SafetensorError

    save_file: Any = importlib.import_module("safetensors.torch").save_file
    part = path.with_name(f".{path.name}.part")
    try:
        save_file(dict(tensors), part, metadata={"format": "pt"})
        part.chmod(0o644)  # as other files; the library writes it for its owner alone
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(path)
    except (OSError, SafetensorError) as error:
        part.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise
        raise OSError(f"{error}") from error

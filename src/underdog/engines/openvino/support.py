"""Whether this engine supports a model, judged by its metadata: GGUF header or `config.json`."""

import importlib.util
from pathlib import Path

from underdog.errors import ModelFileError
from underdog.models.folder.config import read_config
from underdog.models.gguf.formats import FORMATS, PACKAGE_FORMATS
from underdog.models.gguf.header import GgufHeader
from underdog.models.gguf.shape import read_architecture
from underdog.models.tokenizer.pretokenizers import pretokenizer_of


def obstacle(header: GgufHeader) -> str:
    """Reason why the engine cannot run a GGUF file; empty when it can."""
    try:
        read_architecture(header)
        pretokenizer_of(header)
    except ModelFileError as error:
        return str(error)
    kinds = {place.kind for place in header.tensors.values()}
    foreign = sorted(kinds - FORMATS.keys())
    if foreign:
        return (
            f"the openvino engine does not read weights in format {foreign[0]}; use the llama_cpp "
            "engine"
        )
    tables = sorted(kinds & PACKAGE_FORMATS.keys())
    if tables and not importlib.util.find_spec("gguf"):
        name = PACKAGE_FORMATS[tables[0]].name
        return f"weights in format {name} need the gguf package: pip install 'underdog[gguf]'"
    return ""


def folder_obstacle(folder: Path) -> str:
    """Reason why the engine cannot run a model folder; empty when it can."""
    try:
        read_config(folder)
    except ModelFileError as error:
        return str(error)
    return "" if (folder / "tokenizer.json").exists() else f"{folder} has no tokenizer.json"

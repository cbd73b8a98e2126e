"""Whether this engine can run a GGUF file, judged by its header alone."""

from underdog.engines.gguf_header import GgufHeader
from underdog.engines.openvino.architecture import read_architecture
from underdog.engines.openvino.cuts import tokenizer_cut
from underdog.engines.openvino.formats import FORMATS
from underdog.errors import ModelFileError


def obstacle(header: GgufHeader) -> str:
    """Why the engine cannot run a model; empty when it can."""
    try:
        read_architecture(header)
        tokenizer_cut(header)
    except ModelFileError as error:
        return str(error)
    foreign = sorted({place.kind for place in header.tensors.values()} - FORMATS.keys())
    if foreign:
        return (
            f"the openvino engine does not read weights in format {foreign[0]}; use the llama_cpp "
            "engine"
        )
    return ""

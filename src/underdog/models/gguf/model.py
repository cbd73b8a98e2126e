"""A GGUF file, common to all engines: header, chat template, context length, identity."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from underdog.core import ModelShape
from underdog.errors import ModelFileError, UnderdogError
from underdog.models.architecture import with_attention
from underdog.models.chat.template import built_in_template, model_template
from underdog.models.gguf.file import GgufFile
from underdog.models.gguf.header import GgufHeader, read_gguf_header
from underdog.models.gguf.shape import read_architecture
from underdog.models.local_model import LocalModel
from underdog.models.weights_hash import weights_hash

_EMBEDDING, _HEAD = "token_embd.weight", "output.weight"
_ROWS = 8
_ALIKE = 0.8


@dataclass(frozen=True, slots=True)
class GgufModel(LocalModel):
    """A GGUF file whose header has been read, but no weights.

    Attributes:
        header: The file's checked header.
    """

    header: GgufHeader


def open_gguf(path: Path, template: str, context_tokens: int) -> GgufModel:
    """The model of a GGUF file; reads only the header.

    Args:
        path: The file.
        template: Built-in chat template to use instead of the model's own; empty for its own.
        context_tokens: Longest prompt plus completion, in tokens; the model may allow less.

    Raises:
        ModelFileError: The file is missing or not a usable GGUF model.
        UnknownNameError: No such built-in template.
    """
    header = read_gguf_header(path)
    if header.metadata.get("general.type") == "adapter":
        raise ModelFileError(
            f"{path} is an adapter, not a model; give it to its model: "
            f"openvino:model.gguf,lora={path.name}"
        )
    chosen = (
        built_in_template(template)
        if template
        else model_template(header.chat_template, header.bos_token, header.eos_token)
    )
    context = min(context_tokens, header.context_tokens or context_tokens)
    return GgufModel(path, chosen, context, weights_hash(path), _shape(path, header), header)


def _shape(path: Path, header: GgufHeader) -> ModelShape:
    """Architecture, for counting FLOPs; a head that repeats the embedding is counted once."""
    shape = header.shape
    if _repeats_embedding(path, header):
        shape = replace(shape, num_params=shape.num_active_params, num_embedding_params=0)
    try:
        return with_attention(shape, read_architecture(header))
    except ModelFileError:  # a family of which only the sizes in the header are known
        return shape


def _repeats_embedding(path: Path, header: GgufHeader) -> bool:
    """Whether the file stores a tied embedding a second time, as its head.

    The two may be quantised differently, so the angle between their first rows decides.
    """
    sizes = header.tensor_sizes
    if _HEAD not in sizes or sizes[_HEAD] != sizes.get(_EMBEDDING):
        return False
    try:
        file = GgufFile(path, header)
        rows = [file.first_rows(name, _ROWS).ravel() for name in (_EMBEDDING, _HEAD)]
    except UnderdogError:  # a format that is not read here
        return False
    with np.errstate(all="ignore"):
        lengths = np.linalg.norm(rows[0]) * np.linalg.norm(rows[1])
        return bool(rows[0] @ rows[1] > _ALIKE * lengths)

"""A GGUF file, common to all engines: header, chat template, context length, identity."""

from dataclasses import dataclass
from pathlib import Path

from underdog.errors import ModelFileError
from underdog.models.chat.template import built_in_template, model_template
from underdog.models.gguf.header import GgufHeader, read_gguf_header
from underdog.models.local_model import LocalModel
from underdog.models.weights_hash import weights_hash


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
    return GgufModel(path, chosen, context, weights_hash(path), header.shape, header)

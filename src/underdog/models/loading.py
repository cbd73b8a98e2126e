"""Opening a model by its path: a GGUF file or a folder in the Hugging Face layout."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from underdog.models.architecture import Architecture
from underdog.models.gguf.header import GgufHeader
from underdog.models.gguf.model import open_gguf
from underdog.models.gguf.shape import ROPE_DIVISORS, read_architecture
from underdog.models.open_model import OpenModel, naming

if TYPE_CHECKING:
    from underdog.models.tensor_source import TensorSource
    from underdog.models.tokenizer.vocabulary import Vocabulary


def open_model(path: Path, template: str, context_tokens: int) -> OpenModel:
    """Look at a model.

    Args:
        path: A GGUF file, or a folder with `config.json`, `*.safetensors` and `tokenizer.json`.
        template: Built-in chat template to use instead of the model's own; empty for its own.
        context_tokens: Longest prompt plus completion that is wanted; the model may allow less.

    Raises:
        ModelFileError: It is missing, malformed, or of a family that this engine cannot run.
        UnknownNameError: No such built-in template.
    """
    with naming(path):
        if path.is_dir():
            from underdog.models.folder.tensors import open_folder

            return open_folder(path, template, context_tokens)
        return _open_file(path, template, context_tokens)


def _open_file(path: Path, template: str, context_tokens: int) -> OpenModel:
    model = open_gguf(path, template, context_tokens)
    header = model.header

    def tensors() -> "TensorSource":
        from underdog.models.gguf.file import GgufFile

        return GgufFile(path, header)

    def vocabulary() -> "Vocabulary":
        from underdog.models.gguf.file import GgufFile
        from underdog.models.tokenizer.vocabulary import Vocabulary

        return Vocabulary.from_gguf(GgufFile(path, header))

    return OpenModel(
        path,
        model.template,
        model.context_tokens,
        model.digest,
        model.shape,
        _architecture(header, tensors),
        tensors,
        vocabulary,
    )


def _architecture(header: GgufHeader, tensors: "Callable[[], TensorSource]") -> Architecture:
    plain = read_architecture(header)
    if ROPE_DIVISORS not in header.tensor_sizes:
        return plain
    divisors = tensors().tensor(ROPE_DIVISORS, plain.head_size // 2)
    return read_architecture(header, tuple(float(divisor) for divisor in divisors))

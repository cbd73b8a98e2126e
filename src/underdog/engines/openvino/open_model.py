"""A model as this engine opens it, whether it comes as a GGUF file or as a folder.

What reads weights is opened on demand: a model that was converted before starts without its file.
An adapter is put on a model by replacing `open_tensors` and `digest`.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from underdog.engines.gguf_header import GgufHeader
from underdog.engines.gguf_model import open_gguf
from underdog.engines.local_model import LocalModel
from underdog.engines.openvino.architecture import Architecture
from underdog.engines.openvino.gguf_shape import ROPE_DIVISORS, read_architecture
from underdog.errors import ModelFileError

if TYPE_CHECKING:
    from underdog.engines.openvino.tensor_source import TensorSource
    from underdog.engines.openvino.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class OpenModel(LocalModel):
    """A model that this engine can run.

    Attributes:
        architecture: Its decoder's shape.
        open_tensors: Opens its weights.
        open_vocabulary: Reads its tokenizer.
    """

    architecture: Architecture
    open_tensors: "Callable[[], TensorSource]"
    open_vocabulary: "Callable[[], Vocabulary]"


@contextmanager
def naming(path: Path) -> Generator[None]:
    """Say which model an error is about, where the error does not.

    Args:
        path: The model's file or folder.
    """
    try:
        yield
    except ModelFileError as error:
        if str(path) in str(error):
            raise
        raise ModelFileError(f"{path}: {error}") from error


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
            from underdog.engines.openvino.model_folder import open_folder

            return open_folder(path, template, context_tokens)
        return _open_file(path, template, context_tokens)


def _open_file(path: Path, template: str, context_tokens: int) -> OpenModel:
    model = open_gguf(path, template, context_tokens)
    header = model.header

    def tensors() -> "TensorSource":
        from underdog.engines.openvino.gguf_file import GgufFile

        return GgufFile(path, header)

    def vocabulary() -> "Vocabulary":
        from underdog.engines.openvino.gguf_file import GgufFile
        from underdog.engines.openvino.vocabulary import Vocabulary

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

"""Opening a model by its path: a GGUF file, a folder in the Hugging Face layout, or an adapter."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from underdog.models.architecture import Architecture
from underdog.models.folder.peft_adapter import is_adapter_folder
from underdog.models.gguf.header import GgufHeader
from underdog.models.gguf.model import open_gguf
from underdog.models.gguf.shape import ROPE_DIVISORS, read_architecture
from underdog.models.open_model import OpenModel, naming
from underdog.models.pulled import resolve_model

if TYPE_CHECKING:
    from underdog.models.tensor_source import TensorSource
    from underdog.models.tokenizer.vocabulary import Vocabulary


DEFAULT_CONTEXT_TOKENS = 2048


def open_model(
    path: str | Path, template: str = "", context_tokens: int = DEFAULT_CONTEXT_TOKENS
) -> OpenModel:
    """A model opened without an engine: architecture, tensors, tokenizer, chat template.

    Args:
        path: A GGUF file; a folder with `config.json`, `*.safetensors` and `tokenizer.json`; an
            adapter's folder, which names its model; or the name of a model that has been pulled.
        template: Built-in chat template to use instead of the model's own; empty for its own.
        context_tokens: Longest prompt plus completion, in tokens; the model may allow less.

    Returns:
        The model; `open_tensors()` and `open_vocabulary()` read its weights and its tokenizer.

    Raises:
        ModelFileError: The model is missing, malformed, or of an unsupported family.
        UnknownNameError: No such pulled model or built-in template.

    Example:
        >>> from underdog.errors import ModelFileError
        >>> try:
        ...     open_model("nowhere.gguf").architecture
        ... except ModelFileError as error:
        ...     print(error)
        there is no model file nowhere.gguf; give the path of a GGUF file
    """
    path = Path(path).expanduser()
    if not path.exists():
        path = resolve_model(str(path))
    if is_adapter_folder(path):
        return _open_adapted(path, template, context_tokens)
    with naming(path):
        if path.is_dir():
            from underdog.models.folder.tensors import open_folder

            return open_folder(path, template, context_tokens)
        return _open_file(path, template, context_tokens)


def _open_adapted(folder: Path, template: str, context_tokens: int) -> OpenModel:
    from underdog.models.adapter_base import base_of
    from underdog.models.lora import adapted

    base = open_model(base_of(folder), template, context_tokens)
    return replace(adapted(base, folder), path=folder)


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

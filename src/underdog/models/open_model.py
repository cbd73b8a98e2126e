"""An opened model, from a GGUF file or a model folder.

Weights are opened on demand: an engine that has converted the model before does not read them
again. An adapter is applied by replacing `open_tensors` and `digest`.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from underdog.errors import ModelFileError
from underdog.models.architecture import Architecture
from underdog.models.local_model import LocalModel

if TYPE_CHECKING:
    from underdog.models.tensor_source import TensorSource
    from underdog.models.tokenizer.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class OpenModel(LocalModel):
    """A model whose architecture is known and whose weights can be read.

    Attributes:
        architecture: Sizes and traits of its decoder.
        open_tensors: Opens its weights.
        open_vocabulary: Reads its tokenizer.
    """

    architecture: Architecture
    open_tensors: "Callable[[], TensorSource]"
    open_vocabulary: "Callable[[], Vocabulary]"


@contextmanager
def naming(path: Path) -> Generator[None]:
    """Add the model's path to a `ModelFileError` raised in the `with` block that lacks it.

    Args:
        path: The model's file or folder.
    """
    try:
        yield
    except ModelFileError as error:
        if str(path) in str(error):
            raise
        raise ModelFileError(f"{path}: {error}") from error

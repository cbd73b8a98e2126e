"""A model that has been opened, whether it comes as a GGUF file or as a folder.

What reads weights is opened on demand: a model that was converted before starts without its file.
An adapter is put on a model by replacing `open_tensors` and `digest`.
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
    """A model whose shape is known and whose weights can be read.

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

"""The interface between readers of weight files and their users: named tensors as float32.

Every source uses GGUF's tensor names (`blk.0.attn_q.weight`), whatever the names in its files, and
GGUF's conventions: a normalisation's weight is the factor itself. Whether query and key rows come
in interleaved rotary pairs depends on the model (`Architecture.interleaved`).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from underdog.errors import ModelFileError
from underdog.files import open_regular

_MOST = 65504.0


class TensorSource(Protocol):
    """Named tensors of a model."""

    def __contains__(self, name: str, /) -> bool:
        """Whether there is a tensor of that name."""
        ...

    def tensor(self, name: str, *shape: int) -> NDArray[np.float32]:
        """A tensor's values as float32.

        Args:
            name: The tensor's name in GGUF files.
            shape: The required shape, slowest axis first; 0 stands for any extent.

        Raises:
            ModelFileError: The tensor is missing, damaged, of another shape, or of an unknown
                format.
        """
        ...


def mapped(path: Path) -> NDArray[np.uint8]:
    """The bytes of a file, memory-mapped.

    Raises:
        ModelFileError: The file cannot be mapped.
    """
    try:
        with open_regular(path) as file:
            return np.memmap(file, dtype=np.uint8, mode="r")
    except (OSError, ValueError) as error:
        raise ModelFileError(f"cannot map the file {path} into memory: {error}") from error


def check_values(path: Path, name: str, values: NDArray[np.float32]) -> NDArray[np.float32]:
    """The given values, after a check that half precision can hold all of them.

    Args:
        path: The file, for the message.
        name: The tensor, for the message.
        values: The tensor's values.

    Raises:
        ModelFileError: A value is infinite, not a number, or above 65,504 in magnitude.
    """
    with np.errstate(all="ignore"):
        sound = values.min() >= -_MOST and values.max() <= _MOST
    if not sound:
        raise ModelFileError(
            f"{path}: tensor {name} has values that are no numbers or beyond {_MOST:.0f}; "
            "download it again or use another"
        )
    return values


def check_shape(path: Path, name: str, given: Sequence[int], wanted: Sequence[int]) -> None:
    """Refuse a tensor of another shape.

    Args:
        path: The file, for the message.
        name: The tensor, for the message.
        given: The tensor's shape.
        wanted: The required shape; 0 stands for any extent.

    Raises:
        ModelFileError: The shapes differ.
    """
    if len(given) != len(wanted) or any(
        extent not in (0, found) for found, extent in zip(given, wanted, strict=True)
    ):
        raise ModelFileError(
            f"{path}: tensor {name} has shape {tuple(given)}, not {tuple(wanted)}; the file and "
            "what it says about itself do not fit, download it again"
        )

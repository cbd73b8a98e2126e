"""The seam between files of weights and what is made of them: named tensors, as float32.

Every source speaks GGUF's names (`blk.0.attn_q.weight`), whatever its files call them, and GGUF's
conventions: a normalisation's weight is the factor itself. Whether query and key rows come in
interleaved rotary pairs is a property of the model (`Architecture.interleaved`), not of the seam.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from underdog.errors import ModelFileError

_MOST = 65504.0


class TensorSource(Protocol):
    """Named tensors of a model."""

    def __contains__(self, name: str, /) -> bool:
        """Whether there is a tensor of that name."""
        ...

    def tensor(self, name: str, *shape: int) -> NDArray[np.float32]:
        """A tensor's values.

        Args:
            name: Its name.
            shape: The extents that it must have; 0 stands for any.

        Raises:
            ModelFileError: It is missing, damaged, of another shape, or of an unknown format.
        """
        ...


def mapped(path: Path) -> NDArray[np.uint8]:
    """The bytes of a file, read as they are looked at.

    Raises:
        ModelFileError: The file cannot be mapped.
    """
    try:
        return np.memmap(path, dtype=np.uint8, mode="r")
    except (OSError, ValueError) as error:
        raise ModelFileError(f"cannot map the file {path} into memory: {error}") from error


def check_values(path: Path, name: str, values: NDArray[np.float32]) -> NDArray[np.float32]:
    """The values, when all are numbers that half precision can hold.

    Args:
        path: The file, for the message.
        name: The tensor, for the message.
        values: Its values.

    Raises:
        ModelFileError: One is infinite, no number, or beyond reason.
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
        given: Its extents.
        wanted: The extents that it must have; 0 stands for any.

    Raises:
        ModelFileError: They differ.
    """
    if len(given) != len(wanted) or any(
        extent not in (0, found) for found, extent in zip(given, wanted, strict=True)
    ):
        raise ModelFileError(
            f"{path}: tensor {name} has shape {tuple(given)}, not {tuple(wanted)}; the file and "
            "what it says about itself do not fit, download it again"
        )

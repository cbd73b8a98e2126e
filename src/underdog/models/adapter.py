"""A LoRA adapter as data: the matrices that it changes, and its low-rank factors."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from underdog.models.tensor_source import TensorSource


@dataclass(frozen=True, slots=True)
class LowRank:
    """The low-rank update of one matrix: scale * up @ down.

    Attributes:
        down: Tensor name, in the adapter's file, of the factor of shape (rank, inputs).
        up: Tensor name, in the adapter's file, of the factor of shape (outputs, rank).
        rank: Rank of the update.
        scale: Factor of the product.
    """

    down: str
    up: str
    rank: int
    scale: float


@dataclass(frozen=True, slots=True)
class Adapter:
    """An adapter that has been checked but not merged.

    Attributes:
        path: The adapter's file or folder.
        digest: SHA-256 of the adapter's files.
        family: The family of models that it was made for; empty when not stated.
        interleaved: Whether its query and key rows come in interleaved rotary pairs.
        tensors: The factors.
        updates: The updates, by the changed matrix's name in GGUF files.
    """

    path: Path
    digest: str
    family: str
    interleaved: bool
    tensors: TensorSource
    updates: Mapping[str, LowRank]

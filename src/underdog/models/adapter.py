"""A LoRA adapter that has been looked at: which matrices it changes, and by what."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from underdog.models.tensor_source import TensorSource


@dataclass(frozen=True, slots=True)
class LowRank:
    """The update of one matrix.

    Attributes:
        down: Name of the factor of shape (rank, inputs), in the adapter's file.
        up: Name of the factor of shape (outputs, rank).
        rank: What the two share.
        scale: What their product is multiplied by.
    """

    down: str
    up: str
    rank: int
    scale: float


@dataclass(frozen=True, slots=True)
class Adapter:
    """An adapter that has been looked at, not merged.

    Attributes:
        path: Its file or folder.
        digest: SHA-256 of what was read.
        family: The family of models that it was made for; empty when it does not say.
        interleaved: Whether its query and key rows come in interleaved rotary pairs.
        tensors: Its factors.
        updates: What it changes, by the matrix's name in GGUF files.
    """

    path: Path
    digest: str
    family: str
    interleaved: bool
    tensors: TensorSource
    updates: Mapping[str, LowRank]

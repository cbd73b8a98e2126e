"""LoRA adapters, merged into a model's weights as they are read (arXiv 2106.09685).

An adapter changes a matrix W to W + scale * up @ down, where `up` and `down` have a low rank. The
sum is computed in float32 before quantisation, so an adapted model costs nothing extra to run.
Adapters come as PEFT folders (`peft_adapter`) or GGUF files (`gguf_adapter`); only one adapter can
be merged.
"""

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from underdog.errors import ModelFileError
from underdog.models.adapter import Adapter, LowRank
from underdog.models.architecture import Architecture
from underdog.models.families import family_of
from underdog.models.open_model import OpenModel
from underdog.models.tensor_source import TensorSource, check_values

Floats = NDArray[np.float32]

_ROTATED = ("attn_q.weight", "attn_k.weight")


class AdaptedTensors:
    """A model's tensors with an adapter merged in.

    Args:
        model: The model's file or folder, for messages.
        base: The model's tensors without the adapter.
        adapter: The adapter.
        architecture: The model's architecture.

    Raises:
        ModelFileError: The adapter changes a matrix that the model does not have.
    """

    def __init__(
        self, model: Path, base: TensorSource, adapter: Adapter, architecture: Architecture
    ) -> None:
        missing = [name for name in adapter.updates if name not in base]
        if missing:
            raise ModelFileError(
                f"the adapter {adapter.path} changes {missing[0]}, which {model} has not; give "
                "the adapter the model that it was trained on"
            )
        self._model = model
        self._base = base
        self._adapter = adapter
        self._architecture = architecture

    def __contains__(self, name: str) -> bool:
        return name in self._base

    def tensor(self, name: str, *shape: int) -> Floats:
        """A tensor's values as float32, with the adapter merged in.

        Args:
            name: The tensor's name in GGUF files.
            shape: The required shape, slowest axis first; 0 stands for any extent.

        Raises:
            ModelFileError: A tensor of model or adapter is missing, damaged or of another shape.
        """
        weights = self._base.tensor(name, *shape)
        update = self._adapter.updates.get(name)
        return weights if update is None else self._merged(name, weights, update)

    def _merged(self, name: str, weights: Floats, update: LowRank) -> Floats:
        tensors, path = self._adapter.tensors, self._adapter.path
        down = tensors.tensor(update.down, update.rank, 0)
        up = tensors.tensor(update.up, 0, update.rank)
        if weights.shape != (len(up), down.shape[1]):
            raise ModelFileError(
                f"the adapter {path} changes {name} as {len(up)} x {down.shape[1]}, but that of "
                f"{self._model} is {' x '.join(map(str, weights.shape))}; give the adapter the "
                "model that it was trained on"
            )
        if name.endswith(_ROTATED):
            up = self._arranged(up)
        with np.errstate(all="ignore"):
            change: Floats = np.matmul(up, down)
            change *= update.scale
            change += weights
        return check_values(path, f"{name} with the adapter", change)

    def _arranged(self, up: Floats) -> Floats:
        """The factor `up` with the rotary rows of every head in the model's order."""
        interleaved = self._architecture.interleaved
        if self._adapter.interleaved == interleaved:
            return up
        pairs = self._architecture.head_size // 2
        inner = (2, pairs) if interleaved else (pairs, 2)
        return up.reshape(-1, *inner, up.shape[1]).swapaxes(1, 2).reshape(up.shape)


def adapted(model: OpenModel, path: Path) -> OpenModel:
    """A model with an adapter, which is merged when the weights are read.

    Args:
        model: The model without the adapter.
        path: The adapter: a PEFT folder or a GGUF file.

    Raises:
        ModelFileError: The adapter cannot be read or merged, or was made for another family.
    """
    adapter = open_adapter(path)
    family = model.architecture.family
    if adapter.family and family_of(adapter.family) != family_of(family):
        raise ModelFileError(
            f"the adapter {path} is for {adapter.family!r} models, but {model.path} is of the "
            f"family {family!r}; give the adapter the model that it was trained on"
        )

    def tensors() -> TensorSource:
        return AdaptedTensors(model.path, model.open_tensors(), adapter, model.architecture)

    digest = hashlib.sha256(f"{model.digest} {adapter.digest}".encode()).hexdigest()
    return replace(model, digest=digest, open_tensors=tensors)


def open_adapter(path: Path) -> Adapter:
    """The adapter in a folder or file, checked but not merged.

    Args:
        path: A folder with `adapter_config.json` and `adapter_model.safetensors`, or a GGUF file.

    Raises:
        ModelFileError: The adapter is missing, damaged, or of a kind that cannot be merged.
    """
    from underdog.models.folder.peft_adapter import read_peft_adapter
    from underdog.models.gguf.gguf_adapter import read_gguf_adapter

    return read_peft_adapter(path) if path.is_dir() else read_gguf_adapter(path)

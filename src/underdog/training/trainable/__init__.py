"""Which parameters of a model are trained: one choice per file."""

from typing import Any, Protocol

from underdog.registry import Registry


class Trainable(Protocol):
    """A choice of parameters."""

    def apply(self, model: Any, seed: int) -> Any:
        """The model with only these parameters trainable.

        Args:
            model: A causal language model of the transformers library.
            seed: Of new parameters.

        Raises:
            ConfigError: The model has no such parameters.
        """
        ...

    def merged(self, model: Any) -> Any:
        """The trained model as plain weights, without adapters."""
        ...


trainables: Registry[Trainable] = Registry("trainable", __name__)
"""Choices of trainable parameters by name."""

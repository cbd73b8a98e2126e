"""The last layers are trained: twice the tokens per second of all of them."""

from typing import Any

from underdog.errors import ConfigError
from underdog.training.trainable import trainables


@trainables.register("top")
class TopLayers:
    """Train the last `layers` decoder layers and the final normalisation.

    Args:
        layers: How many layers, from the top.
    """

    def __init__(self, layers: int = 8) -> None:
        if layers < 1:
            raise ValueError(f"layers must be at least 1, not {layers!r}")
        self._layers = layers

    def apply(self, model: Any, seed: int) -> Any:
        """The model with its last layers trainable. Raises `ConfigError` when it has fewer."""
        layers = model.model.layers
        if self._layers > len(layers):
            raise ConfigError(
                f"the model has {len(layers)} layers; top:layers={self._layers} has more"
            )
        model.requires_grad_(False)
        for layer in layers[len(layers) - self._layers :]:
            layer.requires_grad_(True)
        model.model.norm.requires_grad_(True)
        return model

    def merged(self, model: Any) -> Any:
        """The model itself."""
        return model

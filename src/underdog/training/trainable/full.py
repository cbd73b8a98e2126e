"""Every parameter is trained."""

from typing import Any

from underdog.training.trainable import trainables


@trainables.register("full")
class Full:
    """Train all parameters."""

    def apply(self, model: Any, seed: int) -> Any:
        """The model, all of it trainable."""
        model.requires_grad_(True)
        return model

    def merged(self, model: Any) -> Any:
        """The model itself."""
        return model

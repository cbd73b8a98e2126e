"""What is learned: one objective per file."""

from typing import TYPE_CHECKING, Any, Protocol

from underdog.registry import Registry

if TYPE_CHECKING:
    from underdog.training.feeding.length_buckets import TokenBatch


class Objective(Protocol):
    """A loss over a batch."""

    def loss(self, model: Any, batch: "TokenBatch") -> Any:
        """The weighted sum of the batch's losses, a differentiable scalar tensor.

        The trainer divides by the loss weight of the whole step, so that batches of one step weigh
        by their tokens.

        Args:
            model: A causal language model of the transformers library.
            batch: The items.
        """
        ...


objectives: Registry[Objective] = Registry("objective", __name__)
"""Objectives by name."""

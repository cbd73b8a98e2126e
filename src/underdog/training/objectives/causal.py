"""Predict each weighted token from those before it."""

from typing import Any

from underdog.training.length_buckets import TokenBatch
from underdog.training.objectives import objectives


@objectives.register("causal")
class Causal:
    """Weighted negative log-likelihood of the tokens that carry loss, in nats.

    The output head reads only the positions that predict such a token: with a large vocabulary and
    a prompt that carries no loss, the head is most of what can be saved.
    """

    def loss(self, model: Any, batch: TokenBatch) -> Any:
        """Sum of weight times negative log-likelihood over the batch."""
        import torch
        import torch.nn.functional as functional

        ids, weights = padded(batch, model.device)
        hidden = body_of(model)(input_ids=ids, use_cache=False).last_hidden_state
        rows, places = torch.nonzero(weights[:, 1:], as_tuple=True)
        logits = model.get_output_embeddings()(hidden[rows, places]).float()
        losses = functional.cross_entropy(logits, ids[rows, places + 1], reduction="none")
        return (losses * weights[rows, places + 1]).sum()


def padded(batch: TokenBatch, device: Any) -> tuple[Any, Any]:
    """Token ids and weights of a batch, padded on the right with weight 0.

    Returns:
        Tensors of shape (rows, longest): ids as int64, weights as float32.
    """
    import torch

    longest = max(len(item.tokens) for item in batch.items)
    ends = [longest - len(item.tokens) for item in batch.items]
    rows = zip(batch.items, ends, strict=True)
    ids = torch.tensor([[*item.tokens, *[0] * end] for item, end in rows])
    rows = zip(batch.items, ends, strict=True)
    weights = torch.tensor([[*item.weights, *[0.0] * end] for item, end in rows])
    return ids.to(device), weights.to(device)


def body_of(model: Any) -> Any:
    """The model without its head, below any adapter's wrapping."""
    base = model.get_base_model() if hasattr(model, "get_base_model") else model
    return base.model

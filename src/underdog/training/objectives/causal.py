"""Predict each weighted token from those before it."""

import importlib
from typing import Any

from underdog.training.feeding.length_buckets import TokenBatch
from underdog.training.objectives import objectives


@objectives.register("causal")
class Causal:
    """Weighted negative log-likelihood of the tokens that carry loss, in nats.

    The output head reads only the positions that predict such a token: with a large vocabulary and
    a prompt that carries no loss, the head is most of what can be saved. More than `chunk` of them
    are read in pieces, whose logits are computed anew in the backward pass and never kept.

    Args:
        chunk: Most positions that the head reads at once.
    """

    def __init__(self, chunk: int = 4096) -> None:
        if chunk < 1:
            raise ValueError(f"chunk must be at least 1, not {chunk!r}")
        self._chunk = chunk

    def loss(self, model: Any, batch: TokenBatch) -> Any:
        """Sum of weight times negative log-likelihood over the batch."""
        import torch

        checkpoint: Any = importlib.import_module("torch.utils.checkpoint").checkpoint
        ids, weights, boundaries = laid_out(batch, model.device)
        states = body_of(model)(input_ids=ids, use_cache=False, **boundaries).last_hidden_state
        rows, places = torch.nonzero(weights[:, 1:], as_tuple=True)
        read = states[rows, places], ids[rows, places + 1], weights[rows, places + 1]
        head = model.get_output_embeddings()
        if len(rows) <= self._chunk:
            return _weighted_loss(head, *read)
        pieces = zip(*(part.split(self._chunk) for part in read), strict=True)
        losses = [checkpoint(_weighted_loss, head, *one, use_reentrant=False) for one in pieces]
        return torch.stack(losses).sum()


def _weighted_loss(head: Any, states: Any, tokens: Any, weights: Any) -> Any:
    """Sum of the weighted losses of some positions."""
    from torch.nn.functional import cross_entropy

    losses = cross_entropy(head(states).float(), tokens, reduction="none")
    return (losses * weights).sum()


def laid_out(batch: TokenBatch, device: Any) -> tuple[Any, Any, dict[str, Any]]:
    """A batch as tensors: rows padded on the right with weight 0, or one packed row.

    Returns:
        Ids as int64 and weights as float32, both of shape (rows, longest), and further arguments
        of the model: for a packed row, positions and boundaries of its items.
    """
    import torch

    if not batch.packed:
        return *padded(batch, device), {}
    lengths = tuple(len(item.tokens) for item in batch.items)
    ids = torch.tensor([[token for item in batch.items for token in item.tokens]])
    weights = torch.tensor(
        [[weight for item in batch.items for weight in (0.0, *item.weights[1:])]],
        dtype=torch.float32,
    )
    positions = torch.cat([torch.arange(length) for length in lengths])[None]
    ends = torch.tensor((0, *lengths)).cumsum(0, dtype=torch.int32)
    boundaries = {"item_lengths": lengths, "item_ends": ends.to(device)}
    return ids.to(device), weights.to(device), {"position_ids": positions.to(device), **boundaries}


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

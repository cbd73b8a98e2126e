"""A training loop that anybody would write: transformers' model, AdamW, head where loss is."""

from collections.abc import Callable
from typing import Any


def plain_step(model: Any, ids: Any, weights: Any, rate: float) -> Callable[[], float]:
    """A function that does one optimiser step on a batch and returns its loss.

    Args:
        model: A causal language model, with or without an adapter.
        ids: Token ids, (rows, length).
        weights: Loss weights of the tokens, (rows, length).
        rate: Learning rate.
    """
    import torch
    import torch.nn.functional as functional

    trained = [one for one in model.parameters() if one.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=rate, betas=(0.9, 0.99), weight_decay=0.0)
    base = model.get_base_model() if hasattr(model, "get_base_model") else model
    rows, places = torch.nonzero(weights[:, 1:], as_tuple=True)

    def step() -> float:
        optimizer.zero_grad(set_to_none=True)
        hidden = base.model(input_ids=ids, use_cache=False).last_hidden_state
        logits = base.lm_head(hidden[rows, places])
        loss = functional.cross_entropy(logits, ids[rows, places + 1])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        return float(loss.detach())

    return step

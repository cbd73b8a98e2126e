"""Greedy replies of a model in memory, many prompts at once: what studies of tiny models ask for.

Prompts of one length are read together, so that no padding and no mask is needed; rows that have
ended leave the batch. The engines serve a finished model; this one needs no file and no compiling.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

ROWS = 512


def greedy_replies(
    model: Any,
    prompts: Sequence[Sequence[int]],
    ends: Sequence[int],
    most_tokens: int,
    rows: int = ROWS,
) -> list[tuple[int, ...]]:
    """The likeliest token after each prompt, again and again, until one ends the turn.

    Args:
        model: A causal language model of the transformers library.
        prompts: Token ids of each prompt, at least one each.
        ends: Tokens that end a turn.
        most_tokens: Tokens of a reply at most.
        rows: Prompts that are read together at most.

    Returns:
        Tokens of each reply, without the one that ended it, in the order of the prompts.
    """
    import torch

    groups: defaultdict[int, list[int]] = defaultdict(list)
    for place, prompt in enumerate(prompts):
        groups[len(prompt)].append(place)
    replies: list[tuple[int, ...]] = [()] * len(prompts)
    training = model.training
    model.eval()
    with torch.inference_mode():
        for places in groups.values():
            for at in range(0, len(places), rows):
                some = places[at : at + rows]
                found = _continued(model, [prompts[place] for place in some], ends, most_tokens)
                for place, reply in zip(some, found, strict=True):
                    replies[place] = reply
    model.train(training)
    return replies


def _continued(
    model: Any, prompts: Sequence[Sequence[int]], ends: Sequence[int], most_tokens: int
) -> list[tuple[int, ...]]:
    """Replies to prompts of one length."""
    import torch

    replies: list[list[int]] = [[] for _ in prompts]
    active = list(range(len(prompts)))
    step = torch.tensor([list(prompt) for prompt in prompts], device=model.device)
    cache = None
    for number in range(most_tokens):
        read = model(input_ids=step, past_key_values=cache, use_cache=True, logits_to_keep=1)
        cache = read.past_key_values
        chosen: list[int] = read.logits[:, -1].argmax(-1).tolist()
        kept = [row for row, token in enumerate(chosen) if token not in ends]
        for row in kept:
            replies[active[row]].append(chosen[row])
        if not kept or number + 1 == most_tokens:
            break
        if len(kept) < len(active):
            cache.batch_select_indices(torch.tensor(kept, device=model.device))
        active = [active[row] for row in kept]
        step = torch.tensor([[chosen[row]] for row in kept], device=model.device)
    return [tuple(reply) for reply in replies]

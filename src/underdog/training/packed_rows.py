"""Batches of training items one after another in a single row: what a GPU reads best.

No padding, one kernel for all items of a row, and as many tokens in every batch. Positions begin
anew in each item and attention stays within it. The boundaries are handed to an attention of ours:
transformers would find them in the positions, but only where no mask is given; with a mask of ones
the items of a row read one another without a word. On a CUDA device attention is FlashAttention
over rows of any lengths; elsewhere one call an item, where length buckets are the better choice.
"""

import importlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from underdog.seeds import derive
from underdog.training.feeding.encoding import Encoded
from underdog.training.feeding.length_buckets import LengthBuckets, TokenBatch
from underdog.training.objectives.causal import body_of

ATTENTION = "within_items"
_VARLEN = (2, 13)


class PackedRows(LengthBuckets):
    """An endless stream of batches of one row each; arguments as of `LengthBuckets`."""

    packed = True

    def cut(self, items: Sequence[Encoded], buffer: int) -> list[TokenBatch]:
        """Rows of at most `batch_tokens`, filled in an order that hangs on seed and buffer."""
        shuffled = np.random.default_rng(derive("rows", self.seed, buffer))
        rows: list[list[Encoded]] = [[]]
        used = 0
        for place in shuffled.permutation(len(items)):
            item = items[int(place)]
            length = len(item.tokens)
            if rows[-1] and used + length > self.batch_tokens:
                rows.append([])
                used = 0
            rows[-1].append(item)
            used += length
        return [TokenBatch(tuple(row), packed=True) for row in rows]


def attend_within_items(model: Any) -> None:
    """Make a model of the transformers library read packed rows; other batches as before."""
    transformers: Any = importlib.import_module("transformers")
    transformers.AttentionInterface.register(ATTENTION, _attention)
    body_of(model).set_attn_implementation(ATTENTION)


def _attention(
    module: Any,
    query: Any,
    key: Any,
    value: Any,
    attention_mask: Any,
    scaling: float | None = None,
    item_lengths: tuple[int, ...] = (),
    item_ends: Any = None,
    **_: Any,
) -> tuple[Any, None]:
    """Causal attention within each item of a row.

    Args:
        module: The layer that calls.
        query: Tensor of shape (rows, heads, tokens, head size).
        key: The same with the heads of keys and values.
        value: The same with the heads of keys and values.
        attention_mask: None is read.
        scaling: Factor of the products.
        item_lengths: Tokens of each item of the only row; empty for rows of one item each.
        item_ends: 0 and the end of each item, as int32 on the device.
    """
    import torch
    from torch.nn.functional import scaled_dot_product_attention

    lengths = item_lengths or (query.shape[2],)
    if query.is_cuda and value.dtype is torch.bfloat16 and item_lengths and _has_varlen():
        return _varlen(query, key, value, item_ends, max(lengths), scaling), None
    pieces = (one.split(lengths, dim=2) for one in (query, key, value))
    read = [
        scaled_dot_product_attention(*piece, is_causal=True, scale=scaling, enable_gqa=True)
        for piece in zip(*pieces, strict=True)
    ]
    return torch.cat(read, dim=2).transpose(1, 2), None


def _varlen(query: Any, key: Any, value: Any, ends: Any, longest: int, scale: float | None) -> Any:
    varlen_attn: Any = importlib.import_module("torch.nn.attention.varlen").varlen_attn

    heads = [one[0].transpose(0, 1).to(value.dtype) for one in (query, key, value)]
    limits = (ends, ends, longest, longest)
    read: Any = varlen_attn(*heads, *limits, scale=scale, window_size=(-1, 0), enable_gqa=True)
    return read[None]


def _has_varlen() -> bool:
    import torch

    return tuple(int(part) for part in torch.__version__.split(".")[:2]) >= _VARLEN

"""Rotary position embeddings of a `config.json`, with their scaling for longer contexts.

`linear` divides every frequency by one factor (arXiv 2306.15595); `llama3` keeps high frequencies,
divides low ones and interpolates between. Other scalings are refused: they depend on the length of
the text or change the attention's temperature.
"""

import math
from typing import Any

from underdog.errors import ModelFileError
from underdog.models.architecture import Rope
from underdog.models.entries import Entries


def read_rope(given: dict[str, Any], default_base: float, head_size: int) -> Rope:
    """The rotary embedding that a `rope_parameters` or `rope_scaling` object describes.

    Args:
        given: The decoded object, with `rope_theta` inside.
        default_base: Base of the frequencies where the object has no `rope_theta`.
        head_size: Width of an attention head.

    Raises:
        ModelFileError: The kind of scaling is not supported, or a number is out of range.
    """
    get = Entries(given)
    kind = given.get("rope_type", given.get("type", "default"))
    if get.real("partial_rotary_factor", 1.0) != 1.0:
        raise ModelFileError(
            "the model rotates a part of each head; the openvino engine rotates all of it"
        )
    base = get.real("rope_theta", default_base)
    if kind in (None, "default"):
        return Rope(base)
    if kind == "linear":
        return Rope(base, (get.real("factor", 1.0),) * (head_size // 2))
    if kind == "llama3":
        return Rope(base, _llama3(get, base, head_size))
    raise ModelFileError(
        f"the openvino engine stretches rotary frequencies as linear or llama3, not as {kind!r}"
    )


def _llama3(get: Entries, base: float, head_size: int) -> tuple[float, ...]:
    factor = get.real("factor", 8.0)
    low, high = get.real("low_freq_factor", 1.0), get.real("high_freq_factor", 4.0)
    trained = get.whole("original_max_position_embeddings", 8192)
    if high <= low:
        raise get.wrong("high_freq_factor")

    def divisor(pair: int) -> float:
        turns = trained / (2 * math.pi * base ** (2 * pair / head_size))
        kept = min(max((turns - low) / (high - low), 0.0), 1.0)
        return 1.0 / ((1.0 - kept) / factor + kept)

    return tuple(divisor(pair) for pair in range(head_size // 2))

"""Size of the KV cache: how many rows can be decoded side by side in the free memory.

Every row may come to fill its share of the cache, so the size of the whole cache is compared with
free memory before it is allocated, although the system hands out pages only as they are written.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from underdog.engines.openvino.compiled.cache_blocks import BLOCK_TOKENS, blocks_for
from underdog.errors import EngineError
from underdog.models.architecture import Architecture

T = TypeVar("T")

_LOG = logging.getLogger(__name__)

AUTOMATIC = 0
"""Value of `max_rows` for a number of rows chosen by free memory."""

_MOST_AUTOMATIC = 32
_AUTOMATIC_SHARE = 0.5
_SPARE_PROMPTS = 2


@dataclass(frozen=True, slots=True)
class CachePlan:
    """Dimensions of a KV cache.

    Attributes:
        max_rows: Rows decoded side by side.
        context_tokens: Longest prompt plus completion of a row, in tokens.
        block_bytes: Size of one cache block, all layers together.
    """

    max_rows: int
    context_tokens: int
    block_bytes: int

    @property
    def num_blocks(self) -> int:
        """Number of blocks for all rows and for prompts that are read ahead."""
        return (self.max_rows + _SPARE_PROMPTS) * (blocks_for(self.context_tokens) + 1)

    @property
    def size_bytes(self) -> int:
        """Size of the cache in bytes, with the spare block that belongs to no sequence."""
        return (self.num_blocks + 1) * self.block_bytes


def block_bytes(architecture: Architecture, value_bytes: int) -> int:
    """Bytes of one cache block: keys and values of its tokens in every layer."""
    return 2 * architecture.num_layers * architecture.kv_size * BLOCK_TOKENS * value_bytes


def planned(asked: CachePlan, free_bytes: int) -> CachePlan:
    """The cache that is asked for, or one for fewer rows when memory is short.

    Args:
        asked: The cache that is asked for; `max_rows=0` for as many rows as take half of the free
            memory, at most 32.
        free_bytes: Free memory.

    Raises:
        EngineError: Not even one row fits.
    """
    automatic = asked.max_rows == AUTOMATIC
    plan = replace(asked, max_rows=_MOST_AUTOMATIC) if automatic else asked
    room = int(free_bytes * _AUTOMATIC_SHARE) if automatic else free_bytes
    while plan.size_bytes > room and plan.max_rows > 1:
        plan = _halved(plan)
    if plan.size_bytes > free_bytes:
        raise _too_large(plan, f"of {_gigabytes(free_bytes)} that are free")
    return plan


def with_cache(
    asked: CachePlan, free_bytes: int, build: Callable[[CachePlan], T]
) -> tuple[T, CachePlan]:
    """Build an object that holds a cache, halving the number of rows while memory is too short.

    Args:
        asked: The cache that is asked for.
        free_bytes: Free memory.
        build: Allocates the cache of a plan, or raises `MemoryError`.

    Returns:
        The object built, and the plan that it was built for.

    Raises:
        EngineError: Not even one row fits.
    """
    plan = planned(asked, free_bytes)
    while True:
        try:
            built = build(plan)
            break
        except MemoryError as error:
            if plan.max_rows == 1:
                raise _too_large(plan, "and could not be had") from error
            plan = _halved(plan)
    if plan.max_rows < (asked.max_rows or planned(asked, free_bytes).max_rows):
        _LOG.warning(
            "%d rows are decoded side by side instead of %d: there is memory for no more at %d "
            "tokens of context",
            plan.max_rows,
            asked.max_rows or _MOST_AUTOMATIC,
            plan.context_tokens,
        )
    return built, plan


def _halved(plan: CachePlan) -> CachePlan:
    return replace(plan, max_rows=max(1, plan.max_rows // 2))


def _too_large(plan: CachePlan, why: str) -> EngineError:
    return EngineError(
        f"the key-value cache for one row of {plan.context_tokens} tokens takes "
        f"{_gigabytes(plan.size_bytes)} {why}; lower context_tokens, use a smaller model or free "
        "memory"
    )


def _gigabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1e9:.2f} GB"

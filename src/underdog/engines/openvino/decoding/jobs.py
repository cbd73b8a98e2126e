"""What the decoding loop works on: a prompt with its rows, or a continuation to score."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from time import monotonic
from typing import TypeAlias

import numpy as np

from underdog.core import Completion, ModelShape, SamplingParams, Usage
from underdog.engines.charging import charge
from underdog.engines.openvino.compiled.cache_blocks import (
    BLOCK_TOKENS,
    BlockPool,
    block_digests,
    blocks_for,
)
from underdog.engines.openvino.compiled.decoder import Logits, TokenChunk, fitting
from underdog.engines.openvino.decoding.row import DecodingRow
from underdog.engines.shaping.constraints import Matcher
from underdog.engines.shaping.penalties import Ints
from underdog.engines.shaping.shaper import Shaper


@dataclass(slots=True, eq=False)
class PromptReading:
    """A sequence that is being read into the cache.

    Attributes:
        tokens: All of it.
        first_logit: The first position whose logits are wanted.
        blocks: Where its keys and values go; empty until it is begun.
        past: Tokens read so far.
        cached: Tokens that the prefix cache served.
    """

    tokens: list[int]
    first_logit: int
    blocks: list[int] = field(default_factory=list[int])
    past: int = 0
    cached: int = 0
    _digests: list[bytes] = field(default_factory=list[bytes])

    @property
    def done(self) -> bool:
        """Whether all of it has been read."""
        return self.past == len(self.tokens)

    def begin(self, pool: BlockPool) -> None:
        """Find what is known of it and take blocks for the rest.

        What logits are wanted for stays to be read, and at least two tokens: a lone one would be
        read by another kernel with other rounding.
        """
        self._digests = block_digests(self.tokens)
        known = max(0, min(self.first_logit, len(self.tokens) - 2)) // BLOCK_TOKENS
        self.blocks = pool.find(self._digests[:known])
        self.past = self.cached = len(self.blocks) * BLOCK_TOKENS
        while len(self.blocks) < blocks_for(len(self.tokens)):
            self.blocks.append(pool.take())

    def keep(self, pool: BlockPool) -> None:
        """Let later prompts find the blocks that have been read or are read in this step."""
        full = self.past // BLOCK_TOKENS
        for digest, block in zip(self._digests[:full], self.blocks, strict=False):
            pool.keep(digest, block)

    def chunk(self, room: int, temperature: float = 1.0) -> TokenChunk | None:
        """The next tokens to read, at most `room`."""
        size = fitting(len(self.tokens) - self.past, room)
        if not size:
            return None
        tokens = self.tokens[self.past : self.past + size]
        wanted = min(size, max(0, self.first_logit - self.past))
        chunk = TokenChunk(tokens, self.past, self.blocks, wanted, temperature)
        self.past += size
        return chunk


@dataclass(eq=False)
class SampleJob:
    """A request for completions of one prompt."""

    reading: PromptReading
    params: SamplingParams
    seeds: tuple[int, ...]
    limit: int
    deliver: Callable[[list[Completion] | BaseException], None]
    matcher: Matcher | None = None
    tell: Callable[[str], None] | None = None
    logits: Logits | None = None
    cancelled: bool = False
    started: float = field(default_factory=monotonic)
    next_row: int = 0
    completions: dict[int, Completion] = field(default_factory=dict[int, Completion])

    @property
    def reserve(self) -> int:
        """Blocks to set aside before the prompt is begun: for it, and so that a row can follow."""
        return blocks_for(len(self.reading.tokens)) + self.row_reserve

    @property
    def row_reserve(self) -> int:
        """Further blocks that one of its rows may need."""
        prompt = len(self.reading.tokens)
        return blocks_for(prompt + self.limit) - prompt // BLOCK_TOKENS

    def further_reserve(self) -> int:
        """Blocks to set aside for the next row; the first one's are already."""
        return self.row_reserve if self.next_row else 0

    @property
    def rows_left(self) -> int:
        """Rows that are not begun."""
        return len(self.seeds) - self.next_row

    def next_chunk(self, room: int, logit_room: int) -> TokenChunk | None:
        """The next part of the prompt to read; it wants one position's logits at most."""
        del logit_room
        return self.reading.chunk(room, self.params.temperature or 1.0)

    def new_row(self, pool: BlockPool) -> DecodingRow:
        """A row that shares the prompt's full blocks; its last one is for the caller to copy."""
        full = len(self.reading.tokens) // BLOCK_TOKENS
        blocks = [pool.share(block) for block in self.reading.blocks[:full]]
        place = self.next_row
        self.next_row += 1
        past = len(self.reading.tokens)
        shaper = self._shaper() if self.params.shaped else None
        return DecodingRow(place, self.seeds[place], self.params, self.limit, past, blocks, shaper)

    def record(self, row: DecodingRow, shape: ModelShape) -> bool:
        """Keep a finished row's completion; whether it was the last one."""
        self.completions[row.place] = row.completion(self._usage(row, shape))
        return len(self.completions) == len(self.seeds)

    def hand_over(self) -> None:
        """Deliver all completions in the order of their seeds."""
        self.deliver([self.completions[place] for place in range(len(self.seeds))])

    def _shaper(self) -> Shaper:
        matcher = self.matcher.fresh() if self.matcher is not None else None
        return Shaper(self.params, self._distinct, matcher)

    @cached_property
    def _distinct(self) -> Ints:
        """The distinct tokens of the prompt."""
        return np.unique(np.array(self.reading.tokens, np.int64))

    def _usage(self, row: DecodingRow, shape: ModelShape) -> Usage:
        prompt = len(self.reading.tokens)
        first = row.place == 0
        return charge(
            prompt_tokens=prompt if first else 0,
            cached_prompt_tokens=self.reading.cached if first else 0,
            generated_tokens=row.num_sampled,
            context_before=prompt,
            seconds=monotonic() - self.started,
            shape=shape,
        )


@dataclass(slots=True, eq=False)
class ScoreJob:
    """A request for the log-probabilities of given tokens."""

    reading: PromptReading
    deliver: Callable[[list[float] | BaseException], None]
    logprobs: list[float] = field(default_factory=list[float])
    cancelled: bool = False

    @property
    def reserve(self) -> int:
        """Blocks to set aside before it is begun."""
        return blocks_for(len(self.reading.tokens))

    def next_chunk(self, room: int, logit_room: int) -> TokenChunk | None:
        """The next part to read, with at most `logit_room` positions that are scored."""
        silent = max(0, self.reading.first_logit - self.reading.past)
        return self.reading.chunk(min(room, silent + logit_room))


Job: TypeAlias = SampleJob | ScoreJob

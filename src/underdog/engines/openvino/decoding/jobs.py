"""Jobs of the decoding loop: a prompt to sample rows for, or a continuation to score."""

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
    """A sequence whose keys and values are being computed into the KV cache (prefill).

    Attributes:
        tokens: All tokens of the sequence.
        first_logit: The first position whose logits are wanted.
        blocks: Indices of its cache blocks; empty until `begin`.
        past: Number of tokens read so far.
        cached: Number of tokens whose keys and values the prefix cache held already.
    """

    tokens: list[int]
    first_logit: int
    blocks: list[int] = field(default_factory=list[int])
    past: int = 0
    cached: int = 0
    _digests: list[bytes] = field(default_factory=list[bytes])

    @property
    def done(self) -> bool:
        """Whether all tokens have been read."""
        return self.past == len(self.tokens)

    def begin(self, pool: BlockPool) -> None:
        """Share the cached blocks of the sequence's prefix and take new blocks for the rest.

        Positions whose logits are wanted are read even when cached, and at least two tokens are:
        a single one would be read by another kernel with other rounding.
        """
        self._digests = block_digests(self.tokens)
        known = max(0, min(self.first_logit, len(self.tokens) - 2)) // BLOCK_TOKENS
        self.blocks = pool.find(self._digests[:known])
        self.past = self.cached = len(self.blocks) * BLOCK_TOKENS
        while len(self.blocks) < blocks_for(len(self.tokens)):
            self.blocks.append(pool.take())

    def keep(self, pool: BlockPool) -> None:
        """Enter the full blocks read so far, this step included, in the prefix cache."""
        full = self.past // BLOCK_TOKENS
        for digest, block in zip(self._digests[:full], self.blocks, strict=False):
            pool.keep(digest, block)

    def chunk(self, room: int, temperature: float = 1.0) -> TokenChunk | None:
        """The next tokens to read, at most `room`; `None` when too few would fit."""
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
    """A request for completions of one prompt, one row per seed.

    Attributes:
        limit: Most tokens that a row may sample.
        deliver: Called once, with the completions in seed order or with an error.
        matcher: The constraint's matcher at the start of a reply; `None` without a constraint.
        tell: Called with a row's new text as it is sampled; `None` when not streamed.
        logits: Logits after the prompt's last token; `None` until the prompt has been read.
        cancelled: Set when the caller no longer wants the result.
        started: Monotonic clock, in seconds, when the job was made.
        next_row: Index of the next row to begin.
        completions: Finished completions by row index.
    """

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
        """Cache blocks to set aside before the prompt is read: for the prompt and its first row."""
        return blocks_for(len(self.reading.tokens)) + self.row_reserve

    @property
    def row_reserve(self) -> int:
        """Most cache blocks that a row may need beyond the prompt's full blocks."""
        prompt = len(self.reading.tokens)
        return blocks_for(prompt + self.limit) - prompt // BLOCK_TOKENS

    def further_reserve(self) -> int:
        """Cache blocks to set aside for the next row; 0 for the first, which `reserve` covers."""
        return self.row_reserve if self.next_row else 0

    @property
    def rows_left(self) -> int:
        """Number of rows that have not begun."""
        return len(self.seeds) - self.next_row

    def next_chunk(self, room: int, logit_room: int) -> TokenChunk | None:
        """The next part of the prompt to read, at most `room` tokens; logits of one at most."""
        del logit_room
        return self.reading.chunk(room, self.params.temperature or 1.0)

    def new_row(self, pool: BlockPool) -> DecodingRow:
        """A row that shares the prompt's full blocks; the caller copies a partly filled one."""
        full = len(self.reading.tokens) // BLOCK_TOKENS
        blocks = [pool.share(block) for block in self.reading.blocks[:full]]
        place = self.next_row
        self.next_row += 1
        past = len(self.reading.tokens)
        shaper = self._shaper() if self.params.shaped else None
        return DecodingRow(place, self.seeds[place], self.params, self.limit, past, blocks, shaper)

    def record(self, row: DecodingRow, shape: ModelShape) -> bool:
        """Keep a finished row's completion; return whether all rows are finished."""
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
    """A request for the log-probabilities of given tokens.

    Attributes:
        reading: Prompt and continuation; `first_logit` is the prompt's last position.
        deliver: Called once, with the log-probabilities (nats) or with an error.
        logprobs: Log-probabilities of the continuation's tokens so far, in nats.
        cancelled: Set when the caller no longer wants the result.
    """

    reading: PromptReading
    deliver: Callable[[list[float] | BaseException], None]
    logprobs: list[float] = field(default_factory=list[float])
    cancelled: bool = False

    @property
    def reserve(self) -> int:
        """Cache blocks to set aside before the sequence is read."""
        return blocks_for(len(self.reading.tokens))

    def next_chunk(self, room: int, logit_room: int) -> TokenChunk | None:
        """The next part to read: at most `room` tokens, at most `logit_room` of them scored."""
        silent = max(0, self.reading.first_logit - self.reading.past)
        return self.reading.chunk(min(room, silent + logit_room))


Job: TypeAlias = SampleJob | ScoreJob

"""One completion while it is sampled: its tokens, its text, and when it is finished.

Text is kept as bytes, because a character may span tokens. Stop strings may span tokens too; they
are searched for in the bytes, which is safe in UTF-8.
"""

import codecs
from dataclasses import dataclass, field

from underdog.core import Completion, FinishReason, SamplingParams, TokenTrace, Usage
from underdog.engines.shaping.shaper import Shaper
from underdog.models.tokenizer.vocabulary import Vocabulary

_UTF8 = codecs.getincrementaldecoder("utf-8")


@dataclass(slots=True)
class DecodingRow:
    """An unfinished completion.

    Attributes:
        place: Index among the request's rows.
        seed: Seed as the caller gave it.
        params: Sampling parameters.
        limit: Most tokens that may be sampled.
        past: Number of tokens whose keys and values are in the cache.
        blocks: Indices of the cache blocks that hold them.
        shaper: Applies penalties, biases and the constraint; `None` when the row has none.
        last_token: The last sampled token, which the next step reads.
        num_sampled: Number of tokens sampled so far.
        finish: Finish reason; `None` while the row runs.
        stop_string: The stop string that ended the row; `None` without one.
        error: Reason of a failure; `None` without one.
    """

    place: int
    seed: int
    params: SamplingParams
    limit: int
    past: int
    blocks: list[int] = field(default_factory=list[int])
    shaper: Shaper | None = None
    last_token: int = 0
    num_sampled: int = 0
    finish: FinishReason | None = None
    stop_string: str | None = None
    error: str | None = None
    _streamed: int = 0
    _letters: codecs.IncrementalDecoder | None = None
    _text: bytearray = field(default_factory=bytearray)
    _starts: list[int] = field(default_factory=list[int])
    _columns: list[tuple[float, ...]] = field(default_factory=list[tuple[float, ...]])

    def push(self, token: int, numbers: tuple[float, ...], vocabulary: Vocabulary) -> None:
        """Append a sampled token with its token-trace numbers; may finish the row."""
        self.num_sampled += 1
        self.last_token = token
        if token in vocabulary.ends:
            self.finish = "stop"
            return
        start = len(self._text)
        self._starts.append(start)
        self._columns.append(numbers)
        self._text += vocabulary.token_bytes[token]
        complete = self.shaper is not None and self.shaper.accept(token)
        if self._stopped(start):
            return
        if complete:
            self.finish = "stop"
        elif self.num_sampled >= self.limit:
            self.finish = "length"

    def fail(self, reason: str) -> None:
        """End the row with an error and without another token."""
        self.finish = "error"
        self.error = reason

    def news(self) -> str:
        """New text since the last call: whole characters that no stop string can remove later."""
        if self._letters is None:
            self._letters = _UTF8("replace")
        end = len(self._text) - (self._in_doubt() if self.finish is None else 0)
        fresh = bytes(self._text[self._streamed : end])
        self._streamed = max(self._streamed, end)
        return self._letters.decode(fresh)

    def completion(self, usage: Usage) -> Completion:
        """The finished completion."""
        return Completion(
            text=readable(bytes(self._text)),
            finish=self.finish or "length",
            seed=self.seed,
            trace=self._trace(),
            usage=usage,
            stop_string=self.stop_string,
            error=self.error,
        )

    def _stopped(self, start: int) -> bool:
        """Cut the text at the earliest stop string completed by the new bytes; return if cut."""
        found: list[tuple[int, str]] = []
        for stop in filter(None, self.params.stop):
            encoded = stop.encode()
            at = self._text.find(encoded, max(0, start - len(encoded) + 1))
            if at >= 0:
                found.append((at, stop))
        if not found:
            return False
        at, self.stop_string = min(found)
        del self._text[at:]
        self.finish = "stop"
        return True

    def _in_doubt(self) -> int:
        """Number of bytes at the end that may be the beginning of a stop string."""
        longest = 0
        for stop in filter(None, self.params.stop):
            encoded = stop.encode()
            sizes = range(min(len(encoded) - 1, len(self._text)), longest, -1)
            longest = next((n for n in sizes if self._text.endswith(encoded[:n])), longest)
        return longest

    def _trace(self) -> TokenTrace:
        end = len(self._text)
        rows = [
            numbers
            for start, numbers in zip(self._starts, self._columns, strict=True)
            if start < end or self.stop_string is None
        ]
        top_k = self.params.top_logprobs
        if not rows or not top_k:
            return TokenTrace(tuple(numbers[0] for numbers in rows))
        logprobs, confidence, self_certainty = zip(*rows, strict=True)
        return TokenTrace(logprobs, confidence, self_certainty, top_k)


def readable(text: bytes) -> str:
    """Text of UTF-8 bytes, without an incomplete character at the end."""
    return _UTF8("replace").decode(text, final=False)

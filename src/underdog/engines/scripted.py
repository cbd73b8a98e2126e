"""A deterministic engine without a model, for tests, examples and studies of strategies.

Replies come from a function of prompt and seed, or from a table. It keeps the whole contract of an
engine: token counts, log-probabilities, stop strings, token caps, scoring, failures. Its tokens
are words with the white space before them. It samples more than 50,000 short replies a second.
"""

import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

from pydantic import TypeAdapter

from underdog.core import (
    Completion,
    ContinuationScore,
    Engine,
    EngineInfo,
    FinishReason,
    GenerateRequest,
    ModelShape,
    Price,
    Prompt,
    ScoreRequest,
    TokenTrace,
    Usage,
)
from underdog.engines import engines
from underdog.engines.charging import FREE, charge
from underdog.engines.shaping.supported import refuse
from underdog.errors import ContextError, DataError, UsageError
from underdog.files import read_bounded

Script: TypeAlias = Callable[[Prompt, int], str]
Table: TypeAlias = Mapping[str, str | Sequence[str]]

_TOKEN = re.compile(r"\s*\S+|\s+$")
_TABLE = TypeAdapter(dict[str, str | list[str]])
_MAX_TABLE_BYTES = 64 * 1024 * 1024
_UNSUPPORTED = dict.fromkeys(
    ("repetition_penalty", "presence_penalty", "frequency_penalty", "logit_bias", "constraint"),
    "its replies are told, not drawn",
)
ANYTHING = "*"
"""Table key for questions that have no row of their own."""


class ScriptedEngine:
    """An engine whose replies come from a function or a table.

    Args:
        replies: A function of prompt and seed giving the whole reply; or a table from the last
            message's text to one reply or a list of replies, of which seed s gets number s modulo
            their count, with `*` for any other message; or one reply to every prompt. Greedy
            sampling takes seed 0. The part of the reply that the prompt's prefix already contains
            is not repeated.
        name: Model name to report.
        fails: A function of prompt and seed giving the reason why that sample fails, or `None`;
            failed rows come back with `finish="error"`.
        likelihood: A function of prompt and continuation giving the continuation's total
            log-probability, spread evenly over its tokens; unless given, every token has a fixed
            log-probability that depends on its text only.
        pause: Awaited once per call, so that a test decides when the engine answers.
        context_tokens: Longest prompt plus completion, in tokens.
        shape: Architecture for counting FLOPs; without it FLOPs are 0 (unknown).
        price: Price of prompt and generated tokens.

    Example:
        >>> import asyncio
        >>> from underdog.core import Message, SamplingParams
        >>> prompt = Prompt((Message("user", "1+1?"),))
        >>> request = GenerateRequest(prompt, SamplingParams(), seeds=(0, 1))
        >>> engine = ScriptedEngine({"1+1?": ["2", "3"]})
        >>> [row.text for row in asyncio.run(engine.generate([request]))[0]]
        ['2', '3']
    """

    def __init__(
        self,
        replies: Script | Table | str,
        *,
        name: str = "scripted",
        fails: Callable[[Prompt, int], str | None] | None = None,
        likelihood: Callable[[Prompt, str], float] | None = None,
        pause: Callable[[], Awaitable[object]] | None = None,
        context_tokens: int = 1 << 20,
        shape: ModelShape | None = None,
        price: Price = FREE,
    ) -> None:
        self._script = replies if callable(replies) else _look_up(replies)
        self._fails = fails
        self._likelihood = likelihood
        self._pause = pause
        self._info = EngineInfo(
            engine="scripted",
            model=name,
            fingerprint=f"scripted-{name}",
            context_tokens=context_tokens,
            shape=shape,
            price=price,
        )

    @property
    def info(self) -> EngineInfo:
        """Model name, fingerprint, context length and abilities."""
        return self._info

    async def generate(self, requests: Sequence[GenerateRequest]) -> list[list[Completion]]:
        """Completions, one list per request, in the order of its seeds."""
        if self._pause is not None:
            await self._pause()
        for request in requests:
            if request.params.shaped:
                refuse(request.params, "scripted", **_UNSUPPORTED)
        return [self._rows(request) for request in requests]

    async def score(self, requests: Sequence[ScoreRequest]) -> list[ContinuationScore]:
        """Log-probabilities of each request's continuation, in request order.

        Raises:
            ContextError: A prompt and its continuation do not fit the context.
        """
        if self._pause is not None:
            await self._pause()
        return [self._score(request) for request in requests]

    async def aclose(self) -> None:
        """Do nothing: this engine holds no resources."""

    def _rows(self, request: GenerateRequest) -> list[Completion]:
        num_prompt = num_tokens(request.prompt)
        room = min(request.params.max_tokens, self._info.context_tokens - num_prompt)
        if room <= 0 < request.params.max_tokens:
            error = f"ContextError: {num_prompt} prompt tokens leave no room"
            return [Completion("", "error", seed, error=error) for seed in request.seeds]
        return [
            self._row(request, seed, num_prompt, num_prompt if place == 0 else 0, room)
            for place, seed in enumerate(request.seeds)
        ]

    def _row(
        self, request: GenerateRequest, seed: int, num_prompt: int, charged: int, room: int
    ) -> Completion:
        failure = self._fails(request.prompt, seed) if self._fails is not None else None
        if failure is not None:
            return Completion("", "error", seed, usage=Usage(1, charged), error=failure)
        params = request.params
        reply = self._script(request.prompt, 0 if params.greedy else seed)
        said = reply.removeprefix(request.prompt.prefix)
        text, finish, stopped_by, generated, trace = _sample(
            said, params.stop, room, params.top_logprobs
        )
        usage = self._usage(charged, generated, num_prompt)
        return Completion(text, finish, seed, trace, usage, stopped_by)

    def _usage(self, charged: int, generated: int, num_prompt: int) -> Usage:
        if self._info.shape is None and self._info.price is FREE:
            return _counted(charged, generated)
        usage = charge(
            prompt_tokens=charged,
            generated_tokens=generated,
            context_before=num_prompt,
            shape=self._info.shape,
        )
        billed = Usage(prompt_tokens=num_prompt, generated_tokens=generated)
        return replace(usage, cost_usd=self._info.price.cost_usd(billed))

    def _score(self, request: ScoreRequest) -> ContinuationScore:
        tokens = _TOKEN.findall(request.continuation)
        total = num_tokens(request.prompt) + len(tokens)
        if total > self._info.context_tokens:
            raise ContextError(f"{total} tokens do not fit {self._info.context_tokens}")
        logprobs = tuple(_logprob(token) for token in tokens)
        if self._likelihood is not None and tokens:
            share = self._likelihood(request.prompt, request.continuation) / len(tokens)
            logprobs = (share,) * len(tokens)
        usage = charge(
            prompt_tokens=total,
            generated_tokens=0,
            calls=0,
            shape=self._info.shape,
            price=self._info.price,
        )
        return ContinuationScore(logprobs, usage)


@engines.register("scripted")
def open_scripted(model: str = "", reply: str = "") -> Engine:
    """Fixed replies, for trying things out: a JSON table of replies by question, or one reply."""
    if not model:
        return ScriptedEngine(str(reply))
    path = Path(model).expanduser()
    try:
        table = _TABLE.validate_python(json.loads(read_bounded(path, _MAX_TABLE_BYTES)))
    except (OSError, ValueError, RecursionError) as error:
        reason = (error.strerror if isinstance(error, OSError) else "") or str(error)
        raise DataError(
            f"cannot read replies from {path}: {reason}; give a JSON object of question: reply"
        ) from error
    return ScriptedEngine(table, name=path.name)


def num_tokens(prompt: Prompt) -> int:
    """Number of tokens of a prompt as this engine counts them: words between white space."""
    return sum(len(turn.content.split()) for turn in prompt.messages) + len(prompt.prefix.split())


def _look_up(table: Table | str) -> Script:
    if isinstance(table, str):
        return lambda _prompt, _seed: table
    rows = {key: (row,) if isinstance(row, str) else tuple(row) for key, row in table.items()}

    def script(prompt: Prompt, seed: int) -> str:
        question = prompt.messages[-1].content if prompt.messages else ""
        replies = rows.get(question) or rows.get(ANYTHING)
        if not replies:
            raise UsageError(f"the script has no reply to {question[:80]!r}; add it, or a '*' row")
        return replies[seed % len(replies)]

    return script


@lru_cache(maxsize=4096)
def _counted(prompt_tokens: int, generated_tokens: int) -> Usage:
    return Usage(1, prompt_tokens, 0, generated_tokens)


@lru_cache(maxsize=4096)
def _sample(
    said: str, stop: tuple[str, ...], room: int, top_k: int
) -> tuple[str, FinishReason, str | None, int, TokenTrace]:
    """Cut a reply where sampling token by token would end it.

    Returns:
        Text, finish reason, stop string, number of tokens and token trace.
    """
    end, stopped_by = _first_stop(said, stop)
    reach = end + len(stopped_by or "")
    tokens: list[str] = _TOKEN.findall(said)
    length, taken = 0, 0
    for token in tokens:
        if taken == room or length >= reach:
            break
        length += len(token)
        taken += 1
    finish: FinishReason = "stop"
    text = said[:end]
    if length < reach:
        text, finish, stopped_by = said[:length], "length", None
    return text, finish, stopped_by, taken, _trace(tokens[:taken], top_k)


def _first_stop(said: str, stop: tuple[str, ...]) -> tuple[int, str | None]:
    found = [(place, word) for word in stop if word and (place := said.find(word)) >= 0]
    return min(found, default=(len(said), None), key=lambda pair: pair[0])


def _trace(tokens: Sequence[str], top_k: int) -> TokenTrace:
    logprobs = tuple(_logprob(token) for token in tokens)
    if not top_k:
        return TokenTrace(logprobs)
    spread = tuple(-2.0 * logprob for logprob in logprobs)
    return TokenTrace(logprobs, confidence=spread, self_certainty=spread, top_k=top_k)


def _logprob(token: str) -> float:
    return -(1 + sum(map(ord, token)) % 19) / 20

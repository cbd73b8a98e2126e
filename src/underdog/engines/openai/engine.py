"""Any OpenAI-compatible endpoint: vLLM, SGLang, llama-server, Ollama, hosted models.

With a chat template, the user's or the server's, prompts are rendered here and sent to
`/v1/completions`, so that the model continues the prompt's prefix. Without one, messages go to
`/v1/chat/completions` with the prefix as an unfinished assistant turn; an endpoint may then begin
its answer anew, so `info.continues` is false and a repeated prefix is cut off.

Each row is its own request with its own seed, unless `share_prompt` asks for all rows of a prompt
at once (`n`), which pays for the prompt once but leaves the rows without seeds of their own. A row
that fails is an error row; a call raises only when none of its rows came.
"""

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from underdog.core import (
    Completion,
    ContinuationScore,
    EngineInfo,
    GenerateRequest,
    Price,
    SamplingParams,
    ScoreRequest,
    Usage,
)
from underdog.engines.charging import FREE
from underdog.engines.fan_out import fan_out
from underdog.engines.openai.answered import AnswerSetting, answered_rows
from underdog.engines.openai.echoed import continuation_logprobs
from underdog.engines.openai.probe import Endpoint, choose_template, probe
from underdog.engines.openai.refused_calls import OddAnswerError, RefusedError
from underdog.engines.openai.retry import BusyError, Patience, post_json
from underdog.engines.openai.taken_fields import TakenFields
from underdog.engines.openai.told_usage import PromptSize, RowSize, counted
from underdog.engines.openai.wire import Answer, read_answer
from underdog.engines.shaping.served import shaping_fields
from underdog.engines.token_trace import clamp
from underdog.errors import (
    ContextError,
    UnderdogError,
    UnsupportedError,
    UsageError,
)

if TYPE_CHECKING:
    import httpx2

_LOG = logging.getLogger(__name__)

_MAX_STOPS = 4
"""OpenAI's own limit; further stop strings are cut here."""

_TURN_TOKENS = 64
"""Most tokens that a server's chat template writes around one message."""


@dataclass(slots=True)
class _Call:
    """One call of `generate`: the first error that is no row's own, and whether any row came."""

    failure: UnderdogError | None = None
    over: bool = False
    came: bool = False

    def failed(self, error: UnderdogError) -> None:
        self.failure = self.failure or error
        self.over = self.over or not isinstance(error, RefusedError | OddAnswerError | UsageError)


class OpenAIEngine:
    """An engine over HTTP.

    Args:
        base_url: Address ending in `/v1`.
        model: Model name; may be empty when the endpoint serves exactly one.
        template: Built-in chat template, or a folder with a tokenizer configuration; empty to ask
            the server, `none` to use the chat route.
        concurrency: Requests in flight at once.
        share_prompt: Ask for all rows of a prompt in one request; `info.seeded` is then false.
        context_tokens: Context length in tokens, used when the endpoint does not state it.
        price: Price of prompt and generated tokens.
        patience: Retries and time-outs.

    Raises:
        EndpointError: The endpoint cannot be reached or refuses the key.
    """

    def __init__(
        self,
        base_url: str,
        model: str = "",
        *,
        template: str = "",
        concurrency: int = 16,
        share_prompt: bool = False,
        context_tokens: int = 8192,
        price: Price = FREE,
        patience: Patience = Patience(),  # noqa: B008 - immutable
    ) -> None:
        self._endpoint: Endpoint = probe(base_url, model, patience.timeout_s)
        self._way = self._endpoint.way
        self._template = choose_template(template, self._endpoint.template)
        self._concurrency = max(1, concurrency)
        self._share_prompt = share_prompt
        self._patience = patience
        self._taken = TakenFields()
        self._ignores_n = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client: httpx2.AsyncClient | None = None
        self._free = asyncio.Semaphore(self._concurrency)
        raw = self._template is not None
        written = self._template.fingerprint if self._template is not None else "chat"
        self._info = EngineInfo(
            engine="openai",
            model=self._endpoint.shown_model,
            fingerprint=f"openai-{self._way.base_url}-{self._endpoint.shown_model}-{written}",
            context_tokens=self._endpoint.context_tokens or context_tokens,
            price=price,
            scores=raw,
            continues=raw,
            seeded=not share_prompt,
        )

    @property
    def info(self) -> EngineInfo:
        """Model, fingerprint, context length and abilities.

        `logprobs`, `scores` and `seeded` turn false once the endpoint has refused them or left them
        out, and `told_usage` once it has told no token counts, or impossible ones.
        """
        return self._info

    async def generate(self, requests: Sequence[GenerateRequest]) -> list[list[Completion]]:
        """Completions, one list per request, in the order of its seeds.

        A row that failed, or whose prompt is too long, comes back with `finish="error"`.

        Raises:
            EndpointError: No row came: the endpoint refuses the key, the model or the request, or
                is gone.
            UsageError: No row came: the endpoint does not support a penalty or constraint, or the
                constraint is malformed.
        """
        for request in requests:
            self._shaping(request.params)
        call = _Call()
        rows = await fan_out([self._request(request, call) for request in requests])
        if call.failure is not None and not call.came:
            raise call.failure
        return rows

    async def score(self, requests: Sequence[ScoreRequest]) -> list[ContinuationScore]:
        """Log-probabilities of each request's continuation, in request order.

        Raises:
            UnsupportedError: The endpoint does not return log-probabilities of prompt tokens
                (`echo`); vLLM does.
            ContextError: A prompt and its continuation do not fit the context.
        """
        if not self._info.scores:
            raise self._no_scores()
        return await fan_out([self._score(request) for request in requests])

    async def aclose(self) -> None:
        """Close the connections. May be called twice."""
        client, self._client = self._client, None
        if client is not None and self._loop is asyncio.get_running_loop():
            await client.aclose()

    async def _request(self, request: GenerateRequest, call: _Call) -> list[Completion]:
        if request.params.max_tokens < 1:
            return [Completion("", "length", seed, usage=Usage(1)) for seed in request.seeds]
        prompt = await self._prompt_fields(request)
        if not self._share_prompt or self._ignores_n or len(request.seeds) < 2:
            rows = [
                self._rows(request, prompt, request.seeds[i : i + 1], i, call)
                for i in range(len(request.seeds))
            ]
            return [row for [row] in await fan_out(rows)]
        rows = await self._rows(request, prompt, request.seeds, 0, call)
        missing = request.seeds[len(rows) :]
        if missing:
            self._ignores_n = True
            more = [
                self._rows(request, prompt, (seed,), place, call)
                for place, seed in enumerate(missing, len(rows))
            ]
            rows += [row for [row] in await fan_out(more)]
        return rows

    async def _rows(
        self,
        request: GenerateRequest,
        prompt: Mapping[str, Any],
        seeds: Sequence[int],
        place: int,
        call: _Call,
    ) -> list[Completion]:
        """One request for `len(seeds)` rows; gives fewer when the endpoint does not know `n`."""
        body = {**prompt, **self._sampling(request), "n": len(seeds), "seed": seeds[0] % (1 << 31)}
        try:
            answer, seconds = await self._ask(body, call)
        except UnderdogError as error:
            if isinstance(error, RefusedError) and len(seeds) > 1 and error.about("n"):
                return []
            problem: UnderdogError = error
            if isinstance(error, RefusedError) and request.params.shaped:
                asked = ", ".join(self._shaping(request.params))
                problem = UsageError(f"{error}; the openai engine had asked for {asked}")
            if isinstance(error, ContextError):
                call.came = True
            elif not isinstance(error, BusyError):
                call.failed(problem)
            message = f"{type(problem).__name__}: {problem}"
            usage = Usage(calls=1)
            return [Completion("", "error", seed, usage=usage, error=message) for seed in seeds]
        call.came = True
        found = answered_rows(
            answer,
            request,
            seeds,
            AnswerSetting(self._way, self._info, _prompt_size(prompt), place, seconds),
        )
        if not found.with_logprobs:
            self._info = replace(self._info, logprobs=False)
        if not found.told_usage:
            self._distrust_usage()
        return found.rows

    def _distrust_usage(self) -> None:
        if self._info.told_usage:
            self._info = replace(self._info, told_usage=False)
            _LOG.warning(
                "%s tells no token counts, or impossible ones; the most that they can be is "
                "counted instead",
                self._way.base_url,
            )

    async def _score(self, request: ScoreRequest) -> ContinuationScore:
        if not request.continuation:
            return ContinuationScore(())
        text = (await self._prompt_fields(request))["prompt"]
        body = {
            "model": self._endpoint.model,
            "prompt": text + request.continuation,
            "echo": True,
            "logprobs": 1,
            "max_tokens": 1,
            "temperature": 0,
        }
        try:
            answer, seconds = await self._ask(body, _Call())
        except RefusedError as error:
            raise self._no_scores() from error
        found = continuation_logprobs(answer.choices[0], text, request.continuation)
        if isinstance(found, str):
            raise self._no_scores(found)
        told = counted(answer.usage, [RowSize(0, 0)], 1, _prompt_size(body), self._info)
        if not told.told:
            self._distrust_usage()
        billed = Usage(
            prompt_tokens=told.prompt_tokens,
            cached_prompt_tokens=told.cached_tokens,
            generated_tokens=told.generated[0],
        )
        usage = Usage(
            prompt_tokens=told.prompt_tokens,
            cached_prompt_tokens=told.cached_tokens,
            seconds=seconds,
            cost_usd=self._info.price.cost_usd(billed),
        )
        return ContinuationScore(tuple(clamp(logprob) for logprob in found), usage)

    def _no_scores(self, why: str = "no echo with logprobs") -> UnsupportedError:
        self._info = replace(self._info, scores=False)
        return UnsupportedError(
            f"{self._way.base_url} cannot score a given text ({why}); use vLLM's "
            "/v1/completions with a template, or a local engine"
        )

    async def _prompt_fields(self, request: GenerateRequest | ScoreRequest) -> dict[str, Any]:
        prompt = request.prompt
        if self._template is not None:
            return {"prompt": await asyncio.to_thread(self._template.render, prompt)}
        messages = [{"role": turn.role, "content": turn.content} for turn in prompt.messages]
        if not prompt.prefix:
            return {"messages": messages}
        messages.append({"role": "assistant", "content": prompt.prefix})
        return {
            "messages": messages,
            "continue_final_message": True,
            "add_generation_prompt": False,
        }

    def _sampling(self, request: GenerateRequest) -> dict[str, Any]:
        params = request.params
        wanted: dict[str, Any] = {"logprobs": max(1, params.top_logprobs)}
        if self._template is None:
            wanted = {"logprobs": True, "top_logprobs": max(1, params.top_logprobs)}
        return {
            "model": self._endpoint.model,
            "max_tokens": params.max_tokens,
            "temperature": params.temperature,
            "top_p": params.top_p,
            "top_k": params.top_k,
            "min_p": params.min_p,
            "repetition_penalty": params.repetition_penalty,
            **self._shaping(params),
            **({"stop": list(params.stop[:_MAX_STOPS])} if params.stop else {}),
            **wanted,
        }

    def _shaping(self, params: SamplingParams) -> dict[str, Any]:
        if not params.shaped:
            return {}
        return shaping_fields(
            params, llama=self._endpoint.template is not None, chat=self._template is None
        )

    async def _ask(self, body: Mapping[str, Any], call: _Call) -> tuple[Answer, float]:
        """An answer and its seconds; the optional fields that were refused are left out."""
        route = "/completions" if self._template is not None else "/chat/completions"
        shown = self._way.base_url + route
        client = self._connect()
        while True:
            fields: dict[str, Any] = {}
            try:
                async with self._free:
                    if call.over and call.failure is not None:
                        raise call.failure
                    fields = self._taken.of(body)
                    started = time.perf_counter()
                    answer = await post_json(
                        client,
                        self._way,
                        route,
                        fields,
                        self._patience,
                        lambda reply: read_answer(reply, shown),
                    )
                return answer, time.perf_counter() - started
            except RefusedError as error:
                if "echo" in body or not self._go_without(error, fields):
                    raise

    def _go_without(self, error: RefusedError, fields: Mapping[str, Any]) -> bool:
        """Whether the request may be sent again, without the fields that a refusal names."""
        gone = self._taken.give_up(error, fields, self._way.base_url)
        self._info = replace(
            self._info,
            logprobs=self._info.logprobs and "logprobs" not in gone,
            seeded=self._info.seeded and "seed" not in gone,
        )
        return bool(gone)

    def _connect(self) -> "httpx2.AsyncClient":
        """The client of the running event loop; a new loop gets new connections."""
        import httpx2

        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            self._loop = loop
            self._free = asyncio.Semaphore(self._concurrency)
            self._client = httpx2.AsyncClient(
                timeout=self._patience.timeout_s,
                limits=httpx2.Limits(max_connections=self._concurrency),
                **self._way.client_options(),
            )
        return self._client


def _prompt_size(fields: Mapping[str, Any]) -> PromptSize:
    if "prompt" in fields:
        size = len(fields["prompt"].encode("utf-8", "replace"))
        return PromptSize(size, size + 1)
    turns = fields["messages"]
    size = sum(len(turn["content"].encode("utf-8", "replace")) for turn in turns)
    return PromptSize(size, size + _TURN_TOKENS * len(turns))

"""Any OpenAI-compatible endpoint: vLLM, SGLang, llama-server, Ollama, hosted models.

With a chat template, the user's or the server's, prompts are rendered here and sent to
`/v1/completions`, so that the model continues the prompt's prefix. Without one, messages go to
`/v1/chat/completions` with the prefix as an unfinished assistant turn; an endpoint may then begin
its answer anew, so `info.continues` is false and a repeated prefix is cut off.

Each row is its own request with its own seed, unless `share_prompt` asks for all rows of a prompt
at once (`n`), which pays for the prompt once but leaves the rows without seeds of their own.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from underdog.core import (
    Completion,
    ContinuationScore,
    EngineInfo,
    FinishReason,
    GenerateRequest,
    Price,
    SamplingParams,
    ScoreRequest,
    Usage,
)
from underdog.engines.charging import FREE
from underdog.engines.fan_out import fan_out
from underdog.engines.openai.probe import Endpoint, choose_template, probe
from underdog.engines.openai.retry import (
    BusyError,
    Patience,
    RefusedError,
    authorization,
    post_json,
)
from underdog.engines.openai.wire import (
    Answer,
    WireChoice,
    cut_tokens,
    earliest_stop,
    mentioned,
    read_answer,
)
from underdog.engines.shaping.served import breach, shaping_fields
from underdog.engines.token_trace import clamp, token_trace
from underdog.errors import ContextError, EndpointError, UnsupportedError, UsageError

if TYPE_CHECKING:
    import httpx2

_MAX_STOPS = 4
"""OpenAI's own limit; further stop strings are cut here."""

_OPTIONAL: Mapping[str, Any] = {
    "top_k": 0,
    "min_p": 0.0,
    "repetition_penalty": 1.0,
    "presence_penalty": 0.0,
    "frequency_penalty": 0.0,
    "logprobs": None,
    "top_logprobs": None,
    "seed": None,
    "continue_final_message": None,
    "add_generation_prompt": None,
}
"""Optional request fields that an endpoint may refuse, with the value that switches each off."""


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
        self._headers = authorization()
        self._template = choose_template(template, self._endpoint.template)
        self._concurrency = max(1, concurrency)
        self._share_prompt = share_prompt
        self._patience = patience
        self._refused: set[str] = set()
        self._ignores_n = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client: httpx2.AsyncClient | None = None
        self._free = asyncio.Semaphore(self._concurrency)
        raw = self._template is not None
        written = self._template.fingerprint if self._template is not None else "chat"
        self._info = EngineInfo(
            engine="openai",
            model=self._endpoint.model,
            fingerprint=f"openai-{self._endpoint.base_url}-{self._endpoint.model}-{written}",
            context_tokens=self._endpoint.context_tokens or context_tokens,
            price=price,
            scores=raw,
            continues=raw,
            seeded=not share_prompt,
        )

    @property
    def info(self) -> EngineInfo:
        """Model, fingerprint, context length and abilities.

        `logprobs`, `scores` and `seeded` turn false once the endpoint has refused them.
        """
        return self._info

    async def generate(self, requests: Sequence[GenerateRequest]) -> list[list[Completion]]:
        """Completions, one list per request, in the order of its seeds.

        A row that kept failing, or whose prompt is too long, comes back with `finish="error"`.

        Raises:
            EndpointError: The endpoint refuses the key, the model or the request, or is gone.
            UsageError: The endpoint does not support a penalty or constraint, or the constraint is
                malformed.
        """
        for request in requests:
            self._shaping(request.params)
        return await fan_out([self._request(request) for request in requests])

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

    async def _request(self, request: GenerateRequest) -> list[Completion]:
        if request.params.max_tokens < 1:
            return [Completion("", "length", seed, usage=Usage(1)) for seed in request.seeds]
        prompt = await self._prompt_fields(request)
        if not self._share_prompt or self._ignores_n or len(request.seeds) < 2:
            rows = [
                self._rows(request, prompt, request.seeds[i : i + 1], i)
                for i in range(len(request.seeds))
            ]
            return [row for [row] in await fan_out(rows)]
        rows = await self._rows(request, prompt, request.seeds, 0)
        missing = request.seeds[len(rows) :]
        if missing and rows[0].finish != "error":
            self._ignores_n = True
            more = [self._rows(request, prompt, (seed,), 1) for seed in missing]
            rows += [row for [row] in await fan_out(more)]
        return rows

    async def _rows(
        self, request: GenerateRequest, prompt: Mapping[str, Any], seeds: Sequence[int], place: int
    ) -> list[Completion]:
        """One request for `len(seeds)` rows; may give fewer when the endpoint ignores `n`."""
        body = {**prompt, **self._sampling(request), "n": len(seeds), "seed": seeds[0] % (1 << 31)}
        try:
            answer = await self._ask(body)
        except RefusedError as error:
            if not request.params.shaped:
                raise
            asked = ", ".join(self._shaping(request.params))
            raise UsageError(f"{error}; the openai engine had asked for {asked}") from error
        except (BusyError, ContextError) as error:
            message = f"{type(error).__name__}: {error}"
            return [Completion("", "error", seed, error=message) for seed in seeds]
        choices = sorted(answer.choices, key=lambda choice: choice.index)
        share = len(choices) or 1
        return [
            self._completion(request, choice, seed, self._usage(answer, choice, place + i, share))
            for i, (choice, seed) in enumerate(zip(choices, seeds, strict=False))
        ]

    def _completion(
        self, request: GenerateRequest, choice: WireChoice, seed: int, usage: Usage
    ) -> Completion:
        params = request.params
        reply = choice.reply
        if not self._info.continues and request.prompt.prefix:
            reply = reply.removeprefix(request.prompt.prefix)
        text, stopped_by = earliest_stop(reply, params.stop)
        tokens = (
            cut_tokens(choice.tokens, text) if choice.finish_reason == "stop" else choice.tokens
        )
        if not tokens and usage.generated_tokens:
            self._info = replace(self._info, logprobs=False)
        if stopped_by is None and isinstance(choice.stop_reason, str):
            stopped_by = choice.stop_reason
        ended: FinishReason = "length" if choice.finish_reason == "length" else "stop"
        if params.constraint is not None and ended == "stop" and stopped_by is None:
            broken = breach(params.constraint, text)
            if broken:
                return Completion(text, "error", seed, usage=usage, error=broken)
        return Completion(
            text,
            "stop" if stopped_by is not None else ended,
            seed,
            trace=token_trace(
                [token.logprob for token in tokens],
                [token.alternatives for token in tokens],
                params.top_logprobs,
            ),
            usage=usage,
            stop_string=stopped_by,
        )

    def _usage(self, answer: Answer, choice: WireChoice, place: int, share: int) -> Usage:
        """Usage of a row: the prompt counted once per request, money as the endpoint bills it."""
        if answer.usage is None:
            return Usage(calls=1, generated_tokens=len(choice.tokens))
        told = answer.usage
        generated = told.completion_tokens
        if share > 1:
            generated = len(choice.tokens) or told.completion_tokens // share
        first_choice = choice.index == answer.choices[0].index
        billed = Usage(
            prompt_tokens=told.prompt_tokens if first_choice else 0,
            cached_prompt_tokens=told.cached_tokens if first_choice else 0,
            generated_tokens=generated,
        )
        counted = billed if place == 0 else Usage(generated_tokens=generated)
        return replace(counted, calls=1, cost_usd=self._info.price.cost_usd(billed))

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
            answer = await self._ask(body)
        except RefusedError as error:
            raise self._no_scores() from error
        choice = answer.choices[0]
        offsets = choice.offsets
        end = len(text) + len(request.continuation)
        inside = [
            token.logprob
            for token, start in zip(choice.tokens, offsets, strict=False)
            if len(text) <= start < end
        ]
        if not inside or not offsets or offsets[0] != 0:
            raise self._no_scores()
        prompt_tokens = answer.usage.prompt_tokens if answer.usage is not None else 0
        billed = Usage(prompt_tokens=prompt_tokens, generated_tokens=1)
        usage = Usage(prompt_tokens=prompt_tokens, cost_usd=self._info.price.cost_usd(billed))
        return ContinuationScore(tuple(clamp(logprob) for logprob in inside), usage)

    def _no_scores(self) -> UnsupportedError:
        self._info = replace(self._info, scores=False)
        return UnsupportedError(
            f"{self._endpoint.base_url} cannot score a given text (no echo with logprobs); use "
            "vLLM's /v1/completions with a template, or a local engine"
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

    async def _ask(self, body: Mapping[str, Any]) -> Answer:
        """Post a request, leaving out the optional fields that the endpoint has refused."""
        route = "/completions" if self._template is not None else "/chat/completions"
        client = self._connect()
        while True:
            fields: dict[str, Any] = {}
            try:
                async with self._free:
                    fields = {name: body[name] for name in body if name not in self._refused}
                    reply = await post_json(
                        client, self._endpoint.base_url + route, fields, self._patience
                    )
                return read_answer(reply, self._endpoint.base_url + route)
            except RefusedError as error:
                if "echo" in body or not self._give_up(error, fields):
                    raise

    def _give_up(self, error: RefusedError, fields: Mapping[str, Any]) -> bool:
        """Stop sending the optional fields that a refusal names; false when there are none."""
        named = [name for name in mentioned(error.reason, fields) if name in _OPTIONAL]
        for name in named:
            meaningless = _OPTIONAL[name]
            if meaningless is not None and fields[name] != meaningless:
                raise EndpointError(
                    f"{self._endpoint.base_url} does not know {name}, which is set to "
                    f"{fields[name]}; leave it at {meaningless}"
                ) from error
        if "logprobs" in named or "top_logprobs" in named:
            named += ["logprobs", "top_logprobs"]
            self._info = replace(self._info, logprobs=False)
        if "seed" in named:
            self._info = replace(self._info, seeded=False)
        self._refused.update(named)
        return bool(named)

    def _connect(self) -> "httpx2.AsyncClient":
        """The client of the running event loop; a new loop gets new connections."""
        import httpx2

        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            self._loop = loop
            self._free = asyncio.Semaphore(self._concurrency)
            self._client = httpx2.AsyncClient(
                headers=self._headers,
                timeout=self._patience.timeout_s,
                trust_env=not self._endpoint.local,
                limits=httpx2.Limits(max_connections=self._concurrency),
            )
        return self._client

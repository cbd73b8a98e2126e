"""GGUF models through llama.cpp, in a child process that serves loopback HTTP.

Samples of one prompt are separate requests, because llama.cpp's own `n_cmpl` seeds its rows s,
s+1, …, which would tie a row's text to its place in the batch. The prompt is read once and its
state copied to the rows' slots (see `shared_prompt`). Rows are sent in order, at most `slots` at
once. A row's text depends on prompt, seed and parameters; batches of other sizes round differently,
which can change the choice between two tokens of nearly equal probability.

Scoring forces the continuation's own tokens through a grammar of token ids and reads the model's
log-probabilities: exact, at one decoding step per continuation token.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from underdog.core import (
    Completion,
    ContinuationScore,
    EngineInfo,
    FinishReason,
    GenerateRequest,
    SamplingParams,
    ScoreRequest,
    Usage,
)
from underdog.engines.charging import charge
from underdog.engines.fan_out import fan_out
from underdog.engines.llama_cpp.server_process import LlamaProcess, RefusedRequestError
from underdog.engines.llama_cpp.shared_prompt import SharedPrompt
from underdog.engines.machine.processor import default_threads
from underdog.engines.shaping.served import breach, llama_fields
from underdog.engines.shaping.supported import check_penalties, refuse
from underdog.engines.token_trace import clamp, token_trace
from underdog.errors import ContextError, EngineError, UsageError
from underdog.models.gguf.model import open_gguf

_SEEDS = 0xFFFFFFFF
"""llama.cpp takes 32 bits, and reads the largest of them as "choose one at random"."""

_ALL_TOKENS = 1 << 17
_UNSUPPORTED = dict.fromkeys(
    ("presence_penalty", "frequency_penalty"), "llama.cpp counts the prompt's tokens too"
)
_NEUTRAL: Mapping[str, Any] = {
    "repeat_penalty": 1.0,
    "presence_penalty": 0.0,
    "frequency_penalty": 0.0,
    "dry_multiplier": 0.0,
    "xtc_probability": 0.0,
    "typical_p": 1.0,
    "top_n_sigma": -1.0,
    "mirostat": 0,
    "dynatemp_range": 0.0,
    "samplers": ["top_k", "top_p", "min_p", "temperature"],
    "cache_prompt": True,
    "return_tokens": True,
    "post_sampling_probs": False,
}


class LlamaCpp:
    """An engine over one GGUF file.

    Args:
        path: The model file.
        name: Model name to report; the file's name unless given.
        slots: Rows decoded side by side.
        context_tokens: Longest prompt plus completion of a row, in tokens.
        threads: Threads for matrix products; 0 takes `UNDERDOG_THREADS` or one per physical
            core. On a busy machine 1 is many times faster than 2.
        template: Built-in chat template to use instead of the model's own.

    Raises:
        ModelFileError: The file is missing, corrupt, or llama.cpp cannot load it.
    """

    def __init__(
        self,
        path: Path | str,
        *,
        name: str = "",
        slots: int = 16,
        context_tokens: int = 2048,
        threads: int = 0,
        template: str = "",
    ) -> None:
        if slots < 1 or context_tokens < 16 or threads < 0:
            raise UsageError(
                f"slots={slots}, context_tokens={context_tokens}, threads={threads}: give at "
                "least 1 slot, 16 tokens of context and 0 threads"
            )
        path = Path(path)
        model = open_gguf(path, template, context_tokens)
        self._template = model.template
        self._template.prepare()
        self._strip_bos = model.header.bos_token if model.header.adds_bos else ""
        self._process = LlamaProcess(
            path, slots, model.context_tokens, threads or default_threads()
        )
        self._info = model.info("llama_cpp", version("xllamacpp"), name)

    @property
    def info(self) -> EngineInfo:
        """Model name, fingerprint, context length and abilities."""
        return self._info

    async def generate(self, requests: Sequence[GenerateRequest]) -> list[list[Completion]]:
        """Completions, one list per request, in the order of its seeds.

        A prompt that leaves no room in the context gives rows with `finish="error"`.

        Raises:
            EngineError: The child process died.
            ModelFileError: The model's chat template cannot render a prompt.
            UsageError: A penalty or constraint is malformed, or llama.cpp does not support it.
        """
        for request in requests:
            _check(request.params)
        texts = [await self._text(request) for request in requests]
        pairs = zip(texts, requests, strict=True)
        return await fan_out([self._rows(text, request) for text, request in pairs])

    async def score(self, requests: Sequence[ScoreRequest]) -> list[ContinuationScore]:
        """Log-probabilities of the tokens of each continuation, in request order.

        Raises:
            ContextError: A prompt and its continuation do not fit the context.
            EngineError: The child process died.
        """
        return await fan_out([self._score(request) for request in requests])

    async def aclose(self) -> None:
        """End the child process. May be called twice."""
        await self._process.aclose()

    async def _text(self, request: GenerateRequest | ScoreRequest) -> str:
        text = await asyncio.to_thread(self._template.render, request.prompt)
        return text.removeprefix(self._strip_bos) if self._strip_bos else text

    async def _rows(self, text: str, request: GenerateRequest) -> list[Completion]:
        params = request.params
        if params.max_tokens < 1:
            return [Completion("", "length", seed, usage=Usage(calls=1)) for seed in request.seeds]
        async with self._process.shared(text) as prompt:
            shared = prompt if len(request.seeds) > 1 else None
            rows = [
                self._row(text, params, seed, shared, first=place == 0)
                for place, seed in enumerate(request.seeds)
            ]
            return await fan_out(rows)

    async def _row(
        self,
        text: str,
        params: SamplingParams,
        seed: int,
        shared: SharedPrompt | None,
        *,
        first: bool,
    ) -> Completion:
        body = {"seed": seed % _SEEDS, **_sampling(params)}
        try:
            reply = await self._process.complete(text, body, shared)
        except ContextError as error:
            return Completion("", "error", seed, error=f"ContextError: {error}")
        except RefusedRequestError as error:
            if params.constraint is None:
                raise
            raise UsageError(f"{error}; correct the constraint {params.constraint}") from error
        completion = self._completion(reply, params, seed)
        return replace(completion, usage=self._usage(reply, shared, first=first))

    def _usage(
        self, reply: Mapping[str, Any], shared: SharedPrompt | None, *, first: bool
    ) -> Usage:
        """Usage of a row; reading a shared prompt is charged to the first row."""
        timings = reply["timings"]
        num_prompt: int = reply["tokens_evaluated"]
        cached: int = shared.cached_tokens if shared is not None else timings["cache_n"]
        reading_s = shared.seconds if shared is not None and first else 0.0
        return charge(
            prompt_tokens=num_prompt if first else 0,
            cached_prompt_tokens=cached if first else 0,
            generated_tokens=reply["tokens_predicted"],
            context_before=num_prompt,
            seconds=reading_s + (timings["prompt_ms"] + timings["predicted_ms"]) / 1000,
            shape=self._info.shape,
        )

    def _completion(
        self, reply: Mapping[str, Any], params: SamplingParams, seed: int
    ) -> Completion:
        text: str = reply["content"]
        stopping: str = reply["stopping_word"]
        sampled = _text_tokens(reply.get("completion_probabilities", ()), text, cut=bool(stopping))
        finish: FinishReason = "length" if reply["stop_type"] == "limit" else "stop"
        if params.constraint is not None and finish == "stop" and not stopping:
            broken = breach(params.constraint, text)
            if broken:
                return Completion(text, "error", seed, error=broken)
        return Completion(
            text,
            finish,
            seed,
            trace=token_trace(
                [token["logprob"] for token in sampled],
                [[top["logprob"] for top in token["top_logprobs"]] for token in sampled],
                params.top_logprobs,
            ),
            stop_string=stopping or None,
        )

    async def _score(self, request: ScoreRequest) -> ContinuationScore:
        text = await self._text(request)
        prompt, tokens = await self._split(text, request.continuation)
        if len(prompt) + len(tokens) >= self._info.context_tokens:
            raise ContextError(
                f"prompt and continuation have {len(prompt)} + {len(tokens)} tokens, the context "
                f"{self._info.context_tokens}; raise context_tokens or shorten the prompt"
            )
        if not tokens:
            return ContinuationScore(())
        body = {
            **_sampling(SamplingParams(temperature=0.0, max_tokens=len(tokens))),
            "prompt": prompt,
            "grammar": "root ::= " + " ".join(f"<[{token}]>" for token in tokens),
        }
        reply = await self._process.complete(text, body)
        if reply["tokens"] != tokens:
            raise EngineError(
                f"llama.cpp did not follow the {len(tokens)} tokens of the continuation "
                f"{request.continuation[:60]!r}; it cannot be scored by this engine"
            )
        timings = reply["timings"]
        return ContinuationScore(
            tuple(clamp(token["logprob"]) for token in reply["completion_probabilities"]),
            charge(
                prompt_tokens=len(prompt) + len(tokens),
                cached_prompt_tokens=timings["cache_n"],
                generated_tokens=0,
                calls=0,
                seconds=(timings["prompt_ms"] + timings["predicted_ms"]) / 1000,
                shape=self._info.shape,
            ),
        )

    async def _split(self, text: str, continuation: str) -> tuple[list[int], list[int]]:
        """Token ids of the prompt, and of the continuation tokenised after that prompt."""
        prompt, whole = await fan_out(
            [self._process.tokenize(text), self._process.tokenize(text + continuation)]
        )
        if whole[: len(prompt)] == prompt:
            return prompt, whole[len(prompt) :]
        return prompt, await self._process.tokenize(continuation, special=False)


def _sampling(params: SamplingParams) -> dict[str, Any]:
    return {
        **_NEUTRAL,
        "n_predict": params.max_tokens,
        "temperature": params.temperature,
        "top_p": params.top_p,
        "top_k": params.top_k,
        "min_p": params.min_p,
        "stop": list(params.stop),
        "n_probs": max(1, params.top_logprobs),
        **(_shaping(params) if params.shaped else {}),
    }


def _shaping(params: SamplingParams) -> dict[str, Any]:
    fields: dict[str, Any] = {"logit_bias": [list(pair) for pair in params.logit_bias]}
    if params.repetition_penalty != 1.0:
        fields["repeat_penalty"] = params.repetition_penalty
        fields["repeat_last_n"] = _ALL_TOKENS
        fields["samplers"] = ["penalties", *_NEUTRAL["samplers"]]
    if params.constraint is not None:
        fields |= llama_fields(params.constraint, "llama_cpp")
    return fields


def _check(params: SamplingParams) -> None:
    if params.shaped:
        check_penalties(params)
        refuse(params, "llama_cpp", **_UNSUPPORTED)
        _shaping(params)


def _text_tokens(
    tokens: Sequence[Mapping[str, Any]], text: str, *, cut: bool
) -> Sequence[Mapping[str, Any]]:
    """The tokens inside `text`; llama.cpp also lists the first tokens of a stop string."""
    if not cut:
        return tokens
    room = len(text.encode())
    start = 0
    for place, token in enumerate(tokens):
        if start >= room:
            return tokens[:place]
        start += len(token["bytes"])
    return tokens

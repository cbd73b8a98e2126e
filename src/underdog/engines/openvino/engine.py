"""The fast CPU engine: Llama-like models on OpenVINO, many rows (samples) decoded at a time.

Weights are converted to int8 once (see `compiled.weights`); prompts share the KV cache of a common
prefix; a row's text depends on prompt, seed and parameters only, not on the rest of the batch. For
one row at a time of a model above a billion parameters llama.cpp is as fast.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from underdog.core import (
    Completion,
    ContinuationScore,
    EngineInfo,
    GenerateRequest,
    LayerStates,
    Piece,
    Prompt,
    SamplingParams,
    ScoreRequest,
    StatesRequest,
    Usage,
)
from underdog.engines.charging import charge
from underdog.engines.fan_out import fan_out
from underdog.engines.machine.instructions import emulated
from underdog.engines.machine.memory import free_bytes
from underdog.engines.machine.processor import default_threads
from underdog.engines.shaping.constraints import ConstraintCompiler, byte_tokenizer
from underdog.engines.shaping.supported import check_penalties
from underdog.errors import ContextError, EngineError, MissingExtraError, UsageError
from underdog.models.loading import open_model
from underdog.models.open_model import OpenModel

if TYPE_CHECKING:
    from underdog.engines.openvino.compiled.states import StateReader
    from underdog.engines.openvino.compiled.weights import Weights
    from underdog.engines.openvino.decoding.counters import Counters
    from underdog.engines.openvino.decoding.jobs import Job, PromptReading
    from underdog.engines.openvino.decoding.loop import DecodingLoop
    from underdog.engines.shaping.constraints import Matcher
    from underdog.models.tokenizer.vocabulary import Vocabulary

T = TypeVar("T")

_LOG = logging.getLogger(__name__)

_PRECISIONS = ("int8", "int4", "bf16", "f16", "f32")
_REVISION = 4


class OpenVinoEngine:
    """An engine over one GGUF file or model folder.

    Args:
        path: The model file, the name of a pulled model, or a folder with `config.json`,
            `*.safetensors` and `tokenizer.json`.
        precision: `int8`, `int4`, `bf16`, `f16` or `f32` matrices.
        max_rows: Rows decoded side by side, fewer where memory is short; 0 for 32, or for as many
            as take half of the free memory if that is fewer.
        context_tokens: Longest prompt plus completion of a row, in tokens.
        threads: Threads for matrix products; 0 or `None` takes `UNDERDOG_THREADS` or one per
            physical core.
        name: Model name to report; the file's name unless given.
        template: Built-in chat template to use instead of the model's own.
        lora: A LoRA adapter to merge into the weights: a PEFT folder or a GGUF file.

    Raises:
        MissingExtraError: OpenVINO or a library that reads the model is not installed.
        ModelFileError: The model or the adapter is missing, corrupt, or of a kind that this engine
            cannot run.
    """

    def __init__(
        self,
        path: Path | str,
        *,
        precision: str = "int8",
        max_rows: int = 0,
        context_tokens: int = 2048,
        threads: int | None = None,
        name: str = "",
        template: str = "",
        lora: Path | str | None = None,
    ) -> None:
        _check(precision, max_rows, context_tokens, threads)
        if precision == "bf16" and emulated(precision):
            _LOG.warning(
                "precision=bf16: this processor has no products of bfloat16; they are computed in "
                "float32, with weights of 4 bytes, no faster than precision=f32; int8 is faster"
            )
        runtime = _openvino_version()
        model = _opened(Path(path), template, context_tokens, Path(lora) if lora else None)
        self._template = model.template
        self._template.prepare()
        self._info = model.info("openvino", f"{runtime}-{_REVISION}-{arithmetic(precision)}", name)
        self._loop, vocabulary, self._states = _start(model, precision, max_rows, threads or 0)
        self._vocabulary = vocabulary
        self._constraints = ConstraintCompiler(lambda: byte_tokenizer(vocabulary))

    @property
    def info(self) -> EngineInfo:
        """Model name, fingerprint, context length and abilities."""
        return self._info

    @property
    def counters(self) -> "Counters":
        """Counts of the decoding loop's steps, rows and tokens since the engine was opened."""
        return self._loop.counters

    async def generate(self, requests: Sequence[GenerateRequest]) -> list[list[Completion]]:
        """Completions, one list per request, in the order of its seeds.

        A prompt that leaves no room in the context gives rows with `finish="error"`.

        Raises:
            EngineError: The engine failed or is closed.
            ModelFileError: The model's chat template cannot render a prompt.
        """
        return await fan_out([self._sample(request) for request in requests])

    async def stream(self, request: GenerateRequest) -> AsyncIterator[Piece]:
        """Text pieces of one row as they are sampled; leaving the loop early cancels the row.

        Raises:
            UsageError: The request has not exactly one seed.
        """
        if len(request.seeds) != 1:
            raise UsageError(f"{len(request.seeds)} seeds: one row can be streamed, so give one")
        running = asyncio.get_running_loop()
        news: asyncio.Queue[str | None] = asyncio.Queue()

        def tell(text: str) -> None:
            if text:
                with suppress(RuntimeError):  # the caller's event loop may be gone
                    running.call_soon_threadsafe(news.put_nowait, text)

        rows = asyncio.ensure_future(self._sample(request, tell))
        rows.add_done_callback(lambda _: news.put_nowait(None))
        try:
            while (text := await news.get()) is not None:
                yield Piece(text)
            [row] = await rows
            yield Piece("", row)
        finally:
            rows.cancel()

    async def score(self, requests: Sequence[ScoreRequest]) -> list[ContinuationScore]:
        """Log-probabilities of the tokens of each continuation, in request order.

        Raises:
            ContextError: A prompt and its continuation do not fit the context.
            EngineError: The engine failed or is closed.
        """
        return await fan_out([self._score(request) for request in requests])

    async def hidden_states(self, requests: Sequence[StatesRequest]) -> list[LayerStates]:
        """Residual stream of each prompt at the requested layer and token positions.

        Raises:
            ContextError: A prompt does not fit the context.
            EngineError: Memory ran out, or OpenVINO failed.
            UsageError: There is no such layer or position.
        """
        tokens = await fan_out([self._tokens(request.prompt) for request in requests])
        return await asyncio.to_thread(self._states.look, requests, tokens)

    async def aclose(self) -> None:
        """End the decoding thread. May be called twice."""
        await asyncio.to_thread(self._loop.close)

    async def _sample(
        self, request: GenerateRequest, tell: "Callable[[str], None] | None" = None
    ) -> list[Completion]:
        from underdog.engines.openvino.decoding.jobs import PromptReading, SampleJob

        params = request.params
        matcher = await self._matcher(params)
        if params.max_tokens < 1:
            return [Completion("", "length", seed, usage=Usage(calls=1)) for seed in request.seeds]
        tokens = await self._tokens(request.prompt)
        room = self._info.context_tokens - len(tokens)
        if not request.seeds:
            return []
        if room < 1 or not tokens:
            return [_refused(seed, len(tokens), room) for seed in request.seeds]
        limit = min(params.max_tokens, room)
        reading = PromptReading(tokens, len(tokens) - 1)
        return await self._done(
            lambda deliver: SampleJob(reading, params, request.seeds, limit, deliver, matcher, tell)
        )

    async def _matcher(self, params: SamplingParams) -> "Matcher | None":
        """Matcher of the parameters' constraint, compiled before sampling; `None` without one."""
        if not params.shaped:
            return None
        check_penalties(params, self._vocabulary.num_tokens)
        if params.constraint is None:
            return None
        return await asyncio.to_thread(self._constraints.matcher, params.constraint)

    async def _score(self, request: ScoreRequest) -> ContinuationScore:
        from underdog.engines.openvino.decoding.jobs import PromptReading, ScoreJob

        prompt, continuation = await asyncio.to_thread(self._cut, request)
        total = len(prompt) + len(continuation)
        if total > self._info.context_tokens:
            raise ContextError(
                f"a prompt of {len(prompt)} tokens with a continuation of {len(continuation)} does "
                f"not fit the context of {self._info.context_tokens}; raise context_tokens"
            )
        if not continuation or not prompt:
            return ContinuationScore((), Usage(prompt_tokens=total))
        reading = PromptReading([*prompt, *continuation], len(prompt) - 1)
        logprobs: list[float] = await self._done(lambda deliver: ScoreJob(reading, deliver))
        return ContinuationScore(tuple(logprobs), self._scoring_usage(reading))

    def _scoring_usage(self, reading: "PromptReading") -> Usage:
        return charge(
            prompt_tokens=len(reading.tokens),
            cached_prompt_tokens=reading.cached,
            generated_tokens=0,
            calls=0,
            shape=self._info.shape,
        )

    def _cut(self, request: ScoreRequest) -> tuple[list[int], list[int]]:
        """Tokens of prompt and continuation, tokenised as one text where the cut allows it."""
        text = self._template.render(request.prompt)
        prompt = self._vocabulary.encode(text)
        both = self._vocabulary.encode(text + request.continuation)
        if both[: len(prompt)] == prompt:
            return prompt, both[len(prompt) :]
        return prompt, self._vocabulary.encode(request.continuation, special=False)

    async def _tokens(self, prompt: Prompt) -> list[int]:
        text = await asyncio.to_thread(self._template.render, prompt)
        return self._vocabulary.encode(text)

    async def _done(self, make: "Callable[[Callable[[object], None]], Job]") -> Any:
        """Submit a job and await its result; cancelling drops the job at the next step."""
        running = asyncio.get_running_loop()
        future: asyncio.Future[Any] = running.create_future()

        def settle(result: object) -> None:
            if future.done():
                return
            if isinstance(result, BaseException):
                future.set_exception(result)
            else:
                future.set_result(result)

        def deliver(result: object) -> None:
            with suppress(RuntimeError):  # the caller's event loop may be gone
                running.call_soon_threadsafe(settle, result)

        job = make(deliver)
        self._loop.submit(job)
        try:
            return await future
        finally:
            job.cancelled = True


def arithmetic(precision: str) -> str:
    """Precision as the fingerprint names it: where it is computed in float32, other samples come.

    Example:
        >>> arithmetic("f32")
        'f32'
    """
    return f"{precision}-in-f32" if emulated(precision) else precision


def _opened(path: Path, template: str, context_tokens: int, lora: Path | None) -> OpenModel:
    model = open_model(path, template, context_tokens)
    if lora is None:
        return model
    from underdog.models.lora import adapted

    return adapted(model, lora)


def _start(
    model: OpenModel, precision: Any, max_rows: int, threads: int
) -> "tuple[DecodingLoop, Vocabulary, StateReader]":
    """Load and compile the model.

    The tokenizer is built in parallel, because the compiler releases Python's interpreter lock.
    """
    from underdog.engines.openvino.compiled.weights import converted
    from underdog.engines.openvino.decoding.cache_plan import CachePlan, block_bytes, with_cache

    weights = converted(model, precision)
    vocabulary = weights.vocabulary
    value_bytes = 4 if precision == "f32" else 2
    asked = CachePlan(max_rows, model.context_tokens, block_bytes(model.architecture, value_bytes))
    with ThreadPoolExecutor(1, "underdog-tokenizer") as beside:
        warmed = beside.submit(vocabulary.prepare)
        try:
            from underdog.engines.openvino.compiled.decoder import Decoder
            from underdog.engines.openvino.compiled.states import StateReader
            from underdog.engines.openvino.decoding.loop import DecodingLoop

            def build(plan: CachePlan) -> Decoder:
                return Decoder(
                    weights,
                    precision,
                    vocabulary.num_tokens,
                    num_blocks=plan.num_blocks,
                    context_tokens=plan.context_tokens,
                    threads=threads or default_threads(),
                )

            decoder, plan = with_cache(asked, _room(weights), build)
        except (AttributeError, RuntimeError) as error:
            raise EngineError(
                f"OpenVINO {version('openvino')} cannot compile the model "
                f"({str(error).strip()[-200:]}); this engine was written against 2026.4: "
                "pip install 'openvino==2026.4.*'"
            ) from error
        warmed.result()
    loop = DecodingLoop(
        decoder, vocabulary, model.shape, num_blocks=plan.num_blocks, max_rows=plan.max_rows
    )
    states = StateReader(
        weights, precision, model.shape, model.context_tokens, threads or default_threads()
    )
    return loop, vocabulary, states


def _room(weights: "Weights") -> int:
    """Bytes of memory for keys and values: free memory less the size of the compiled weights."""
    return max(1, free_bytes() - sum(array.nbytes for array in weights.arrays.values()))


def _check(precision: str, max_rows: int, context_tokens: int, threads: int | None) -> None:
    if precision not in _PRECISIONS:
        raise UsageError(f"precision={precision!r}: choose one of {', '.join(_PRECISIONS)}")
    if max_rows < 0 or context_tokens < 16 or (threads or 0) < 0:
        raise UsageError(
            f"max_rows={max_rows}, context_tokens={context_tokens}, threads={threads}: give at "
            "least 0 rows (0 for as many as memory allows), 16 tokens of context and 0 threads"
        )


def _refused(seed: int, num_tokens: int, room: int) -> Completion:
    reason = (
        f"ContextError: the prompt of {num_tokens} tokens fills the context of "
        f"{num_tokens + room}; shorten it or raise context_tokens"
        if num_tokens
        else "UsageError: the prompt is empty"
    )
    return Completion("", "error", seed, error=reason)


def _openvino_version() -> str:
    try:
        return version("openvino")
    except PackageNotFoundError as error:
        raise MissingExtraError("OpenVINO", "openvino") from error

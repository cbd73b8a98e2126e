"""Models in safetensors folders through PyTorch and transformers: the reference for correctness.

One prompt is read once, its keys and values are repeated for all rows, and every row draws its
tokens with a generator of its own, so that a row does not depend on its neighbours beyond float
rounding. Slow; needs `underdog[transformers]`. Never runs code from a model folder and never reads
pickled weights.
"""

import asyncio
import importlib
import importlib.util
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from underdog.core import (
    Completion,
    ContinuationScore,
    Engine,
    EngineInfo,
    FinishReason,
    GenerateRequest,
    SamplingParams,
    ScoreRequest,
    Usage,
)
from underdog.engines import engines
from underdog.engines.charging import charge
from underdog.engines.openai.wire import earliest_stop
from underdog.engines.shaping.constraints import ConstraintCompiler, folder_tokenizer
from underdog.engines.shaping.supported import check_penalties
from underdog.engines.token_trace import clamp, token_trace
from underdog.engines.torch_shape import torch_shape
from underdog.errors import ContextError, EngineError, MissingExtraError, ModelFileError
from underdog.models.chat.template import built_in_template, read_tokenizer_config
from underdog.models.folder.settings_files import check_settings
from underdog.models.tokenizer.vocabulary import guarded
from underdog.models.weights_hash import weights_hash

if TYPE_CHECKING:
    from underdog.engines.shaping.shaper import Shaper

T = TypeVar("T")


class TransformersEngine:
    """An engine over one model folder.

    Args:
        folder: Folder with `config.json`, a tokenizer and `*.safetensors`.
        template: Built-in chat template to use instead of the model's own.
        device: PyTorch device.
        context_tokens: Longest prompt plus completion, in tokens; 0 takes the model's own limit.

    Raises:
        ModelFileError: The folder does not hold a model that transformers can load.
        MissingExtraError: PyTorch or transformers is not installed.
    """

    def __init__(
        self,
        folder: Path | str,
        *,
        template: str = "",
        device: str = "cpu",
        context_tokens: int = 0,
    ) -> None:
        folder = Path(folder)
        weights = _weights(folder)
        for package in ("torch", "transformers"):
            if importlib.util.find_spec(package) is None:
                raise MissingExtraError(package, "transformers")
        tokenizer, model = _load(folder, device)
        self._tokenizer: Any = tokenizer
        self._model: Any = model
        self._constraints = ConstraintCompiler(
            lambda: folder_tokenizer(tokenizer, model.config.vocab_size, _end_ids(model, tokenizer))
        )
        self._closed = False
        self._device = device
        self._template = built_in_template(template) if template else read_tokenizer_config(folder)
        self._lock = threading.Lock()
        config = self._model.config
        longest = int(getattr(config, "max_position_embeddings", 0) or 2048)
        hashes = "-".join(weights_hash(file)[:8] for file in weights[:4])
        self._info = EngineInfo(
            engine="transformers",
            model=folder.name,
            fingerprint=f"transformers-{version('transformers')}-torch-{version('torch')}-"
            f"{device}-{hashes}-{self._template.fingerprint}",
            context_tokens=min(context_tokens or longest, longest),
            shape=torch_shape(self._model),
        )

    @property
    def info(self) -> EngineInfo:
        """Model name, fingerprint, context length and abilities."""
        return self._info

    async def generate(self, requests: Sequence[GenerateRequest]) -> list[list[Completion]]:
        """Completions, one list per request, in the order of its seeds."""
        return [await self._in_thread(self._sample, request) for request in requests]

    async def score(self, requests: Sequence[ScoreRequest]) -> list[ContinuationScore]:
        """Log-probabilities of each request's continuation, in request order.

        Raises:
            ContextError: A prompt and its continuation do not fit the context.
        """
        return [await self._in_thread(self._score, request) for request in requests]

    async def aclose(self) -> None:
        """Release the model. May be called twice."""
        self._closed = True
        with self._lock:
            self._model = self._tokenizer = None

    async def _in_thread(self, work: Callable[[T, threading.Event], Any], request: T) -> Any:
        """Run one request in a thread; cancelling the caller ends it at the next token."""
        cancelled = threading.Event()

        def locked() -> Any:
            with self._lock:
                if self._closed:
                    raise EngineError("this engine is closed; open it again")
                return work(request, cancelled)

        try:
            return await asyncio.to_thread(locked)
        finally:
            cancelled.set()

    def _tokens(self, text: str) -> list[int]:
        """Token ids of a rendered prompt; special tokens are added for `plain` only.

        Other chat templates write special tokens into the text.
        """
        return self._cut(text, special=self._template.name == "plain")

    def _cut(self, text: str, *, special: bool) -> list[int]:
        with guarded("the model's tokenizer"):
            return list(self._tokenizer(text, add_special_tokens=special)["input_ids"])

    def _sample(self, request: GenerateRequest, cancelled: threading.Event) -> list[Completion]:
        if not request.seeds:
            return []
        prompt = self._tokens(self._template.render(request.prompt))
        shaper = self._shaper(request.params, prompt)
        room = min(request.params.max_tokens, self._info.context_tokens - len(prompt))
        if request.params.max_tokens < 1:
            return [Completion("", "length", seed, usage=Usage(1)) for seed in request.seeds]
        if room < 1 or not prompt:
            error = f"ContextError: {len(prompt)} tokens of prompt in {self._info.context_tokens}"
            return [Completion("", "error", seed, error=error) for seed in request.seeds]
        started = time.perf_counter()
        rows = [_SampledRow(self._tokenizer, request, seed, shaper()) for seed in request.seeds]
        self._decode(prompt, rows, room, cancelled)
        seconds = time.perf_counter() - started
        return [
            self._completion(row, place, len(prompt), seconds) for place, row in enumerate(rows)
        ]

    def _shaper(self, params: SamplingParams, prompt: list[int]) -> "Callable[[], Shaper | None]":
        """A factory of each row's shaper; it gives `None` when no logits are to be changed."""
        if not params.shaped:
            return lambda: None
        import numpy as np

        from underdog.engines.shaping.shaper import Shaper

        check_penalties(params, self._model.config.vocab_size)
        bound = params.constraint
        matcher = self._constraints.matcher(bound) if bound is not None else None
        distinct = np.unique(np.array(prompt, np.int64))
        return lambda: Shaper(params, distinct, matcher.fresh() if matcher is not None else None)

    def _decode(
        self, prompt: list[int], rows: "list[_SampledRow]", room: int, cancelled: threading.Event
    ) -> None:
        torch: Any = importlib.import_module("torch")
        stop_ids = _end_ids(self._model, self._tokenizer)
        with torch.inference_mode():
            ids = torch.tensor([prompt], device=self._device)
            out = self._model(input_ids=ids, use_cache=True)
            cache = out.past_key_values
            cache.batch_repeat_interleave(len(rows))
            logits_RV = out.logits[:, -1].float().cpu().repeat(len(rows), 1)
            for step in range(room):
                for row, logits_V in zip(rows, logits_RV, strict=True):
                    row.step(logits_V, stop_ids)
                if cancelled.is_set() or all(row.done for row in rows) or step == room - 1:
                    return
                ids = torch.tensor([[row.last] for row in rows], device=self._device)
                out = self._model(input_ids=ids, past_key_values=cache, use_cache=True)
                logits_RV = out.logits[:, -1].float().cpu()

    def _completion(
        self, row: "_SampledRow", place: int, num_prompt: int, seconds: float
    ) -> Completion:
        usage = charge(
            prompt_tokens=num_prompt if place == 0 else 0,
            generated_tokens=len(row.ids),
            context_before=num_prompt,
            seconds=seconds,
            shape=self._info.shape,
        )
        return replace(row.completion(), usage=usage)

    def _score(self, request: ScoreRequest, cancelled: threading.Event) -> ContinuationScore:
        torch: Any = importlib.import_module("torch")
        text = self._template.render(request.prompt)
        prompt, whole = self._tokens(text), self._tokens(text + request.continuation)
        if whole[: len(prompt)] != prompt:
            whole = prompt + self._cut(request.continuation, special=False)
        if len(whole) > self._info.context_tokens:
            raise ContextError(
                f"prompt and continuation have {len(whole)} tokens, the context "
                f"{self._info.context_tokens}; shorten the prompt"
            )
        if len(whole) == len(prompt):
            return ContinuationScore(())
        started = time.perf_counter()
        with torch.inference_mode():
            ids = torch.tensor([whole], device=self._device)
            logits_TV = self._model(input_ids=ids).logits[0, len(prompt) - 1 : -1].float().cpu()
            logprobs_TV = torch.log_softmax(logits_TV, dim=-1)
        picked = [
            clamp(float(logprobs_V[token]))
            for logprobs_V, token in zip(logprobs_TV, whole[len(prompt) :], strict=True)
        ]
        usage = charge(
            prompt_tokens=len(whole),
            generated_tokens=0,
            calls=0,
            seconds=time.perf_counter() - started,
            shape=self._info.shape,
        )
        return ContinuationScore(tuple(picked), usage)


class _SampledRow:
    """One row while it is being sampled."""

    def __init__(
        self, tokenizer: Any, request: GenerateRequest, seed: int, shaper: "Shaper | None"
    ) -> None:
        torch: Any = importlib.import_module("torch")
        self._tokenizer = tokenizer
        self._params = request.params
        self._seed = seed
        self._random = torch.Generator().manual_seed(seed % (1 << 63))
        self._logprobs: list[float] = []
        self._tops: list[list[float]] = []
        self._text = ""
        self._stopped_by: str | None = None
        self._ended = False
        self._shaper = shaper
        self._error: str | None = None
        self.ids: list[int] = []

    @property
    def done(self) -> bool:
        """Whether the row is finished."""
        return self._ended

    @property
    def last(self) -> int:
        """The token to feed next; any token once the row is finished."""
        return self.ids[-1] if self.ids else 0

    def step(self, logits_V: Any, stop_ids: frozenset[int]) -> None:
        """Draw one token from the logits (V is the vocabulary's size); may finish the row."""
        if self._ended:
            return
        logprobs_V = _log_softmax(logits_V)
        shaped_V = self._shaped(logits_V)
        if self._ended:
            return
        token = self._draw(shaped_V)
        self.ids.append(token)
        self._logprobs.append(float(logprobs_V[token]))
        top_k = min(max(1, self._params.top_logprobs), len(logprobs_V))
        self._tops.append([float(logprob) for logprob in logprobs_V.topk(top_k).values])
        if token in stop_ids:
            self._ended = True
            return
        whole = self._tokenizer.decode(self.ids, skip_special_tokens=True)
        self._text, self._stopped_by = earliest_stop(whole, self._params.stop)
        complete = self._shaper is not None and self._shaper.accept(token)
        self._ended = complete or self._stopped_by is not None

    def completion(self) -> Completion:
        """The finished completion."""
        trace = token_trace(self._logprobs, self._tops, self._params.top_logprobs)
        ended: FinishReason = "stop" if self._ended else "length"
        return Completion(
            self._text,
            ended if self._error is None else "error",
            self._seed,
            trace,
            stop_string=self._stopped_by,
            error=self._error,
        )

    def _shaped(self, logits_V: Any) -> Any:
        """The logits to draw from; the row fails when no token is allowed."""
        if self._shaper is None:
            return logits_V
        torch: Any = importlib.import_module("torch")
        values_V = logits_V.numpy().copy()
        if not self._shaper.shape(values_V):
            self._ended = True
            self._error = self._shaper.error
        return torch.from_numpy(values_V)

    def _draw(self, logits_V: Any) -> int:
        torch: Any = importlib.import_module("torch")
        if self._params.greedy:
            return int(logits_V.argmax())
        probs_V, order_V = torch.softmax(logits_V / self._params.temperature, -1).sort(
            descending=True, stable=True
        )
        keep_V = probs_V >= self._params.min_p * probs_V[0]
        if self._params.top_k:
            keep_V[self._params.top_k :] = False
        keep_V &= probs_V.cumsum(-1) - probs_V < self._params.top_p
        keep_V[0] = True
        drawn = torch.multinomial(probs_V * keep_V, 1, generator=self._random)
        return int(order_V[drawn])


@engines.register("transformers")
def open_transformers(
    model: str, template: str = "", device: str = "cpu", context_tokens: int = 0
) -> Engine:
    """A folder with safetensors weights through PyTorch: slow, exact, for reference."""
    return TransformersEngine(
        Path(model).expanduser(), template=template, device=device, context_tokens=context_tokens
    )


def _weights(folder: Path) -> list[Path]:
    files = sorted(folder.glob("*.safetensors"))
    if not files or not (folder / "config.json").is_file():
        raise ModelFileError(
            f"{folder} holds no config.json with *.safetensors; only safetensors weights are read "
            "(pickled .bin or .pt files can run code)"
        )
    check_settings(folder)
    return files


def _load(folder: Path, device: str) -> tuple[Any, Any]:
    library: Any = importlib.import_module("transformers")
    torch: Any = importlib.import_module("torch")
    try:
        tokenizer = library.AutoTokenizer.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False
        )
        model = library.AutoModelForCausalLM.from_pretrained(
            folder,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            dtype=torch.float32,
        )
    except Exception as error:  # a boundary: a foreign folder breaks in any way
        raise ModelFileError(
            f"transformers cannot load {folder}: {type(error).__name__}: {str(error)[:300]}; "
            "check that the folder is complete"
        ) from error
    return tokenizer, model.to(device).eval()


def _end_ids(model: Any, tokenizer: Any) -> frozenset[int]:
    told: Any = model.generation_config.eos_token_id
    ids: list[Any] = [*told] if isinstance(told, list) else [told]
    return frozenset(int(i) for i in (*ids, tokenizer.eos_token_id) if i is not None)


def _log_softmax(logits_V: Any) -> Any:
    torch: Any = importlib.import_module("torch")
    return torch.log_softmax(logits_V, dim=-1)

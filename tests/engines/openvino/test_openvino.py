"""The OpenVINO engine as a whole, on a tiny random model."""

import asyncio
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.engines.conftest import ask
from tests.models.tiny_gguf import Tiny, reference_logits, write_tiny
from underdog.core import Completion, GenerateRequest, SamplingParams, ScoreRequest
from underdog.engines.opening import open_engine
from underdog.engines.sync import SyncEngine
from underdog.errors import (
    ContextError,
    EngineError,
    MissingExtraError,
    ModelFileError,
    UsageError,
)
from underdog.models.gguf.header import read_gguf_header
from underdog.models.gguf.shape import read_architecture

pytest.importorskip("openvino")
pytest.importorskip("gguf")
pytest.importorskip("tokenizers")

from underdog.engines.openvino import OpenVinoEngine
from underdog.engines.openvino import engine as engine_module
from underdog.engines.openvino.decoding.row import readable

QUESTION = ask("what is the answer to this question?")
FREE = SamplingParams(temperature=1.0, max_tokens=40)
SHORT = SamplingParams(temperature=0.9, top_p=0.9, max_tokens=9)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tiny]:
    folder = tmp_path_factory.mktemp("openvino")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNDERDOG_CACHE", str(folder / "cache"))
        yield write_tiny(folder / "tiny.gguf", "llama")


@pytest.fixture(scope="module")
def engine(tiny: Tiny) -> Iterator[SyncEngine]:
    with SyncEngine(opened(tiny)) as opened_engine:
        yield opened_engine


def opened(tiny: Tiny, **options: object) -> OpenVinoEngine:
    settings = {"max_rows": 4, "context_tokens": 256, "threads": 1} | options
    return OpenVinoEngine(tiny.path, **settings)  # pyright: ignore[reportArgumentType]


def texts(rows: list[Completion]) -> list[str]:
    return [row.text for row in rows]


def request(params: SamplingParams, *seeds: int, text: str = "what is it?") -> GenerateRequest:
    return GenerateRequest(ask(text), params, seeds)


def test_rows_are_the_same_alone_together_and_with_other_slots(
    engine: SyncEngine, tiny: Tiny
) -> None:
    requests = [
        request(FREE, *range(7)),
        request(SHORT, 1, 2, text="what is " * 20),
        request(FREE, 5, text="why"),
    ]
    together = engine.generate(requests)
    alone = [[engine.generate([GenerateRequest(r.prompt, r.params, (s,))])[0][0] for s in r.seeds]
             for r in requests]  # fmt: skip
    with SyncEngine(opened(tiny, max_rows=32)) as wide:
        wider = wide.generate(requests)
    assert [texts(rows) for rows in together] == [texts(rows) for rows in alone]
    assert [texts(rows) for rows in together] == [texts(rows) for rows in wider]
    assert together[0][0].trace.logprobs == wider[0][0].trace.logprobs


def test_a_greedy_float_row_is_that_of_the_definition(tiny: Tiny) -> None:
    with SyncEngine(opened(tiny, precision="f32")) as exact:
        params = SamplingParams(temperature=0.0, max_tokens=8)
        [[row]] = exact.generate([GenerateRequest(QUESTION, params, (0,))])
        words = exact.engine._vocabulary  # type: ignore[attr-defined]
    tokens = words.encode("<|user|>what is the answer to this question?\n<|assistant|>")
    expected = b""
    for _ in range(8):
        token = int(reference_logits(tiny, tokens)[-1].argmax())
        if token in words.ends:
            break
        tokens.append(token)
        expected += words.token_bytes[token]
    assert row.text == readable(expected)


def test_a_known_prompt_opening_is_not_read_again(engine: SyncEngine) -> None:
    opening = "this is the question that was asked before and before " * 4
    [[first]] = engine.generate([request(SHORT, 1, text=f"{opening}one")])
    [[second]] = engine.generate([request(SHORT, 1, text=f"{opening}two")])
    [[again]] = engine.generate([request(SHORT, 1, text=f"{opening}one")])
    assert second.usage.cached_prompt_tokens >= 64
    assert again.usage.cached_prompt_tokens > first.usage.cached_prompt_tokens
    assert again.text == first.text
    assert again.usage.flops == first.usage.flops


def test_many_prompts_pass_through_few_blocks(tiny: Tiny) -> None:
    requests = [request(FREE, 1, 2, 3, text=f"{n} " * (4 * n + 1)) for n in range(12)]
    with SyncEngine(opened(tiny, max_rows=1, context_tokens=128)) as narrow:
        rows = narrow.generate(requests)
        loop = narrow.engine._loop  # type: ignore[attr-defined]
        assert loop._unreserved == loop._pool.available
    with SyncEngine(opened(tiny, max_rows=16, context_tokens=128)) as wide:
        assert [texts(group) for group in wide.generate(requests)] == [texts(g) for g in rows]


def test_scores_are_the_logprobs_of_the_definition(tiny: Tiny) -> None:
    import numpy as np

    with SyncEngine(opened(tiny, precision="f32")) as exact:
        long = " and then what is it" * 12
        scores = exact.score([ScoreRequest(QUESTION, long), ScoreRequest(QUESTION, " yes")])
        words = exact.engine._vocabulary  # type: ignore[attr-defined]
    head = "<|user|>what is the answer to this question?\n<|assistant|>"
    for score, continuation in zip(scores, (long, " yes"), strict=True):
        prompt, whole = words.encode(head), words.encode(head + continuation)
        if whole[: len(prompt)] != prompt:
            whole = prompt + words.encode(continuation, special=False)
        logits = reference_logits(tiny, whole)
        listed = logits - np.log(np.exp(logits).sum(1, keepdims=True))
        expected = [listed[at - 1, whole[at]] for at in range(len(prompt), len(whole))]
        assert score.logprobs == pytest.approx(expected, abs=2e-3)
        assert score.usage.prompt_tokens == len(whole)


def test_a_prompt_of_whole_blocks_that_is_known_scores_every_token(engine: SyncEngine) -> None:
    words = engine.engine._vocabulary  # type: ignore[attr-defined]
    fill = next(
        text
        for text in ("z" * count for count in range(200))
        if len(words.encode(f"<|user|>{text}\n<|assistant|>")) == 64
    )
    first, again = (engine.score([ScoreRequest(ask(fill), "0 1 2")])[0] for _ in range(2))
    assert again.logprobs == first.logprobs
    assert len(first.logprobs) >= 3


def test_a_continuation_that_merges_with_the_prompt_is_scored_by_itself(
    engine: SyncEngine,
) -> None:
    [score] = engine.score([ScoreRequest(ask("what", prefix="th"), "e answer")])
    assert score.logprobs
    assert all(logprob <= 0 for logprob in score.logprobs)


def test_a_continuation_beyond_the_context_is_refused(engine: SyncEngine) -> None:
    with pytest.raises(ContextError, match="raise context_tokens"):
        engine.score([ScoreRequest(QUESTION, "xyz " * 300)])


def test_a_row_stops_where_the_context_ends(engine: SyncEngine) -> None:
    long = SamplingParams(temperature=1.0, max_tokens=10_000)
    [[row]] = engine.generate([request(long, 3)])
    assert row.finish in ("length", "stop")
    assert row.usage.generated_tokens < 256


def test_cancelled_work_gives_its_blocks_back(engine: SyncEngine) -> None:
    async def cancel_all() -> None:
        long = SamplingParams(temperature=1.0, max_tokens=200)
        jobs = [
            asyncio.ensure_future(engine.engine.generate([request(long, *range(5), text=text)]))
            for text in ("a", "what is " * 60, "b " * 50, "c")
        ]
        await asyncio.wait(jobs, timeout=0.05)
        for job in jobs:
            job.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)

    for _ in range(3):
        engine.run(cancel_all())
    assert len(engine.generate([request(SHORT, 1)])[0]) == 1
    loop = engine.engine._loop  # type: ignore[attr-defined]
    assert loop._unreserved == loop._pool.available


def test_a_closed_engine_fails_what_it_was_doing(tiny: Tiny) -> None:
    closing = opened(tiny)

    async def close_early() -> None:
        long = SamplingParams(temperature=1.0, max_tokens=200)
        job = asyncio.ensure_future(closing.generate([request(long, *range(40))]))
        await asyncio.wait([job], timeout=0.05)
        await closing.aclose()
        await closing.aclose()
        with pytest.raises(EngineError, match="closed"):
            await job
        with pytest.raises(EngineError, match="closed"):
            await closing.generate([request(SHORT, 1)])

    asyncio.run(close_early())


def test_a_failure_while_decoding_reaches_the_caller(
    tiny: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SyncEngine(opened(tiny)) as broken:

        def fail(chunks: object) -> None:
            raise RuntimeError("no such kernel")

        monkeypatch.setattr(broken.engine._loop._decoder, "forward", fail)  # type: ignore[attr-defined]
        with pytest.raises(EngineError, match="no such kernel"):
            broken.generate([request(SHORT, 1)])


def test_a_spec_opens_the_engine(tiny: Tiny) -> None:
    opened_engine = open_engine(f"openvino:{tiny.path}", context_tokens=64, threads=1, max_rows=2)
    assert opened_engine.info.engine == "openvino"
    assert opened_engine.info.context_tokens == 64
    assert opened_engine.info.shape is not None
    asyncio.run(opened_engine.aclose())


@pytest.mark.parametrize(
    "options", [{"precision": "int3"}, {"max_rows": -1}, {"context_tokens": 2}, {"threads": -1}]
)
def test_impossible_options_are_refused(tiny: Tiny, options: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        opened(tiny, **options)


def test_another_precision_has_another_fingerprint(engine: SyncEngine, tiny: Tiny) -> None:
    with SyncEngine(opened(tiny, precision="f16", template="chatml")) as other:
        assert other.info.fingerprint != engine.info.fingerprint


def test_without_openvino_the_error_names_the_extra(
    tiny: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> str:
        raise engine_module.PackageNotFoundError(name)

    monkeypatch.setattr(engine_module, "version", missing)
    with pytest.raises(MissingExtraError, match=r"underdog\[openvino\]"):
        opened(tiny)


def test_a_damaged_conversion_is_named(tiny: Tiny, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNDERDOG_CACHE", str(tmp_path))
        asyncio.run(opened(tiny).aclose())
        [index] = tmp_path.glob("openvino/*/index.json")
        index.write_text("{")
        with pytest.raises(ModelFileError, match="delete it"):
            opened(tiny)


def test_a_cache_that_cannot_be_written_is_an_error(tiny: Tiny, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNDERDOG_CACHE", str(tmp_path))
        (tmp_path / "openvino").write_text("in the way")
        with pytest.raises(EngineError, match="UNDERDOG_CACHE"):
            opened(tiny)
    assert os.listdir(tmp_path)


def test_a_runtime_that_cannot_compile_is_named(
    tiny: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    from underdog.engines.openvino.compiled import decoder

    def refuse(*_: object) -> None:
        raise RuntimeError("expects 29 inputs, but it has 28")

    monkeypatch.setattr(decoder, "build_decoder", refuse)
    with pytest.raises(EngineError, match=r"openvino==2026\.4"):
        opened(tiny)


@pytest.mark.parametrize(
    ("changes", "sizes", "message"),
    [
        ({"general.architecture": "mamba"}, {}, "llama_cpp"),
        ({"llama.rope.scaling.type": "yarn"}, {}, "rotary"),
        ({"llama.attention.head_count": 3}, {}, "cannot run"),
        ({"llama.block_count": "two"}, {}, "block_count"),
        ({"llama.rope.freq_base": -1.0}, {}, "freq_base"),
    ],
)
def test_an_architecture_that_the_graph_is_not_written_for_is_refused(
    tiny: Tiny, changes: dict[str, str], sizes: dict[str, int], message: str
) -> None:
    header = read_gguf_header(tiny.path)
    changed = replace(
        header,
        metadata={**header.metadata, **changes},
        tensor_sizes={**header.tensor_sizes, **sizes},
    )
    with pytest.raises(ModelFileError, match=message):
        read_architecture(changed)


def test_nothing_to_sample_and_nothing_to_read_are_answered_at_once(engine: SyncEngine) -> None:
    none = SamplingParams(max_tokens=0)
    rows, no_rows = engine.generate([request(none, 1, 2), request(SHORT)])
    assert [(row.text, row.finish) for row in rows] == [("", "length"), ("", "length")]
    assert no_rows == []
    [[row]] = engine.generate([request(SHORT, 1, text="word " * 300)])
    assert row.error is not None
    assert row.error.startswith("ContextError")
    assert engine.score([ScoreRequest(QUESTION, "")])[0].logprobs == ()

"""Prompts beyond the context, and cancelled work: what the CPU engine does at the next step."""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.models.malformed_models import model_bytes

pytest.importorskip("openvino")
pytest.importorskip("tokenizers")

from underdog.core import GenerateRequest, Message, Prompt, SamplingParams
from underdog.engines.openvino import OpenVinoEngine
from underdog.engines.openvino.compiled.decoder import Decoder, Logits, TokenChunk
from underdog.engines.sync import SyncEngine

CONTEXT = 64
LONG = SamplingParams(temperature=1.0, max_tokens=40)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenVinoEngine]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNDERDOG_CACHE", str(tmp_path_factory.mktemp("cache")))
        path: Path = tmp_path_factory.mktemp("model") / "model.gguf"
        path.write_bytes(model_bytes())
        engine = OpenVinoEngine(path, max_rows=4, context_tokens=CONTEXT, threads=1)
    yield engine
    asyncio.run(engine.aclose())


def ask(text: str, *seeds: int) -> GenerateRequest:
    return GenerateRequest(Prompt((Message("user", text),)), LONG, seeds)


@pytest.mark.parametrize("length", [CONTEXT, CONTEXT + 1, 50 * CONTEXT])
def test_a_prompt_beyond_the_context_is_an_error_of_its_rows_only(
    length: int, engine: OpenVinoEngine
) -> None:
    long, short = ask("b" * length, 1, 2), ask("b", 1)
    [refused, [answered]] = asyncio.run(engine.generate([long, short]))
    assert [row.finish for row in refused] == ["error", "error"]
    assert f"fills the context of {CONTEXT}" in (refused[0].error or "")
    assert answered.finish != "error"


class Watching:
    """A decoder that calls a function before each step, and notes how many rows are extended."""

    def __init__(self, decoder: Decoder, before: Any) -> None:
        self._decoder = decoder
        self._before = before
        self.rows: list[int] = []

    def forward(self, chunks: Sequence[TokenChunk]) -> Logits:
        self.rows.append(sum(len(chunk.tokens) == 1 and chunk.past > 0 for chunk in chunks))
        self._before(len(self.rows))
        return self._decoder.forward(chunks)

    def copy_block(self, source: int, target: int) -> None:
        self._decoder.copy_block(source, target)


@pytest.mark.parametrize("step", [1, 2, 5])
def test_cancelled_rows_are_gone_at_the_next_step(step: int, engine: OpenVinoEngine) -> None:
    loop = engine._loop
    real = loop._decoder

    def before(steps: int) -> None:
        if steps == step:
            for job in dict.fromkeys([*loop._reading, *(job for job, _ in loop._running)]):
                job.cancelled = True

    watching = Watching(real, before)
    loop._decoder = watching  # pyright: ignore[reportAttributeAccessIssue]

    async def until_all_is_given_back() -> None:
        task = asyncio.ensure_future(engine.generate([ask("abc", 1, 2, 3, 4)]))
        while len(watching.rows) < step or loop._unreserved != loop._pool.available:
            await asyncio.sleep(0)
        assert not task.done()
        task.cancel()

    try:
        asyncio.run(until_all_is_given_back())
        assert len(watching.rows) == step
        [[row]] = asyncio.run(engine.generate([ask("abc", 7)]))
        assert row.finish in ("stop", "length")
        assert max(watching.rows[step:]) == 1
    finally:
        loop._decoder = real


def test_an_awaiting_task_that_is_cancelled_frees_the_slots_for_others(
    engine: OpenVinoEngine,
) -> None:
    async def cancel_and_ask() -> str:
        task = asyncio.ensure_future(engine.generate([ask("abc", *range(400))]))
        while not engine._loop._running:
            await asyncio.sleep(0)
        task.cancel()
        [[row]] = await engine.generate([ask("abc", 3)])
        assert task.cancelled()
        return row.text

    text = asyncio.run(cancel_and_ask())
    [[again]] = asyncio.run(engine.generate([ask("abc", 3)]))
    assert text == again.text
    assert engine._loop._unreserved == engine._loop._pool.available


def test_the_engine_serves_again_after_errors_and_cancelling(engine: OpenVinoEngine) -> None:
    facade = SyncEngine(engine)
    [rows] = facade.generate([ask("abc", 1, 2, 3, 4, 5)])
    assert [row.finish for row in rows].count("error") == 0

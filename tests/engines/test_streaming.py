"""Rows that are shown while they are sampled."""

import asyncio
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engines.conftest import ask
from tests.models.tiny_gguf import write_tiny
from underdog.core import Choices, GenerateRequest, Piece, SamplingParams, Streams
from underdog.engines.sync import SyncEngine
from underdog.errors import ContextError, UsageError

pytest.importorskip("openvino")
pytest.importorskip("gguf")

from underdog.engines.openvino import OpenVinoEngine
from underdog.engines.openvino.decoding.row import DecodingRow, readable

QUESTION = ask("what is it?")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SyncEngine]:
    folder = tmp_path_factory.mktemp("streaming")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNDERDOG_CACHE", str(folder / "cache"))
        tiny = write_tiny(folder / "tiny.gguf", "llama")
        opened = OpenVinoEngine(tiny.path, max_rows=4, context_tokens=256, threads=1)
        with SyncEngine(opened) as ready:
            yield ready


class Alphabet:
    """A vocabulary of all single bytes and one end."""

    token_bytes = (*(bytes([value]) for value in range(256)), b"")
    ends = (256,)


def pieces(engine: SyncEngine, request: GenerateRequest) -> list[Piece]:
    able: Streams = engine.engine  # type: ignore[assignment]

    async def collect() -> list[Piece]:
        return [piece async for piece in able.stream(request)]

    return engine.run(collect())


@pytest.mark.parametrize(
    "params",
    [
        SamplingParams(temperature=1.0, max_tokens=60),
        SamplingParams(temperature=1.0, max_tokens=60, stop=("e", "th", "wh")),
        SamplingParams(temperature=1.0, max_tokens=60, constraint=Choices(("naïve 😀", "é"))),
        SamplingParams(temperature=1.0, max_tokens=0),
    ],
)
def test_pieces_put_together_are_the_reply(engine: SyncEngine, params: SamplingParams) -> None:
    for seed in range(5):
        request = GenerateRequest(QUESTION, params, (seed,))
        *early, last = pieces(engine, request)
        [[row]] = engine.generate([request])
        assert all(piece.text and piece.completion is None for piece in early)
        assert last.completion is not None
        assert "".join(piece.text for piece in [*early, last]) == row.text
        assert (last.completion.text, last.completion.finish) == (row.text, row.finish)
        assert len(early) > 1 or len(row.text) < 12


@settings(max_examples=200, deadline=None)
@given(
    text=st.text(st.sampled_from("abé😀\n"), max_size=30),
    stops=st.lists(st.text(st.sampled_from("abé\n"), min_size=1, max_size=4), max_size=3),
    limit=st.integers(1, 60),
)
def test_no_part_of_a_stop_string_or_letter_is_shown_too_early(
    text: str, stops: list[str], limit: int
) -> None:
    row = DecodingRow(0, 0, SamplingParams(stop=tuple(stops)), limit, 0)
    shown = ""
    for value in text.encode():
        row.push(value, (-1.0,), Alphabet())  # type: ignore[arg-type]
        shown += row.news()
        assert "\N{REPLACEMENT CHARACTER}" not in shown
        if row.finish is not None:
            break
    if row.finish is None:
        row.push(256, (-1.0,), Alphabet())  # type: ignore[arg-type]
        shown += row.news()
    assert shown == readable(bytes(row._text))
    assert not any(stop in shown for stop in stops)


def test_a_reader_who_leaves_frees_the_row(engine: SyncEngine) -> None:
    async def leave() -> str:
        params = SamplingParams(temperature=1.0, max_tokens=200)
        stream = engine.engine.stream(GenerateRequest(QUESTION, params, (1,)))  # type: ignore[attr-defined]
        first = await anext(stream)
        await stream.aclose()
        return first.text

    loop = engine.engine._loop  # type: ignore[attr-defined]
    assert engine.run(leave())
    engine.generate([GenerateRequest(QUESTION, SamplingParams(max_tokens=2), (1,))])
    assert loop._unreserved == loop._pool.available


def test_failures_reach_the_reader(engine: SyncEngine) -> None:
    with pytest.raises(UsageError, match="one row"):
        pieces(engine, GenerateRequest(QUESTION, SamplingParams(), (1, 2)))
    [only] = pieces(engine, GenerateRequest(ask("xyz " * 300), SamplingParams(), (1,)))
    assert only.completion is not None
    assert only.completion.finish == "error"
    assert only.completion.error is not None
    assert only.completion.error.startswith(ContextError.__name__)


def test_several_rows_are_streamed_at_once(engine: SyncEngine) -> None:
    async def both() -> list[str]:
        async def one(seed: int) -> str:
            request = GenerateRequest(QUESTION, SamplingParams(1.0, max_tokens=20), (seed,))
            return "".join([piece.text async for piece in engine.engine.stream(request)])  # type: ignore[attr-defined]

        return list(await asyncio.gather(*(one(seed) for seed in range(6))))

    rows = engine.generate(
        [GenerateRequest(QUESTION, SamplingParams(1.0, max_tokens=20), tuple(range(6)))]
    )[0]
    assert engine.run(both()) == [row.text for row in rows]

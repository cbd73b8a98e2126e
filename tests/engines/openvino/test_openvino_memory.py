"""The CPU engine where memory is short."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.models.malformed_models import model_bytes

pytest.importorskip("openvino")
pytest.importorskip("tokenizers")

from underdog.core import Completion, GenerateRequest, Message, Prompt, SamplingParams
from underdog.engines.openvino import OpenVinoEngine
from underdog.engines.openvino import engine as engine_module
from underdog.engines.openvino.compiled import decoder as decoder_module
from underdog.engines.openvino.compiled import weights as weights_module
from underdog.engines.openvino.compiled.decoder import Decoder
from underdog.engines.openvino.compiled.packing import Precision
from underdog.engines.openvino.compiled.weights import converted
from underdog.engines.openvino.decoding.cache_plan import CachePlan, block_bytes
from underdog.engines.sync import SyncEngine
from underdog.errors import EngineError
from underdog.models.loading import open_model

CONTEXT = 64


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNDERDOG_CACHE", str(tmp_path_factory.mktemp("cache")))
        path = tmp_path_factory.mktemp("model") / "model.gguf"
        path.write_bytes(model_bytes())
        yield path


def rows_of(engine: OpenVinoEngine) -> int:
    return engine._loop._max_rows


def opened(model: Path, **options: Any) -> OpenVinoEngine:
    return OpenVinoEngine(model, context_tokens=CONTEXT, threads=1, **options)


def sampled(engine: OpenVinoEngine) -> list[Completion]:
    params = SamplingParams(max_tokens=5)
    request = GenerateRequest(Prompt((Message("user", "abc"),)), params, tuple(range(6)))
    with SyncEngine(engine) as running:
        [rows] = running.generate([request])
    return rows


def decoder(model: Path, precision: Precision, num_blocks: int) -> Decoder:
    weights = converted(open_model(model, "", CONTEXT), precision)
    return Decoder(weights, precision, 259, num_blocks=num_blocks, context_tokens=64, threads=1)


@pytest.mark.parametrize(("precision", "value_bytes"), [("int8", 2), ("f32", 4)])
def test_the_cache_takes_what_was_planned(
    precision: Precision, value_bytes: int, model: Path
) -> None:
    shape = open_model(model, "", CONTEXT).architecture
    plan = CachePlan(3, CONTEXT, block_bytes(shape, value_bytes))
    made = decoder(model, precision, plan.num_blocks)
    assert sum(cache.nbytes for cache in made._caches) == plan.size_bytes


def test_a_cache_that_openvino_cannot_allocate_is_a_memory_error(model: Path) -> None:
    with pytest.raises(MemoryError, match="blocks"):
        decoder(model, "int8", 1 << 42)


def test_an_engine_decodes_fewer_rows_where_memory_holds_no_more(
    model: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    shape = open_model(model, "", CONTEXT).architecture
    weights = converted(open_model(model, "", CONTEXT), "int8")
    taken = sum(array.nbytes for array in weights.arrays.values())
    room = CachePlan(5, CONTEXT, block_bytes(shape, 2)).size_bytes
    monkeypatch.setattr(engine_module, "free_bytes", lambda: taken + room)
    with caplog.at_level(logging.WARNING):
        engine = opened(model, max_rows=20)
    assert rows_of(engine) == 5
    assert "instead of 20" in caplog.text
    assert [row.finish for row in sampled(engine)].count("error") == 0


def test_an_engine_halves_its_rows_until_their_cache_can_be_allocated(
    model: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = decoder_module.ov

    class Scarce:
        """OpenVINO on a machine that grants no tensor of more than 40 blocks."""

        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

        def Tensor(self, *given: Any, **named: Any) -> Any:
            if len(given) == 2 and given[1][0] > 40:
                raise RuntimeError("Exception from allocator.cpp: std::bad_alloc")
            return real.Tensor(*given, **named)

    monkeypatch.setattr(decoder_module, "ov", Scarce())
    with caplog.at_level(logging.WARNING):
        engine = opened(model, max_rows=64)
    assert rows_of(engine) == 8
    assert len(caplog.records) == 1
    assert [row.finish for row in sampled(engine)].count("error") == 0


def test_no_memory_for_a_row_is_a_typed_error(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "free_bytes", lambda: 1000)
    with pytest.raises(EngineError, match=r"one row of 64 tokens.*lower context_tokens"):
        opened(model)


def test_as_many_rows_as_memory_allows_are_the_default(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "free_bytes", lambda: 1 << 40)
    engine = opened(model)
    assert rows_of(engine) == 32
    SyncEngine(engine).close()


def test_text_does_not_depend_on_how_many_rows_memory_holds(model: Path) -> None:
    few, many = (sampled(opened(model, max_rows=rows)) for rows in (1, 0))
    assert [row.text for row in few] == [row.text for row in many]


def test_too_little_memory_to_convert_is_a_typed_error_and_leaves_nothing(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise MemoryError

    monkeypatch.setenv("UNDERDOG_CACHE", str(tmp_path))
    monkeypatch.setattr(weights_module, "packed", fails)
    with pytest.raises(EngineError, match="not enough memory to convert"):
        opened(model)
    assert not list((tmp_path / "openvino").iterdir())

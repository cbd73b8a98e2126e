"""The engine for a lone row is the one that was measured to be faster on this machine."""

import asyncio
import json
from pathlib import Path

import pytest

from tests.engines.conftest import ask
from tests.models.tiny_gguf import write_tiny
from underdog.core import GenerateRequest, SamplingParams
from underdog.engines import choosing
from underdog.engines.bench import lone_row
from underdog.engines.bench.speed import Speed
from underdog.engines.choosing import choose_for_one
from underdog.engines.machine import instructions
from underdog.engines.opening import open_engine as open_engine_async
from underdog.engines.sync import open_engine

for package in ("openvino", "xllamacpp", "tokenizers", "gguf"):
    pytest.importorskip(package)

SMALL = {"context_tokens": 128, "threads": 1}
OLD = "model name\t: Old\nflags\t\t: fpu sse2 avx avx2 fma\n"
NEW = "model name\t: New\nflags\t\t: fpu avx2 avx512f avx512_vnni avx512_bf16\n"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny(tmp_path_factory.mktemp("lone") / "tiny.gguf", "llama").path


@pytest.fixture
def records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the records, in a cache that is empty at first."""
    monkeypatch.setenv("UNDERDOG_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "rates"


@pytest.fixture
def processor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def pretend(text: str) -> None:
        path = tmp_path / "cpuinfo"
        path.write_text(f"processor : 0\n{text}")
        monkeypatch.setattr(instructions, "_FLAGS", path)
        instructions._flags.cache_clear()

    yield pretend
    instructions._flags.cache_clear()


def write_record(file: Path, openvino: float, llama_cpp: float) -> Path:
    path = lone_row._record(file, 1)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"tokens_per_s": {"openvino": openvino, "llama_cpp": llama_cpp}}))
    return path


def test_both_engines_are_measured_once_and_the_faster_one_is_opened(
    file: Path, records: Path
) -> None:
    with open_engine(file, rows=1, **SMALL) as engine:
        first = engine.info.engine
        [[row]] = engine.generate([GenerateRequest(ask("a"), SamplingParams(max_tokens=4), (1,))])
    assert row.finish in ("stop", "length")
    [record] = records.iterdir()
    rates = json.loads(record.read_text())["tokens_per_s"]
    assert set(rates) == {"openvino", "llama_cpp"}
    assert min(rates.values()) > 0
    assert first == max(rates, key=rates.get)
    written = record.stat().st_mtime_ns
    with open_engine(file, rows=1, **SMALL) as engine:
        assert engine.info.engine == first
    assert record.stat().st_mtime_ns == written


@pytest.mark.parametrize(
    ("openvino", "llama_cpp", "faster"),
    [(33.0, 57.0, "llama_cpp"), (57.0, 33.0, "openvino"), (5.0, 5.0, "openvino")],
)
def test_what_was_measured_decides(
    file: Path, records: Path, openvino: float, llama_cpp: float, faster: str
) -> None:
    write_record(file, openvino, llama_cpp)
    with open_engine(file, rows=1, **SMALL) as engine:
        assert engine.info.engine == faster
    choice = choose_for_one(file, 1)
    assert choice is not None
    assert choice.reason == f"measured tokens/s: openvino {openvino:.3g}, llama_cpp {llama_cpp:.3g}"


@pytest.mark.parametrize(
    ("drawn", "rates"),
    [
        ([(24, 2.0, 24, 1.0), (24, 1.5, 24, 3.0)], (16.0, 24.0)),
        ([(24, 2.0, 24, 1.0), (3, 0.1, 24, 0.5)], (12.0, 24.0)),
        ([(0, 0.5, 2, 0.5), (1, 0.2, 0, 0.25)], (5.0, 4.0)),
    ],
)
def test_replies_that_end_early_count_only_where_all_do(
    drawn: list[tuple[int, float, int, float]], rates: tuple[float, float]
) -> None:
    turns = [
        {"openvino": Speed("samples", 1, a, s), "llama_cpp": Speed("samples", 1, b, t)}
        for a, s, b, t in drawn
    ]
    found = lone_row._highest(turns, 2)
    assert (found["openvino"], found["llama_cpp"]) == pytest.approx(rates)


def test_one_thread_is_timed_by_its_processor_seconds() -> None:
    busy = Speed("samples", 1, 24, 9.0, cpu_s=2.0)
    quiet = Speed("samples", 1, 24, 1.0, cpu_s=1.0)
    turns = [{"openvino": busy, "llama_cpp": quiet}]
    assert lone_row._highest(turns, 1) == {"openvino": 12.0, "llama_cpp": 24.0}
    assert lone_row._highest(turns, 4)["openvino"] == pytest.approx(24 / 9)


@pytest.mark.parametrize(
    ("spec", "options"),
    [
        ("{}", {}),
        ("{}", {"rows": 0}),
        ("{}", {"rows": 2}),
        ("{}", {"rows": 8}),
        ("openvino:{}", {"rows": 1}),
        ("{}", {"rows": 1, "max_rows": 1}),
        ("{},precision=f32", {"rows": 1}),
    ],
)
def test_nothing_is_measured_for_several_rows_or_where_the_engine_is_named(
    file: Path, records: Path, spec: str, options: dict[str, int]
) -> None:
    write_record(file, 1.0, 99.0).unlink()
    with open_engine(spec.format(file), **SMALL, **options) as engine:
        assert engine.info.engine == "openvino"
    assert not list(records.iterdir())


def test_it_is_measured_inside_a_running_event_loop_too(file: Path, records: Path) -> None:
    async def opened() -> str:
        engine = open_engine_async(str(file), rows=1, **SMALL)
        await engine.aclose()
        return engine.info.engine

    assert asyncio.run(opened()) in ("openvino", "llama_cpp")
    assert len(list(records.iterdir())) == 1


@pytest.mark.parametrize("text", ["", "{", "[]", '{"tokens_per_s": {"openvino": 1}}', '{"a": 1}'])
def test_a_damaged_record_counts_as_none(file: Path, records: Path, text: str) -> None:
    write_record(file, 1.0, 2.0).write_text(text)
    assert choose_for_one(file, 1) is None


def test_rates_of_another_processor_model_shape_or_thread_count_do_not_count(
    file: Path, records: Path, tmp_path: Path, processor
) -> None:
    processor(NEW)
    write_record(file, 1.0, 2.0)
    same_shape = write_tiny(tmp_path / "twin.gguf", "llama", seed=7).path
    assert choose_for_one(same_shape, 1) is not None
    wider = write_tiny(tmp_path / "wider.gguf", "llama", mlp=128).path
    assert choose_for_one(wider, 1) is None
    assert choose_for_one(file, 2) is None
    processor(NEW.replace("New", "Newer"))
    assert choose_for_one(file, 1) is None


@pytest.mark.parametrize(("flags", "engine"), [(OLD, "llama_cpp"), (NEW, "openvino")])
def test_a_file_too_large_to_compare_is_judged_by_the_processor(
    file: Path, records: Path, monkeypatch: pytest.MonkeyPatch, processor, flags: str, engine: str
) -> None:
    processor(flags)
    monkeypatch.setattr(lone_row, "_MOST_BYTES", 1000)
    choice = choose_for_one(file, 1)
    assert choice is not None
    assert choice.engine == engine
    assert "not measured" in choice.reason


def test_without_llama_cpp_there_is_nothing_to_compare(
    file: Path, records: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = choosing.importlib.util.find_spec
    absent = lambda name: None if name == "xllamacpp" else find(name)  # noqa: E731
    monkeypatch.setattr(choosing.importlib.util, "find_spec", absent)
    with open_engine(file, rows=1, **SMALL) as engine:
        assert engine.info.engine == "openvino"
    assert not records.exists()


def test_a_cache_that_cannot_be_written_measures_anew_each_time(file: Path, records: Path) -> None:
    records.parent.mkdir()
    records.write_text("a file where the folder should be")
    with open_engine(file, rows=1, **SMALL) as engine:
        assert engine.info.engine in ("openvino", "llama_cpp")
    assert choose_for_one(file, 1) is None

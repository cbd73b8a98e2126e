"""The index that is kept on disk: the same findings, made again when it no longer holds."""

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from underdog.core import Task
from underdog.data.decontamination import Benchmark, ContaminationIndex, kept, protect, protection
from underdog.data.decontamination import word_streams as tokens
from underdog.data.decontamination.arrays_file import ArraysFile, read_arrays, write_arrays
from underdog.data.decontamination.stored import read_index
from underdog.data.workers import Workers
from underdog.errors import DataError, UnderdogError

LONG = (
    "A baker in a small town sells 14 loaves of rye bread each morning and twice as many rolls; "
    "the rest is given to the hens behind the mill before noon."
)
SHORT = "Seven grey geese cross the frozen river slowly."
CHANGED = "Mila in a small town sells 99 loaves of rye bread each morning and twice as many rolls."
TEXTS = [LONG, LONG.upper(), SHORT, f"So: {SHORT} Then they rest.", CHANGED, "Nothing of it.", ""]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("UNDERDOG_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "decontamination"


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.jsonl"
    path.write_text("".join(json.dumps({"question": text}) + "\n" for text in (LONG, SHORT)))
    return path


def _built(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows by one whenever an index is built."""
    kept._probe()
    builds: list[int] = []
    build = ContaminationIndex.build

    def counted(sets: Iterable[Task | Benchmark]) -> ContaminationIndex:
        builds.append(1)
        return build(sets)

    monkeypatch.setattr(protection.ContaminationIndex, "build", counted)
    return builds


def test_an_index_read_back_finds_the_same(cache: Path, mine: Path) -> None:
    fresh = ContaminationIndex.build([protection.benchmark_file(mine)])
    first = protect(files=[mine], local=False)
    again = protect(files=[mine], local=False)
    assert again.index.path is not None
    assert (again.digest, again.checked_against) == (first.digest, {"mine.jsonl": 2})
    expected = list(fresh.scan(TEXTS))
    assert [bool(hits) for hits in expected[:4]] == [True] * 4
    assert list(first.index.scan(TEXTS)) == list(again.index.scan(TEXTS)) == expected


def test_the_second_start_builds_nothing(
    cache: Path, mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    builds = _built(monkeypatch)
    for _ in range(3):
        protect(files=[mine], local=False)
    assert len(builds) == 1
    assert [path.suffix for path in cache.iterdir()] == [".index"]


@pytest.mark.parametrize("change", ["text", "name", "version", "thresholds"])
def test_what_changes_an_index_makes_it_again(
    cache: Path, mine: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    protect(files=[mine], local=False)
    builds = _built(monkeypatch)
    if change == "text":
        mine.write_text(mine.read_text().replace("geese", "gulls"))
    elif change == "name":
        mine = mine.rename(mine.with_name("other.jsonl"))
    elif change == "version":
        monkeypatch.setattr(kept, "VERSION", kept.VERSION + 1)
    else:
        monkeypatch.setattr(kept, "Thresholds", lambda: "others")
    found = protect(files=[mine], local=False)
    assert len(builds) == 1
    assert found.index.hits(mine.read_text())


@pytest.mark.parametrize("part", ["_plain", "_stem", "_FUNCTION_WORDS", "_NUMERALS"])
def test_words_that_are_read_in_another_way_are_another_index(
    monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    before = kept._probe()
    kept._probe.cache_clear()
    other = frozenset({"box"}) if part.isupper() else lambda token: f"x{token}"
    monkeypatch.setattr(tokens, part, other)
    assert kept._probe() != before
    kept._probe.cache_clear()


def test_a_test_set_of_the_catalogue_that_changes_makes_it_again(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "gsm8k"
    folder.mkdir()
    row = {"id": "1", "question": LONG, "answer": "4"}
    builds = _built(monkeypatch)
    (folder / "train.jsonl").write_text(json.dumps(row))
    (folder / "test.jsonl").write_text(json.dumps(row | {"question": SHORT}))
    protect(tmp_path)
    (folder / "train.jsonl").write_text(json.dumps(row | {"question": "Open to all. " + LONG}))
    assert not protect(tmp_path).index.hits(LONG)
    assert len(builds) == 1
    (folder / "test.jsonl").write_text(json.dumps(row))
    assert protect(tmp_path).index.hits(LONG)
    assert len(builds) == 2


@pytest.mark.parametrize("damage", ["cut", "empty", "flipped", "foreign", "version"])
def test_a_damaged_file_is_made_again_without_a_word(
    cache: Path, mine: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    protect(files=[mine], local=False)
    [path] = cache.iterdir()
    whole = path.read_bytes()
    damaged = {
        "cut": whole[: len(whole) // 2],
        "empty": b"",
        "flipped": whole[:-70] + bytes([whole[-70] ^ 1]) + whole[-69:],
        "foreign": b"x" * 4096,
        "version": b"",
    }
    path.unlink()
    path.write_bytes(damaged[damage])
    if damage == "version":
        write_arrays(path, ArraysFile({"names": {}}, {}))
    with pytest.raises(DataError, match="delete it"):
        read_index(path)
    builds = _built(monkeypatch)
    assert protect(files=[mine], local=False).index.hits(SHORT)
    assert len(builds) == 1
    assert read_index(path)[0].hits(SHORT)


def test_a_full_disk_costs_the_file_and_nothing_else(
    cache: Path, mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise UnderdogError("cannot write: no space left")

    monkeypatch.setattr("underdog.data.decontamination.stored.write_arrays", full)
    found = protect(files=[mine], local=False)
    assert found.index.path is None
    assert found.index.hits(SHORT)


def test_without_a_cache_folder_the_index_is_built(
    mine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("UNDERDOG_CACHE", str(tmp_path / "file" / "cache"))
    assert protect(files=[mine], local=False).index.hits(SHORT)


def test_only_the_few_that_were_used_last_are_kept(
    cache: Path, mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "_KEPT", 2)
    for word in ("one", "two", "three"):
        mine.write_text(json.dumps({"question": f"{LONG} {word}"}))
        protect(files=[mine], local=False)
    assert len(list(cache.iterdir())) == 2


def _hits(index: ContaminationIndex | None, text: str) -> tuple[list[str], bool]:
    assert index is not None
    return [hit.rule for hit in index.hits(text)], index.path is not None


def test_a_worker_process_maps_the_file_or_is_sent_the_index(cache: Path, mine: Path) -> None:
    stored = protect(files=[mine], local=False).index
    built = ContaminationIndex.build([protection.benchmark_file(mine)])
    for index in (stored, built):
        with Workers(2, index) as workers:
            assert workers.ask_sharing(_hits, LONG).take() == (["ngram"], index.path is not None)


def test_a_worker_process_is_sent_the_index_when_its_file_is_gone(cache: Path, mine: Path) -> None:
    index = protect(files=[mine], local=False).index
    assert index.path is not None
    index.path.unlink()
    with Workers(2, index) as workers:
        assert workers.ask_sharing(_hits, LONG).take()[0] == ["ngram"]


def test_arrays_come_back_read_only_and_as_they_were(tmp_path: Path) -> None:
    arrays = {
        "none": np.zeros(0, dtype=np.int64),
        "flags": np.array([True, False, True]),
        "hashes": np.array([1, 2**64 - 1], dtype=np.uint64),
        "strided": np.arange(10, dtype=np.int32)[::3],
    }
    write_arrays(tmp_path / "a", ArraysFile({"any": ["thing", 1]}, arrays))
    found = read_arrays(tmp_path / "a")
    assert found.head == {"any": ["thing", 1]}
    for name, array in arrays.items():
        assert found.arrays[name].dtype == array.dtype
        assert found.arrays[name].tolist() == array.tolist()
        assert not found.arrays[name].flags.writeable


def test_arrays_of_objects_are_neither_written_nor_read(tmp_path: Path) -> None:
    content = ArraysFile({}, {"text": np.array(["a", "b"])})
    with pytest.raises(TypeError, match="not stored"):
        write_arrays(tmp_path / "a", content)


def test_arrays_are_a_safetensors_file_as_the_library_reads_it(tmp_path: Path) -> None:
    library = pytest.importorskip("safetensors.numpy")
    arrays = {
        "flags": np.array([True, False, True]),
        "hashes": np.array([1, 2**64 - 1], dtype=np.uint64),
        "table": np.arange(6, dtype=np.int32).reshape(2, 3),
    }
    write_arrays(tmp_path / "a", ArraysFile({"any": "thing"}, arrays))
    found = library.load_file(tmp_path / "a")
    assert found.pop("head").tobytes() == b'{"any": "thing"}'
    del found["crc32"]
    assert {name: array.tolist() for name, array in found.items()} == {
        name: array.tolist() for name, array in arrays.items()
    }


@settings(max_examples=60)
@given(place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_a_bit_that_turned_over_anywhere_is_seen(
    place: int, bit: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("arrays") / "a"
    write_arrays(
        path, ArraysFile({"any": 1}, {"numbers": np.arange(40), "flags": np.ones(9, bool)})
    )
    data = bytearray(path.read_bytes())
    data[place % len(data)] ^= 1 << bit
    path.write_bytes(data)
    with pytest.raises(DataError, match="delete it"):
        read_arrays(path)

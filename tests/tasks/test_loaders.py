"""Reading rows: every format, every way in which a file can be broken."""

import json
import os
import re
import tracemalloc
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from underdog.errors import DataError
from underdog.tasks.loaders import count_rows, parquet, read_file
from underdog.tasks.loaders.rows import plain

TEXT = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00\r\n"))


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rows(path: Path) -> list[dict[str, object]]:
    return [dict(row.values) for row in read_file(path)]


def refusal(path: Path) -> str:
    with pytest.raises(DataError) as caught:
        rows(path)
    message = str(caught.value)
    assert "\n" not in message
    return message


@settings(max_examples=40)
@given(st.lists(st.dictionaries(TEXT, TEXT | st.integers() | st.none()), min_size=1))
def test_jsonl_gives_back_what_was_written(tmp_path_factory, records):
    path = tmp_path_factory.mktemp("j") / "x.jsonl"
    write(path, "\n".join(json.dumps(record) for record in records))
    assert rows(path) == records
    assert count_rows(path) == len(records)


def test_jsonl_skips_blank_lines_and_a_byte_order_mark(tmp_path):
    path = write(tmp_path / "x.jsonl", b'\xef\xbb\xbf{"a": 1}\n\n  \n{"a": 2}\n')
    assert [row.where for row in read_file(path)] == [f"{path}, line 1", f"{path}, line 4"]


def test_jsonl_is_read_lazily(tmp_path):
    path = write(tmp_path / "x.jsonl", '{"a": 1}\nbroken\n')
    assert next(read_file(path)).values == {"a": 1}


def test_a_broken_json_line_is_named_with_its_column(tmp_path):
    path = write(tmp_path / "x.jsonl", '{"a": 1}\n{"a": 2,, }\n')
    assert re.search(r"x.jsonl, line 2, column 9: broken JSON .* fix or delete", refusal(path))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("[1, 2]", "found list [1, 2]"),
        ("7", "found int 7"),
        ('{"a": ' + "9" * 5000 + "}", "cannot be read"),
        ("[" * 200_000, "cannot be read"),
    ],
)
def test_a_line_that_is_no_object_is_refused(tmp_path, line, says):
    assert says in refusal(write(tmp_path / "x.jsonl", line))


def test_a_file_of_blank_lines_is_refused(tmp_path):
    assert "only blank lines" in refusal(write(tmp_path / "x.jsonl", "\n \n"))


@pytest.mark.parametrize("name", ["x.jsonl", "x.csv", "x.parquet"])
def test_an_empty_file_is_refused(tmp_path, name):
    assert "is empty" in refusal(write(tmp_path / name, b""))


def test_a_missing_file_offers_the_nearest_names(tmp_path):
    write(tmp_path / "train.jsonl", "{}")
    assert "did you mean train.jsonl?" in refusal(tmp_path / "trian.jsonl")
    assert "in a folder of 1 entries" in refusal(tmp_path / "zzzzzzzz.csv")
    assert "does not exist either" in refusal(tmp_path / "no" / "x.jsonl")


def test_a_folder_is_refused(tmp_path):
    (tmp_path / "x.jsonl").mkdir()
    assert "is a folder" in refusal(tmp_path / "x.jsonl")


def test_an_unknown_ending_is_refused_with_the_known_ones(tmp_path):
    assert "cannot read .json; use .jsonl" in refusal(tmp_path / "x.json")
    assert "a file without ending" in refusal(tmp_path / "x")


@pytest.mark.parametrize("name", ["x.jsonl", "x.csv"])
@pytest.mark.parametrize(
    ("head", "says"),
    [
        (b"PAR1\x00", "looks like Parquet"),
        (b"\x1f\x8b\x08", "gunzip"),
        (b"PK\x03\x04", "spreadsheet"),
        (b"\x28\xb5\x2f\xfd", "zstd"),
        ("a".encode("utf-16"), "save it as UTF-8"),
        (b"ab\x00cd", "zero bytes"),
        (b"caf\xe9", "not UTF-8 text (byte 0xe9 at column 4)"),
    ],
)
def test_a_binary_file_is_refused_with_what_it_looks_like(tmp_path, name, head, says):
    assert says in refusal(write(tmp_path / name, head))


def test_csv_keeps_quoted_line_ends_and_delimiters(tmp_path):
    path = write(tmp_path / "x.csv", 'question,answer\n"two\nlines, one comma",4\n\nb,"5"\n')
    assert rows(path) == [
        {"question": "two\nlines, one comma", "answer": "4"},
        {"question": "b", "answer": "5"},
    ]
    assert count_rows(path) is None


def test_tsv_is_parted_by_tabs(tmp_path):
    assert rows(write(tmp_path / "x.tsv", "a\tb\n1,5\t2\n")) == [{"a": "1,5", "b": "2"}]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("a,b\n1,2,3\n", "line 2: 3 values for 2 columns (a, b)"),
        ("a,b\n1\n", "line 2: 1 values for 2 columns"),
        ("a,a\n1,2\n", "repeats column 'a'"),
        ("a,\n1,2\n", "column without a name"),
        ('a,b\n"1"x,2\n', "line 2: broken CSV"),
        ("a,b\n", "no rows after its header"),
    ],
)
def test_broken_csv_is_refused(tmp_path, content, says):
    assert says in refusal(write(tmp_path / "x.csv", content))


def test_parquet_keeps_nested_values(tmp_path):
    path = tmp_path / "x.parquet"
    records = [{"q": "a", "n": {"k": [1, 2]}}, {"q": "b", "n": {"k": []}}]
    pq.write_table(pa.Table.from_pylist(records), path)
    assert rows(path) == records
    assert count_rows(path) == 2
    assert [row.where for row in read_file(path)][1] == f"{path}, row 2"


def test_parquet_without_rows_is_refused(tmp_path):
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({"a": pa.array([], pa.string())}), path)
    assert "has no rows" in refusal(path)


def test_a_file_that_only_claims_to_be_parquet_is_refused(tmp_path):
    assert "not a readable Parquet file" in refusal(write(tmp_path / "x.parquet", b"hello world"))


def test_a_missing_file_has_no_count(tmp_path):
    assert count_rows(tmp_path / "x.jsonl") is None


def test_values_of_other_types_become_plain():
    class Odd:
        def __str__(self) -> str:
            return "odd"

    assert plain({1: (Odd(), b"ab", None, 1.5)}) == {"1": ["odd", "ab", None, 1.5]}


@pytest.mark.parametrize("kind", ["device", "pipe"])
@pytest.mark.parametrize("name", ["x.jsonl", "x.csv", "x.parquet"])
def test_a_device_or_a_pipe_is_refused_without_reading(name: str, kind: str, tmp_path) -> None:
    path = tmp_path / name
    path.symlink_to("/dev/zero") if kind == "device" else os.mkfifo(path)
    assert f"it is a {kind}, not a file" in refusal(path)


@pytest.mark.parametrize("name", ["x.jsonl", "x.csv"])
def test_a_line_without_end_is_refused(name: str, tmp_path) -> None:
    path = write(tmp_path / name, b"a\nb")
    with path.open("r+b") as file:
        file.truncate(1 << 36)
    if name == "x.jsonl":
        write(path, b"")
        with path.open("r+b") as file:
            file.write(b'{"question": "' + b"x" * 64)
            file.truncate(1 << 36)
    assert re.search("binary|longer than 16777216 bytes", refusal(path))


BOMBS = {
    "one text, repeated": pa.array(["x" * 900_000] * 200),
    "one short text, repeated": pa.array(["x"] * 1_000_000),
    "one long text": pa.array(["x" * 140_000_000]),
    "bytes": pa.array([b"\0" * 300_000] * 500),
    "lists of texts": pa.array([["x" * 900_000] * 10] * 20),
    "tables of texts": pa.array([{"a": {"b": "x" * 900_000}}] * 200),
    "one list of numbers": pa.array([[0] * 10_000_000]),
    "nothing at all": pa.array([None] * 1_000_000, pa.string()),
}


@pytest.mark.parametrize("store", ["zstd", "zstd plain"])
@pytest.mark.parametrize("name", BOMBS)
def test_a_small_parquet_file_that_unfolds_to_gigabytes_is_refused(
    name: str, store: str, tmp_path
) -> None:
    path = tmp_path / "x.parquet"
    table = pa.table({"question": BOMBS[name]})
    compression, _, plainly = store.partition(" ")
    pq.write_table(table, path, compression=compression, use_dictionary=not plainly)
    assert path.stat().st_size < 1_000_000
    del table
    before = pa.total_allocated_bytes()
    tracemalloc.start()
    try:
        said = refusal(path)
        _, most_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert "unfolds to more than" in said or "at most 16777216 are read" in said
    assert most_bytes < 200_000_000
    assert pa.total_allocated_bytes() - before < 100_000_000


def test_parquet_values_are_the_same_however_they_are_stored(tmp_path) -> None:
    table = pa.table(
        {
            "question": [None if place % 7 == 0 else f"q{place} é" for place in range(3000)],
            "choices": [["a", f"b{place}", None] for place in range(3000)],
            "inner": [None if place % 5 == 0 else {"t": "u", "k": place} for place in range(3000)],
            "map": pa.array([[("a", "b")]] * 3000, pa.map_(pa.string(), pa.string())),
            "pair": pa.array([[1, 2]] * 3000, pa.list_(pa.int32(), 2)),
            "price": pa.array(["1.50"] * 3000).cast(pa.decimal128(9, 2)),
            "raw": [b"x"] * 3000,
            "kind": pa.array(["k"] * 3000).dictionary_encode(),
        }
    )
    path = tmp_path / "x.parquet"
    mixed = [[f"{place}" * 300, "same"] for place in range(3000)]
    table = table.append_column("mixed", pa.array(mixed))
    pq.write_table(table, path, row_group_size=1500, dictionary_pagesize_limit=100_000)
    expected = [
        {name: plain(value) for name, value in record.items()} for record in table.to_pylist()
    ]
    assert rows(path) == expected


def test_a_large_batch_is_read_in_parts(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "_BATCH_BYTES", 5_000)
    table = pa.table({"question": [str(place) * 50 for place in range(2000)]})
    pq.write_table(table, tmp_path / "x.parquet")
    assert rows(tmp_path / "x.parquet") == table.to_pylist()


def test_a_damaged_page_is_named(tmp_path) -> None:
    path = tmp_path / "x.parquet"
    table = pa.table({"question": [str(place) for place in range(5000)]})
    pq.write_table(table, path, compression="zstd", use_dictionary=False)
    data = bytearray(path.read_bytes())
    data[200:2000] = bytes(1800)
    write(path, bytes(data))
    assert "not a readable Parquet file" in refusal(path)

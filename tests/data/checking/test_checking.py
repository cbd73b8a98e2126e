"""Checking finds what is not as the card says; selecting and writing keep their counts."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from underdog.core import Example, Segment
from underdog.data.checking.checking import check_dataset
from underdog.data.dataset.card.data_card import DataCard, read_card
from underdog.data.dataset.columns import examples_of, table_of
from underdog.data.dataset.inspection import inspect_dataset
from underdog.data.dataset.shards import (
    read_examples,
    read_state,
    read_table,
    shards_of,
    write_shard,
)
from underdog.data.dataset.writing import write_dataset
from underdog.data.decontamination.scanning import scan_dataset
from underdog.data.selectors import Keep
from underdog.data.selectors.selection import select_dataset
from underdog.errors import ConfigError, DataError


@pytest.fixture
def copy(sums: tuple[Path, DataCard], tmp_path: Path) -> Path:
    folder = tmp_path / "copy"
    shutil.copytree(sums[0], folder)
    return folder


def _change(folder: Path, change: Callable[[list[dict[str, Any]]], object]) -> None:
    path = shards_of(folder)[0]
    table, state = read_table(path), read_state(path).decode()
    rows = table.to_pylist()
    change(rows)
    write_shard(path, pa.Table.from_pylist(rows, schema=table.schema), state)


def test_a_true_card_is_called_true(sums: tuple[Path, DataCard]) -> None:
    report = check_dataset(sums[0])
    assert report.sound
    assert (report.rows, report.problems, report.verified, report.unverifiable) == (
        300,
        150,
        300,
        0,
    )


def _wrong_answer(rows: list[dict[str, Any]]) -> None:
    rows[0]["answer"] = "-5"


def _wrong_split(rows: list[dict[str, Any]]) -> None:
    rows[0]["split"] = "test"


def _twice(rows: list[dict[str, Any]]) -> None:
    rows.append(rows[0])


def _fewer(rows: list[dict[str, Any]]) -> None:
    del rows[:2]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (_wrong_answer, "graded wrong"),
        (_wrong_answer, "card says 300 verified rows, counted 299"),
        (_wrong_split, "key belongs to another split"),
        (_twice, "id occurs again"),
        (_twice, "key and form occurs again"),
        (_fewer, "card says 300 rows, counted 298"),
        (_fewer, "card says 150 problems, counted 149"),
        (_fewer, "file changed"),
    ],
)
def test_what_is_wrong_is_found(
    copy: Path, change: Callable[[list[dict[str, Any]]], object], found: str
) -> None:
    _change(copy, change)
    report = check_dataset(copy)
    assert not report.sound
    assert found in [finding.what for finding in report.findings]


def test_missing_and_foreign_files_are_found(copy: Path) -> None:
    shards = shards_of(copy)
    shutil.copy(shards[1], shards[1].with_name("train-00009.parquet"))
    (copy / "jsonl" / "train-00000.jsonl").unlink()
    found = {finding.what: finding.first for finding in check_dataset(copy).findings}
    assert found["file missing"] == "train-00000.jsonl"
    assert found["file not on the card"] == "train-00009.parquet"


def test_an_unfinished_data_set_is_not_checked(copy: Path) -> None:
    (copy / "card.json").unlink()
    with pytest.raises(DataError, match="did not end"):
        check_dataset(copy)


def test_a_selection_is_a_sound_data_set(sums: tuple[Path, DataCard], tmp_path: Path) -> None:
    made = select_dataset(sums[0], tmp_path / "kept", "random", keep=Keep.parse("10%"))
    assert made.card.rows == 30
    assert sum(made.reasons.values()) == 300
    assert made.card.origin is not None
    assert made.card.origin["selector"] == "random"
    assert check_dataset(tmp_path / "kept").sound


def test_rows_without_a_checker_count_as_unverifiable(tmp_path: Path) -> None:
    segments = (Segment("1+1?", "user", 0.0), Segment("2", "assistant", 1.0))
    write_dataset(tmp_path, [Example("a", segments), Example("b", segments)], origin={})
    report = check_dataset(tmp_path)
    assert report.sound
    assert (report.unverifiable, report.problems) == (2, 2)


def test_unusual_weights_and_tags_survive_the_disk() -> None:
    example = Example(
        "1",
        (
            Segment("q", "user", 0.0),
            Segment("half ", "assistant", 0.5),
            Segment("whole", "assistant", 1.0),
        ),
        {"teacher": "t", "answer": "4", "difficulty": 2.0, "choices": ["a"], "steps": []},
    )
    again = next(examples_of(table_of([example])))
    assert again.segments == example.segments
    assert again.tags == {key: value for key, value in example.tags.items() if key != "steps"}


def test_examples_read_back_as_they_were_written(
    sums: tuple[Path, DataCard], tmp_path: Path
) -> None:
    before = list(read_examples(sums[0]))
    write_dataset(tmp_path, before, origin={}, shard_rows=70)
    assert list(read_examples(tmp_path)) == before
    assert len(shards_of(tmp_path)) == 5
    with pytest.raises(ConfigError, match="already"):
        write_dataset(tmp_path, before, origin={})


def test_a_data_set_holds_one_split_and_something(tmp_path: Path) -> None:
    segments = (Segment("2", "assistant", 1.0),)
    mixed = [Example("a", segments, {"split": "dev"}), Example("b", segments, {"split": "test"})]
    with pytest.raises(DataError, match="'b' is of split 'test'"):
        write_dataset(tmp_path, mixed, origin={})
    with pytest.raises(DataError, match="no example is left"):
        write_dataset(tmp_path, [], origin={})


def test_inspecting_shows_rows_and_lengths(sums: tuple[Path, DataCard]) -> None:
    found = inspect_dataset(sums[0], samples=4)
    assert len(found.samples) == 4
    assert found.rows == 300
    assert {form: sum(bins.values()) for form, bins in found.lengths.items()} == {
        "cot": 150,
        "program": 150,
    }
    assert found == inspect_dataset(sums[0], samples=4)


@pytest.mark.slow
def test_hugging_face_datasets_loads_it(sums: tuple[Path, DataCard], tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    loaded = datasets.load_dataset(str(sums[0]), cache_dir=str(tmp_path / "cache"))
    rows = loaded["train"]
    assert rows.num_rows == 300
    mine = list(read_examples(sums[0]))
    assert rows["id"] == [example.id for example in mine]
    turns = [{"role": turn.role, "content": turn.content} for turn in mine[0].messages]
    assert rows[0]["messages"] == turns
    assert rows[0]["completion"] == mine[0].completion
    assert rows[0]["steps"] == mine[0].tags["steps"]
    lines = datasets.load_dataset(
        "json", data_files=str(sums[0] / "jsonl" / "*.jsonl"), cache_dir=str(tmp_path / "cache")
    )["train"]
    assert lines["completion"] == rows["completion"]


def test_the_head_of_the_readme_names_the_files(sums: tuple[Path, DataCard]) -> None:
    head = (sums[0] / "README.md").read_text().split("---")[1]
    assert "path: data/train-*.parquet" in head
    assert json.loads((sums[0] / "card.json").read_text())["rows"] == 300
    assert read_card(sums[0]) == sums[1]


def test_rows_that_repeat_a_test_item_are_counted_on_the_card(copy: Path, tmp_path: Path) -> None:
    examples = list(read_examples(copy))
    text = " ".join(f"{example.tags['question']}" for example in examples[:8])
    mine = tmp_path / "mine.jsonl"
    segments = (Segment(text, "user", 0.0), Segment("no", "assistant", 1.0))
    write_dataset(tmp_path / "d", [*examples, Example("leak", segments)], origin={})
    mine.write_text(json.dumps({"question": text}) + "\n")
    report = scan_dataset(tmp_path / "d", files=[mine], local=False)
    assert "leak" in dict(report.findings)
    card = read_card(tmp_path / "d")
    assert card is not None
    assert card.scan is not None
    assert (card.scan.checked, card.scan.repeating) == (301, len(report.findings))
    assert "Searched afterwards" in (tmp_path / "d" / "README.md").read_text()
    assert check_dataset(tmp_path / "d").sound


def test_scanning_needs_test_sets_and_a_finished_data_set(copy: Path) -> None:
    with pytest.raises(DataError, match="no test set is here"):
        scan_dataset(copy, local=False)
    (copy / "card.json").unlink()
    with pytest.raises(DataError, match="finish making"):
        scan_dataset(copy, local=False)

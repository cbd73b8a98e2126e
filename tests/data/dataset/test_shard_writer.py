"""Shards one after another: what is there is taken up, what was half written is not."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from underdog.core import Example, Segment
from underdog.data.dataset.arrow import Table
from underdog.data.dataset.columns import table_of
from underdog.data.dataset.shard_writer import ShardWriter, remove_shards
from underdog.data.dataset.shards import jsonl_path, read_examples, shards_of
from underdog.errors import DataError
from underdog.files import sha256_file
from underdog.toml_file import StrictTable


class Place(StrictTable):
    """How many rows were written."""

    rows: int


def table(names: Sequence[str]) -> Table:
    return table_of([Example(name, (Segment(name, "assistant", 1.0),)) for name in names])


def begun(folder: Path, jsonl: bool = True) -> None:
    """Two shards of a data set that was not finished."""
    writer = ShardWriter(folder, Place, jsonl=jsonl)
    writer.write(table("ab"), Place(rows=2))
    writer.write(table("c"), Place(rows=3))


def resumed(folder: Path) -> ShardWriter[Place]:
    writer = ShardWriter(folder, Place, jsonl=True)
    list(writer.resume())
    return writer


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*/*"))}


def test_every_shard_is_there_again_with_the_state_after_it(tmp_path: Path) -> None:
    begun(tmp_path)
    found = list(ShardWriter(tmp_path, Place).resume())
    assert [path for path, _ in found] == shards_of(tmp_path)
    assert [state.rows for _, state in found] == [2, 3]


def test_a_shard_that_is_not_accepted_is_not_taken_up(tmp_path: Path) -> None:
    begun(tmp_path)
    writer = ShardWriter(tmp_path, Place)
    for _, state in writer.resume():
        if state.rows == 3:
            break
    assert [shard.rows for shard in writer.finish()] == [2]


def test_writing_goes_on_behind_the_last_shard(tmp_path: Path) -> None:
    begun(tmp_path)
    resumed(tmp_path).write(table("de"), Place(rows=5))
    assert [example.id for example in read_examples(tmp_path)] == list("abcde")


def test_what_was_killed_ends_with_the_same_files(tmp_path: Path) -> None:
    begun(tmp_path / "whole")
    begun(tmp_path / "killed")
    last = shards_of(tmp_path / "killed")[-1]
    jsonl_path(last).unlink()
    for path in (last, jsonl_path(last)):
        path.with_name(f".{path.name}.17.part").write_bytes(b"PAR1 half")
    for name in ("whole", "killed"):
        resumed(tmp_path / name).finish()
    assert files(tmp_path / "killed") == files(tmp_path / "whole")


def test_all_files_are_named_shards_before_their_json_lines(tmp_path: Path) -> None:
    begun(tmp_path)
    shards = resumed(tmp_path).finish()
    names = ["train-00000", "train-00001"]
    assert [shard.path for shard in shards] == [
        *(f"data/{name}.parquet" for name in names),
        *(f"jsonl/{name}.jsonl" for name in names),
    ]
    assert [shard.rows for shard in shards] == [2, 1, 2, 1]
    assert all(shard.sha256 == sha256_file(tmp_path / shard.path) for shard in shards)


def test_json_lines_are_written_only_when_asked_for(tmp_path: Path) -> None:
    begun(tmp_path, jsonl=False)
    assert not (tmp_path / "jsonl").exists()


def test_a_state_of_another_kind_is_refused_by_the_file(tmp_path: Path) -> None:
    class Other(StrictTable):
        places: int

    begun(tmp_path)
    with pytest.raises(DataError, match=r"train-00000.*unknown key 'rows'.*choose another folder"):
        list(ShardWriter(tmp_path, Other).resume())


def test_removing_leaves_other_files(tmp_path: Path) -> None:
    begun(tmp_path)
    (tmp_path / "card.json").write_text("{}")
    (tmp_path / "journal.jsonl").write_text("{}")
    remove_shards(tmp_path)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["journal.jsonl"]

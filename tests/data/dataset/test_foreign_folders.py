"""Nothing of the user's is written over, and a finished data set with a lost file is no success."""

from pathlib import Path

import pytest

from underdog.data.dataset.card.plan import plan_of
from underdog.data.dataset.shard_writer import refuse_foreign
from underdog.data.making.make import make
from underdog.errors import ConfigError, DataError


def test_a_folder_with_other_files_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine")
    with pytest.raises(ConfigError, match=r"no data set \(README\.md\)"):
        make(plan_of(["addition"], 3, ["cot"]), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]
    assert (tmp_path / "README.md").read_text() == "mine"


@pytest.mark.parametrize("name", ["data/rows.csv", "notes.txt", "data.txt"])
def test_what_is_no_data_set_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("mine")
    with pytest.raises(ConfigError, match="new or an empty folder"):
        refuse_foreign(tmp_path)


@pytest.mark.parametrize(
    "name", ["card.json", "journal.jsonl", "pass_rates", "data/train-00000.parquet", ".git/x"]
)
def test_an_empty_folder_and_an_interrupted_data_set_are_not(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("")
    refuse_foreign(tmp_path)
    refuse_foreign(tmp_path / "new")


def test_a_file_in_the_folders_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(ConfigError, match="is a file"):
        refuse_foreign(tmp_path / "out")


def test_a_finished_data_set_with_a_lost_shard_is_an_error(tmp_path: Path) -> None:
    plan = plan_of(["addition"], 6, ["cot"], shard_problems=3)
    make(plan, tmp_path / "made")
    (tmp_path / "made" / "data" / "train-00000.parquet").unlink()
    with pytest.raises(DataError, match=r"train-00000\.parquet is missing; remove the folder"):
        make(plan, tmp_path / "made")

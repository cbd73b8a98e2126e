"""A checkpoint is whole or passed over, and a full disk keeps the one before."""

import shutil
from pathlib import Path

import pytest

from underdog.errors import TrainingError
from underdog.training.checkpoint import Checkpoint, newest_checkpoint, write_checkpoint


def at(step: int) -> Checkpoint:
    import torch

    return Checkpoint(
        step, {"a": torch.full((3,), float(step))}, {"a/m": torch.ones(2)}, {"n": step}
    )


def test_it_is_read_as_written_and_two_are_kept(tmp_path: Path) -> None:
    assert newest_checkpoint(tmp_path / "none") is None
    for step in (1, 2, 30):
        write_checkpoint(tmp_path, at(step))
    kept = newest_checkpoint(tmp_path)
    assert kept is not None
    assert (kept.step, kept.state, kept.passed_over) == (30, {"n": 30}, ())
    assert (kept.tensors["a"] == at(30).tensors["a"]).all()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["step-00000002", "step-00000030"]


@pytest.mark.parametrize("file", ["model.safetensors", "optimizer.safetensors", "state.json"])
@pytest.mark.parametrize("damage", ["bit", "cut", "gone", "manifest"])
def test_a_damaged_one_is_passed_over(tmp_path: Path, file: str, damage: str) -> None:
    write_checkpoint(tmp_path, at(1))
    path = write_checkpoint(tmp_path, at(2)) / (file if damage != "manifest" else "manifest.json")
    data = path.read_bytes()
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(data[:-1] if damage != "bit" else data[:-1] + bytes([data[-1] ^ 1]))
    kept = newest_checkpoint(tmp_path)
    assert kept is not None
    assert (kept.step, kept.passed_over) == (1, ("step-00000002",))


def test_half_a_checkpoint_is_none(tmp_path: Path) -> None:
    whole = write_checkpoint(tmp_path, at(1))
    shutil.copytree(whole, tmp_path / ".step-00000009.part")
    (tmp_path / "step-00000008").mkdir()
    kept = newest_checkpoint(tmp_path)
    assert kept is not None
    assert kept.step == 1


def test_a_failed_write_keeps_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_checkpoint(tmp_path, at(1))
    import os

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(TrainingError, match="No space left on device; free space"):
        write_checkpoint(tmp_path, at(2))
    monkeypatch.undo()
    kept = newest_checkpoint(tmp_path)
    assert kept is not None
    assert kept.step == 1
    assert [one.name for one in tmp_path.iterdir()] == ["step-00000001"]

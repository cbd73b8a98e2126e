"""A checkpoint is whole or passed over, and a full disk keeps the one before."""

import shutil
import subprocess
import sys
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


def test_nothing_but_damaged_ones_is_an_error_and_no_new_beginning(tmp_path: Path) -> None:
    for step in (1, 2):
        (write_checkpoint(tmp_path, at(step)) / "state.json").write_text("{}")
    with pytest.raises(TrainingError, match=r"no checkpoint .* is whole .*remove the folder"):
        newest_checkpoint(tmp_path)


def test_another_runs_checkpoint_is_refused(tmp_path: Path) -> None:
    write_checkpoint(tmp_path, at(1), owner="mine")
    assert newest_checkpoint(tmp_path, owner="mine") is not None
    with pytest.raises(TrainingError, match="step-00000001 belongs to another run"):
        newest_checkpoint(tmp_path, owner="yours")


def test_a_file_too_large_for_the_disk_keeps_the_one_before(tmp_path: Path) -> None:
    code = (
        "import resource, signal, sys, torch\n"
        "from pathlib import Path\n"
        "from underdog.errors import TrainingError\n"
        "from underdog.training.checkpoint import Checkpoint, write_checkpoint\n"
        "folder = Path(sys.argv[1])\n"
        "write_checkpoint(folder, Checkpoint(1, {'a': torch.ones(3)}, {}, {}))\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, 1 << 16))\n"
        "try:\n"
        "    write_checkpoint(folder, Checkpoint(2, {'a': torch.ones(1 << 20)}, {}, {}))\n"
        "except TrainingError as error:\n"
        "    print(error)\n"
    )
    pytest.importorskip("resource")
    ran = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert "cannot write the checkpoint" in ran.stdout
    assert [one.name for one in tmp_path.iterdir()] == ["step-00000001"]

"""Cache folder, hashing, and writing that leaves no half files."""

import hashlib
import os
import socket
import sys
from pathlib import Path
from typing import IO

import pytest

from underdog import files
from underdog.errors import UnderdogError


def test_the_cache_folder_can_be_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNDERDOG_CACHE", str(tmp_path / "mine"))
    assert files.cache_folder() == tmp_path / "mine"
    assert (tmp_path / "mine").is_dir()


@pytest.mark.parametrize(
    ("platform", "variable", "expected"),
    [
        ("linux", "XDG_CACHE_HOME", "chosen/underdog"),
        ("linux", None, "home/.cache/underdog"),
        ("darwin", None, "home/Library/Caches/underdog"),
        ("win32", "LOCALAPPDATA", "chosen/underdog"),
        ("win32", None, "home/AppData/Local/underdog"),
    ],
)
def test_the_cache_folder_is_the_platforms_own(
    platform: str,
    variable: str | None,
    expected: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("UNDERDOG_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    if variable is not None:
        monkeypatch.setenv(variable, str(tmp_path / "chosen"))
    assert files.cache_folder() == tmp_path / expected


def test_a_hash_covers_every_block_and_reports_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_BLOCK_BYTES", 4)
    path = tmp_path / "data"
    path.write_bytes(b"0123456789")
    seen: list[int] = []
    assert files.sha256_file(path, seen.append) == hashlib.sha256(b"0123456789").hexdigest()
    assert files.sha256_file(path) == hashlib.sha256(b"0123456789").hexdigest()
    assert seen == [4, 4, 2]


def test_writing_makes_folders_and_leaves_only_the_file(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file"
    files.write_atomic(path, lambda file: file.write(b"whole"))
    assert path.read_bytes() == b"whole"
    assert [entry.name for entry in path.parent.iterdir()] == ["file"]


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def fail(file: IO[bytes]) -> None:
        file.write(b"ne")
        raise RuntimeError("interrupted")

    with pytest.raises(RuntimeError):
        files.write_atomic(path, fail)
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_a_full_disk_is_named_with_a_remedy(tmp_path: Path) -> None:
    def full(file: IO[bytes]) -> None:
        raise OSError(28, os.strerror(28))

    with pytest.raises(UnderdogError, match=r"cannot write .*No space left.*choose another folder"):
        files.write_atomic(tmp_path / "file", full)
    assert not list(tmp_path.iterdir())


def not_a_file(path: Path, kind: str) -> Path:
    """A path at `path` that looks like a file and never ends, blocks, or is none."""
    if kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(str(path))
    else:
        path.mkdir()
    return path


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
@pytest.mark.parametrize("kind", ["device", "pipe", "socket", "folder"])
def test_only_regular_files_are_read_and_nothing_is_waited_for(kind: str, tmp_path: Path) -> None:
    path = not_a_file(tmp_path / "x", kind)
    said = "No such device" if kind == "socket" else f"it is a {kind}, not a file"
    with pytest.raises(OSError, match=said):
        files.read_bounded(path, 10)
    with pytest.raises(OSError, match=said):
        files.sha256_file(path)


@pytest.mark.parametrize(("size", "fits"), [(0, True), (9, True), (10, True), (11, False)])
def test_a_file_is_read_up_to_its_limit(size: int, fits: bool, tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"a" * size)
    if fits:
        assert files.read_bounded(path, 10) == b"a" * size
    else:
        with pytest.raises(OSError, match="larger than 10 bytes"):
            files.read_bounded(path, 10)


def test_a_file_without_end_is_read_up_to_its_limit_only(tmp_path: Path) -> None:
    path = tmp_path / "sparse"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(OSError, match="larger than"):
        files.read_bounded(path, 1 << 20)

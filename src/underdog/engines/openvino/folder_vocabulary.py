"""A model folder's tokenizer, out of `tokenizer.json`.

Byte-level vocabularies and those with a mark for the space and byte pieces (`<0x0A>`) are read;
both tell for every token which bytes it adds to a text, which sampling needs.
"""

import json
from pathlib import Path
from typing import Any

from underdog.engines.openvino.vocabulary import ENDS, Vocabulary, open_tokenizer
from underdog.errors import ModelFileError

_MAX_BYTES = 1 << 27


def read_vocabulary(folder: Path, ends: tuple[int, ...], num_rows: int) -> Vocabulary:
    """The tokenizer of a model folder.

    Args:
        folder: The folder.
        ends: Tokens that end a turn, as the folder's settings name them.
        num_rows: Rows of the embedding: tokens beyond them are left out.

    Raises:
        ModelFileError: There is no `tokenizer.json`, or it is malformed or of another kind.
    """
    path = folder / "tokenizer.json"
    whole = _read(path)
    added = [entry for entry in whole.get("added_tokens") or [] if _known(entry, num_rows)]
    text = json.dumps({**whole, "added_tokens": added}, ensure_ascii=False)
    spaced = _spaced(path, whole)
    tokenizer = open_tokenizer(text, path)
    names: dict[str, int] = tokenizer.get_vocab(with_added_tokens=True)
    num_tokens = min(num_rows, 1 + max(names.values(), default=0))
    control = tuple(entry["id"] for entry in added if entry.get("special"))
    literal = tuple(entry["id"] for entry in added if not entry.get("special"))
    turns = {token for token in control if tokenizer.id_to_token(token) in ENDS}
    first: list[int] = tokenizer.encode("", add_special_tokens=True).ids
    return Vocabulary(
        text,
        num_tokens,
        tuple(sorted({*(token for token in ends if token < num_tokens), *turns})),
        control,
        literal,
        first[0] if first and first[0] in control and first[0] not in ends else None,
        spaced,
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise ModelFileError(f"{path} is larger than {_MAX_BYTES} bytes; it is no tokenizer")
        whole = json.loads(path.read_bytes())
    except OSError as error:
        raise ModelFileError(
            f"cannot read {path}: {error.strerror or error}; a model folder needs it"
        ) from error
    except (ValueError, RecursionError) as error:
        raise ModelFileError(f"{path} is no JSON: {str(error)[:80]}; download it again") from error
    if not isinstance(whole, dict) or not isinstance(whole.get("model"), dict):
        raise ModelFileError(f"{path} describes no tokenizer; download it again")
    return whole  # pyright: ignore[reportUnknownVariableType]


def _known(entry: Any, num_rows: int) -> bool:
    token = entry.get("id") if isinstance(entry, dict) else None
    return type(token) is int and 0 <= token < num_rows


def _spaced(path: Path, whole: dict[str, Any]) -> bool:
    """Whether pieces are plain text with a mark for the space; else they are byte letters."""
    if whole["model"].get("byte_fallback") is True:
        return True
    decoder: Any = whole.get("decoder")
    steps: list[Any] = [decoder, *(decoder.get("decoders") or [])] if decoder else []
    if any(isinstance(step, dict) and step.get("type") == "ByteLevel" for step in steps):
        return False
    raise ModelFileError(
        f"{path} is neither a byte-level tokenizer nor one with byte pieces; use transformers:"
        f"{path.parent}"
    )

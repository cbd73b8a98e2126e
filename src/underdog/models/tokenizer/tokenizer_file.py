"""A `tokenizer.json`: read with a limit, its growth bounded, settings of training taken off.

The file may say that texts are cut or padded to a length, or split at random (dropout). These
belong to training: transformers and vLLM reset the first two when they load a tokenizer, and we
reset all three.

A file of a few hundred bytes can describe steps that make every text longer, again and again, so
the growth of its steps is bounded before the tokenizer is built: `tokenizers` has no limit.
"""

import base64
import binascii
import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from underdog.errors import ModelFileError
from underdog.files import read_bounded

Json = Any

MAX_BYTES = 1 << 26
MOST_GROWTH = 1 << 11
"""How many times longer, in bytes, the steps of a tokenizer may make a text."""

_MAX_ADDED_BYTES = 1 << 22
_BYTE_LETTERS = 2
_GROWTH: Mapping[str, int] = {
    "NFC": 3, "NFD": 4, "NFKC": 11, "NFKD": 11, "Lowercase": 3, "BertNormalizer": 8,
    "ByteLevel": _BYTE_LETTERS, "Metaspace": 6,
}  # fmt: skip
_INNER = ("normalizers", "pretokenizers")


def read_tokenizer_file(path: Path) -> dict[str, Json]:
    """The decoded `tokenizer.json`, without truncation, padding and dropout.

    Raises:
        ModelFileError: The file is missing, no regular file, larger than 64 MiB, no JSON object, or
            describes steps that make texts too long.
    """
    try:
        whole: Json = json.loads(read_bounded(path, MAX_BYTES))
    except OSError as error:
        raise ModelFileError(
            f"cannot read {path}: {error.strerror or error}; a model folder needs it"
        ) from error
    except (ValueError, RecursionError) as error:
        raise ModelFileError(f"{path} is no JSON: {str(error)[:80]}; download it again") from error
    if not isinstance(whole, dict):
        raise ModelFileError(f"{path} describes no tokenizer; download it again")
    found = cast("dict[str, Json]", whole)
    _check_growth(path, found)
    model = found.get("model")
    if isinstance(model, dict) and "dropout" in model:
        found["model"] = {**cast("dict[str, Json]", model), "dropout": None}
    return {**found, "truncation": None, "padding": None}


def _check_growth(path: Path, whole: Mapping[str, Json]) -> None:
    growth = 1
    for step in (*_steps(whole.get("normalizer")), *_steps(whole.get("pre_tokenizer"))):
        growth *= _growth(step)
        if growth > MOST_GROWTH:
            raise ModelFileError(
                f"{path} describes steps that can make a text more than {MOST_GROWTH} times as "
                "long; use another tokenizer"
            )
    added = whole.get("added_tokens")
    tokens = cast("list[Json]", added) if isinstance(added, list) else []
    if sum(_size(_entries(token).get("content")) for token in tokens) > _MAX_ADDED_BYTES:
        raise ModelFileError(
            f"{path} adds tokens of more than {_MAX_ADDED_BYTES} bytes; use another tokenizer"
        )


def _steps(given: Json) -> Iterator[Mapping[str, Json]]:
    """The steps of a normaliser or pre-tokenizer, sequences unfolded."""
    waiting = [given]
    while waiting:
        step = _entries(waiting.pop())
        inner = [step[name] for name in _INNER if isinstance(step.get(name), list)]
        if inner:
            waiting.extend(part for steps in inner for part in steps)
        elif step:
            yield step


def _growth(step: Mapping[str, Json]) -> int:
    """How many times longer a step can make a text, in bytes, rounded up."""
    kind = str(step.get("type"))
    if kind == "Replace":
        pattern = _entries(step.get("pattern"))
        new, old = _size(step.get("content")), _size(pattern.get("String"))
        return max(1, math.ceil(new / old)) if old else 1 + new
    if kind in ("Prepend", "Append"):
        return 1 + _size(step.get(kind.lower()))
    if kind == "Precompiled":
        return _longest_entry(step.get("precompiled_charsmap"))
    return _GROWTH.get(kind, 1)


def _longest_entry(charsmap: Json) -> int:
    """Bytes of the longest text in a SentencePiece map of characters: a trie, then its texts."""
    try:
        data = base64.b64decode(charsmap or "")
    except (TypeError, binascii.Error):
        return 1
    begin = 4 + int.from_bytes(data[:4], "little")
    return max(1, *(len(text) for text in data[begin:].split(b"\0")))


def _size(text: Json) -> int:
    return len(text.encode("utf-8", "surrogatepass")) if isinstance(text, str) else 0


def _entries(given: Json) -> Mapping[str, Json]:
    return cast("Mapping[str, Json]", given) if isinstance(given, dict) else {}

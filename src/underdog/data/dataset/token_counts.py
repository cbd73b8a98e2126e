"""Tokens of training items: counted by a tokenizer, or estimated and labelled so."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from underdog.data.dataset.arrow import Table, compute
from underdog.errors import DataError, ModelFileError

ESTIMATE = "characters / 4 (an estimate)"
_CHARS = 4

TokenCounter: TypeAlias = Callable[[Table], list[int]]
"""Tokens of each row of a table of training items, at least 1; picklable where workers count."""


def describe_counter(tokenizer: str) -> str:
    """Name of the way tokens are counted, for reports."""
    return f"tokenizer {Path(tokenizer).name}" if tokenizer else ESTIMATE


def count_tokens(rows: Table, tokenizer: str = "") -> list[int]:
    """Tokens of each row's prompt and completion, at least 1.

    Args:
        rows: A table with the columns `prompt` and `completion`.
        tokenizer: Path of a `tokenizer.json`; empty to estimate characters / 4.

    Raises:
        DataError: The tokenizer cannot be read.
        MissingExtraError: `tokenizers` is not installed.
    """
    if not tokenizer:
        pc = compute()
        chars = pc.add(pc.utf8_length(rows["prompt"]), pc.utf8_length(rows["completion"]))
        counts = np.asarray(chars)
        return np.maximum(1, (counts + _CHARS - 1) // _CHARS).tolist()
    encoder = _open(tokenizer)
    texts = [
        f"{prompt}\n\n{completion}"
        for prompt, completion in zip(
            rows["prompt"].to_pylist(), rows["completion"].to_pylist(), strict=True
        )
    ]
    from underdog.models.tokenizer.vocabulary import guarded

    try:
        with guarded(tokenizer):
            return [max(1, len(one)) for one in encoder.encode_batch_fast(texts)]
    except ModelFileError as error:
        raise DataError(str(error)) from error


@cache
def _open(path: str) -> Any:
    from underdog.models.tokenizer.tokenizer_file import read_tokenizer_file
    from underdog.models.tokenizer.vocabulary import open_tokenizer

    if not Path(path).exists():
        raise DataError(f"no tokenizer at {path}; give the path of a tokenizer.json")
    try:
        return open_tokenizer(json.dumps(read_tokenizer_file(Path(path))), path)
    except ModelFileError as error:
        raise DataError(f"{path} is no tokenizer.json: {error}") from error

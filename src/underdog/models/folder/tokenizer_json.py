"""A model folder's tokenizer, from `tokenizer.json`.

Supported are byte-level vocabularies, and SentencePiece ones with a mark for the space and byte
pieces (`<0x0A>`): in both, the bytes of every token are known, which sampling needs.
"""

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from underdog.errors import ModelFileError
from underdog.models.tokenizer.tokenizer_file import read_tokenizer_file
from underdog.models.tokenizer.turn_ends import ends_turn
from underdog.models.tokenizer.vocabulary import Vocabulary, guarded, open_tokenizer


def read_vocabulary(folder: Path, ends: tuple[int, ...], num_rows: int) -> Vocabulary:
    """The tokenizer of a model folder.

    Args:
        folder: The folder.
        ends: Ids of tokens that end a turn, by the folder's settings.
        num_rows: Number of rows of the embedding; tokens beyond them are left out.

    Raises:
        ModelFileError: `tokenizer.json` is missing, malformed or of an unsupported kind.
    """
    path = folder / "tokenizer.json"
    whole = read_tokenizer_file(path)
    described = _described(path, whole)
    kept = [token for token in described.added_tokens if 0 <= token.id < num_rows]
    ids = {token.id for token in kept}
    listed: list[dict[str, Any]] = whole.get("added_tokens") or []
    added = [entry for entry in listed if entry["id"] in ids]
    text = json.dumps({**whole, "added_tokens": added}, ensure_ascii=False)
    spaced = _spaced(path, described)
    tokenizer = open_tokenizer(text, path)
    with guarded(path):
        names: dict[str, int] = tokenizer.get_vocab(with_added_tokens=True)
        first: list[int] = tokenizer.encode("", add_special_tokens=True).ids
    num_tokens = min(num_rows, 1 + max(names.values(), default=0))
    control = tuple(token.id for token in kept if token.special)
    literal = tuple(token.id for token in kept if not token.special)
    turns = {token.id for token in kept if ends_turn(token.content, names, control=token.special)}
    return Vocabulary(
        text,
        num_tokens,
        tuple(sorted({*(token for token in ends if token < num_tokens), *turns})),
        control,
        literal,
        first[0] if first and first[0] in control and first[0] not in ends else None,
        spaced,
    )


class _TokenizerToken(BaseModel):
    id: int
    content: str = ""
    special: bool = False


class _Step(BaseModel):
    type: str = ""
    decoders: list["_Step"] = []


class _TokenizerModel(BaseModel):
    byte_fallback: bool | None = None


class _Described(BaseModel):
    """The entries of `tokenizer.json` that are read here; all others are ignored."""

    model: _TokenizerModel
    added_tokens: list[_TokenizerToken] = []
    decoder: _Step | None = None


def _described(path: Path, whole: object) -> _Described:
    try:
        return _Described.model_validate(whole)
    except ValueError as error:
        raise ModelFileError(f"{path} describes no tokenizer; download it again") from error


def _spaced(path: Path, described: _Described) -> bool:
    """Whether token names are plain text with a mark for the space; else they are byte letters."""
    if described.model.byte_fallback:
        return True
    decoder = described.decoder or _Step()
    if any(step.type == "ByteLevel" for step in (decoder, *decoder.decoders)):
        return False
    raise ModelFileError(
        f"{path} is neither a byte-level tokenizer nor one with byte pieces; use transformers:"
        f"{path.parent}"
    )

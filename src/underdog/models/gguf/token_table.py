"""The tokens of a GGUF file, checked before a tokenizer is built from them.

The `tokenizers` library does not check them, and a token beyond the embedding would only be
noticed while sampling.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from underdog.errors import ModelFileError
from underdog.models.gguf.file import GgufFile
from underdog.models.gguf.header import special_id

_PREFIX = "tokenizer.ggml."
_EMBEDDING = "token_embd.weight"
_PLAIN = 1
_NONE = 0xFFFFFFFF
_MAX_LETTERS = 1 << 9


@dataclass(frozen=True, slots=True)
class GgufTokens:
    """Tokens, token types and merges of a GGUF file.

    Attributes:
        names: Token texts by token id, in the tokenizer's own alphabet.
        kinds: Token types by token id, as GGUF numbers them.
        merges: Pairs of tokens that byte-pair encoding joins, highest priority first.
    """

    names: list[str]
    kinds: list[int]
    merges: list[tuple[str, str]]


def read_tokens(file: GgufFile) -> GgufTokens:
    """The tokens of a GGUF file.

    Raises:
        ModelFileError: There are no tokens, or they do not match each other or the embedding.
    """
    names = file.strings(f"{_PREFIX}tokens")
    kinds = file.numbers(f"{_PREFIX}token_type") or [_PLAIN] * len(names)
    known = frozenset(names)
    place = file.header.tensors.get(_EMBEDDING)
    if not names or len(known) != len(names):
        raise _wrong(file, f"{len(names)} tokens with {len(known)} different names")
    longest = max(map(len, names))
    if longest > _MAX_LETTERS:
        raise _wrong(file, f"a token of {longest} letters")
    if len(kinds) != len(names):
        raise _wrong(file, f"{len(names)} tokens but the kinds of {len(kinds)}")
    if place is not None and place.shape[0] != len(names):
        raise _wrong(file, f"{len(names)} tokens but {place.shape[0]} embeddings")
    return GgufTokens(names, kinds, list(_merges(file, known)))


def token_id(file: GgufFile, name: str) -> int | None:
    """Id of the file's special token of a role, such as `eos`; `None` when the file has none.

    Raises:
        ModelFileError: The id is outside the vocabulary.
    """
    key = f"{_PREFIX}{name}_token_id"
    token = special_id(file.header.metadata, name)
    place = file.header.tensors.get(_EMBEDDING)
    if token is None or token == _NONE:
        return None
    if isinstance(token, bool) or not isinstance(token, int) or token < 0:
        raise _wrong(file, f"{key} {token!r}")
    if place is not None and token >= place.shape[0]:
        if key not in file.header.metadata:
            return None
        raise _wrong(file, f"{key} {token}, but {place.shape[0]} embeddings")
    return token


def _merges(file: GgufFile, known: frozenset[str]) -> Iterator[tuple[str, str]]:
    for merge in file.strings(f"{_PREFIX}merges"):
        left, space, right = merge.partition(" ")
        if not space or not {left, right, left + right} <= known:
            raise _wrong(file, f"a merge {merge[:80]!r} of what are no tokens")
        yield left, right


def _wrong(file: GgufFile, what: str) -> ModelFileError:
    return ModelFileError(f"{file.path} has {what}; download it again or use another")

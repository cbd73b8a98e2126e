"""A model's tokenizer: text to tokens, tokens to bytes.

It is built from GGUF metadata here, and from a `tokenizer.json` in `folder.tokenizer_json`, with
the `tokenizers` library. For GGUF files only spaces are normalised, as in llama.cpp, so that the
model reads the prompt's text unchanged. Tokens are turned back into bytes, not text, because a
character may span several tokens.
"""

import json
import re
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

from underdog.errors import MissingExtraError, ModelFileError, UnderdogError
from underdog.files import read_bounded
from underdog.models.gguf.file import GgufFile
from underdog.models.gguf.token_table import GgufTokens, read_tokens, token_id
from underdog.models.tokenizer.pieces import SPACE_MARK, build_pieces
from underdog.models.tokenizer.pretokenizers import (
    PIECES,
    PRETOKENIZERS,
    WHOLE_WORDS,
    pretokenizer_of,
)
from underdog.models.tokenizer.turn_ends import FILE_ENDS, ROLES, ends_turn

VOCABULARY_FILE = "vocabulary.json"

_MAX_BYTES = 1 << 28
_UNKNOWN, _CONTROL, _USER_DEFINED = 2, 3, 4
_SILENT = (_UNKNOWN, _CONTROL)
BYTE_PIECE = re.compile(r"<0x([0-9A-F]{2})>")


@dataclass(frozen=True)
class Vocabulary:
    """A model's tokenizer and the roles of its tokens.

    Attributes:
        tokenizer_json: The tokenizer in the `tokenizers` library's own format.
        num_tokens: Size of the vocabulary, in tokens.
        ends: Ids of tokens that end the model's turn.
        control: Ids of tokens without text, such as `<|im_start|>` and `<unk>`.
        literal: Ids of tokens whose names are plain text, not byte letters.
        bos: Id of the token that is put in front of every text; `None` when there is none.
        spaced: Whether names are plain text with a mark for the space and pieces for single bytes
            (`<0x0A>`), as in SentencePiece; else names are byte letters, as in GPT-2.
    """

    tokenizer_json: str
    num_tokens: int
    ends: tuple[int, ...]
    control: tuple[int, ...]
    literal: tuple[int, ...]
    bos: int | None
    spaced: bool = False

    @classmethod
    def from_gguf(cls, file: GgufFile) -> "Vocabulary":
        """The vocabulary of a GGUF file, built from its metadata.

        Raises:
            ModelFileError: The tokenizer is malformed or of a kind that is not supported.
        """
        cut = pretokenizer_of(file.header)
        tokens = read_tokens(file)
        names, kinds = tokens.names, tokens.kinds
        ends = _ends(names, kinds)
        kinds = [_CONTROL if token in ends else kind for token, kind in enumerate(kinds)]
        control = tuple(token for token, kind in enumerate(kinds) if kind in _SILENT)
        literal = tuple(token for token, kind in enumerate(kinds) if kind == _USER_DEFINED)
        ends.update(token for role in ROLES if (token := token_id(file, role)) is not None)
        bos = token_id(file, "bos") if file.header.adds_bos else None
        library = _tokenizers()
        with guarded("the tokenizer of the model file"):
            if cut == PIECES:
                tokenizer = build_pieces(library, file, names, kinds)
            else:
                tokenizer = _build_letters(library, tokens, cut)
            for group, special in ((control, True), (literal, False)):
                added = [
                    library.AddedToken(names[t], special=special, normalized=False) for t in group
                ]
                tokenizer.add_special_tokens(added) if special else tokenizer.add_tokens(added)
            text = tokenizer.to_str()
        ending = tuple(sorted(ends))
        return cls(text, len(names), ending, control, literal, bos, cut == PIECES)

    @classmethod
    def load(cls, path: Path) -> "Vocabulary":
        """The vocabulary in a file written by `save`."""
        try:
            given = json.loads(read_bounded(path, _MAX_BYTES))
            for name in ("ends", "control", "literal"):
                given[name] = tuple(given[name])
            return cls(**given)
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise ModelFileError(f"the tokenizer {path} is damaged; delete its folder") from error

    def save(self, path: Path) -> None:
        """Write the vocabulary as a JSON file."""
        named = {field.name: getattr(self, field.name) for field in fields(self)}
        path.write_text(json.dumps(named), "utf-8")

    def prepare(self) -> None:
        """Build the tokenizer and byte tables early, so that the first text need not wait."""
        self.encode("")
        _ = self.token_bytes

    def encode(self, text: str, *, special: bool = True) -> list[int]:
        """Token ids of a text.

        Args:
            text: The text.
            special: Whether names of control tokens in the text mean these tokens, and whether the
                beginning-of-sequence token is put in front (where the model has one).

        Raises:
            ModelFileError: The tokenizer fails on the text, as one with an endless pattern does.
        """
        tokenizer = self._tokenizer if special else self._plain_tokenizer
        with guarded("the model's tokenizer"):
            tokens: list[int] = tokenizer.encode(text, add_special_tokens=False).ids
        if special and self.bos is not None and tokens[:1] != [self.bos]:
            return [self.bos, *tokens]
        return tokens

    @property
    def token_bytes(self) -> list[bytes]:
        """Bytes that each token adds to a text, by token id; empty for control tokens."""
        return self._token_bytes

    @cached_property
    def _token_bytes(self) -> list[bytes]:
        names: list[str] = [""] * self.num_tokens
        vocabulary: dict[str, int] = self._tokenizer.get_vocab(with_added_tokens=True)
        for name, token in vocabulary.items():
            if token < self.num_tokens:
                names[token] = name
        plain = frozenset(self.literal)
        silent = frozenset(self.control)
        to_bytes = _piece_bytes if self.spaced else _letter_bytes
        return [
            b"" if token in silent else name.encode() if token in plain else to_bytes(name)
            for token, name in enumerate(names)
        ]

    @cached_property
    def _tokenizer(self) -> Any:
        return open_tokenizer(self.tokenizer_json, "the model's tokenizer")

    @cached_property
    def _plain_tokenizer(self) -> Any:
        tokenizer = open_tokenizer(self.tokenizer_json, "the model's tokenizer")
        tokenizer.encode_special_tokens = True
        return tokenizer


def _ends(names: Sequence[str], kinds: Sequence[int]) -> set[int]:
    known = frozenset(names)
    return {
        token
        for token, (name, kind) in enumerate(zip(names, kinds, strict=True))
        if name in FILE_ENDS or ends_turn(name, known, control=kind in _SILENT)
    }


def _tokenizers() -> Any:
    try:
        import tokenizers
    except ImportError as error:
        raise MissingExtraError("tokenizers", "openvino") from error
    return tokenizers


def _build_letters(library: Any, tokens: GgufTokens, cut: str) -> Any:
    """A byte-level BPE tokenizer with the pre-tokenizer named by `cut`."""
    vocabulary = {name: token for token, name in enumerate(tokens.names)}
    model = library.models.BPE(
        vocab=vocabulary, merges=tokens.merges, ignore_merges=cut in WHOLE_WORDS
    )
    tokenizer = library.Tokenizer(model)
    tokenizer.pre_tokenizer = letter_cutter(library, cut)
    return tokenizer


def letter_cutter(library: Any, cut: str) -> Any:
    """The pre-tokenizer of a byte-level vocabulary: words, then bytes as letters.

    Args:
        library: The `tokenizers` module.
        cut: How words are cut, a key of `PRETOKENIZERS`.
    """
    cutters = library.pre_tokenizers
    steps = [cutters.Split(library.Regex(pattern), "isolated") for pattern in PRETOKENIZERS[cut]]
    steps.append(cutters.ByteLevel(add_prefix_space=False, use_regex=False))
    return cutters.Sequence(steps)


def open_tokenizer(text: str, place: object) -> Any:
    """The tokenizer of a `tokenizer.json`, as an object of the `tokenizers` library.

    Args:
        text: Content of the file.
        place: The file, for messages.

    Raises:
        ModelFileError: The content is not a valid tokenizer.
        MissingExtraError: The `tokenizers` library is not installed.
    """
    library = _tokenizers()
    with guarded(place):
        return library.Tokenizer.from_str(text)


@contextmanager
def guarded(place: object) -> Generator[None]:
    """A `with` block in which any failure of the `tokenizers` library is a `ModelFileError`.

    The library raises nothing narrower than `Exception`; where its Rust code panics, as it does
    when a pattern of an untrusted file takes too many steps, what it raises is not even that.
    """
    try:
        yield
    except UnderdogError:
        raise
    except BaseException as error:  # a boundary: see above
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        reason = " ".join(str(error).split())[:120]
        raise ModelFileError(
            f"{place}: no tokenizer that can be used ({reason}); download it again or use another"
        ) from error


def _letter_bytes(name: str) -> bytes:
    return name.translate(_TO_BYTE).encode("latin-1", "ignore")


def _piece_bytes(name: str) -> bytes:
    byte = BYTE_PIECE.fullmatch(name)
    return bytes([int(byte[1], 16)]) if byte else name.replace(SPACE_MARK, " ").encode()


def _byte_letters() -> list[str]:
    """The letter that stands for each byte in a byte-level vocabulary (GPT-2's alphabet)."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = iter(range(256, 512))
    return [chr(byte if byte in shown else next(hidden)) for byte in range(256)]


_TO_BYTE = {ord(letter): byte for byte, letter in enumerate(_byte_letters())}

"""A model's tokenizer: text to tokens, tokens to bytes.

It is built from GGUF metadata here, and from a `tokenizer.json` in `tokenizer_json`; the
`tokenizers` library does the work. Nothing but spaces is normalised in GGUF files, as in llama.cpp,
so that what a prompt says is what the model reads.
Tokens are turned back into bytes, not text, because a character may span several tokens.
"""

import json
import re
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

from underdog.errors import MissingExtraError, ModelFileError
from underdog.models.gguf.file import GgufFile
from underdog.models.gguf.token_table import GgufTokens, read_tokens, token_id
from underdog.models.tokenizer.pieces import SPACE_MARK, build_pieces
from underdog.models.tokenizer.pretokenizers import (
    PIECES,
    PRETOKENIZERS,
    WHOLE_WORDS,
    pretokenizer_of,
)

VOCABULARY_FILE = "vocabulary.json"

ENDS = frozenset(
    {"<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|end_of_text|>", "</s>", "<end_of_turn>"}
)
"""Names under which control tokens end a turn in some family of models."""

_UNKNOWN, _CONTROL, _USER_DEFINED = 2, 3, 4
_SILENT = (_UNKNOWN, _CONTROL)
_BYTE_PIECE = re.compile(r"<0x([0-9A-F]{2})>")


@dataclass(frozen=True)
class Vocabulary:
    """A model's tokens.

    Attributes:
        tokenizer_json: The tokenizer in the `tokenizers` library's own format.
        num_tokens: Size of the vocabulary.
        ends: Tokens that end the model's turn.
        control: Tokens without text, such as `<|im_start|>` and `<unk>`.
        literal: Tokens that stand for their own characters instead of encoded bytes.
        bos: Token to put in front of every text; `None` when the model wants none.
        spaced: Whether tokens are plain text with a mark for the space and pieces for single
            bytes (`<0x0A>`); else they are written in letters that stand for bytes.
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
        """Build it from the metadata of a GGUF file.

        Raises:
            ModelFileError: The tokenizer is malformed or of a kind that is not supported.
        """
        cut = pretokenizer_of(file.header)
        tokens = read_tokens(file)
        names, kinds = tokens.names, tokens.kinds
        control = tuple(token for token, kind in enumerate(kinds) if kind in _SILENT)
        literal = tuple(token for token, kind in enumerate(kinds) if kind == _USER_DEFINED)
        ends = {token for token in control if names[token] in ENDS}
        named = (token_id(file, name) for name in ("eos", "eot"))
        ends.update(token for token in named if token is not None)
        bos = token_id(file, "bos") if file.header.adds_bos else None
        library = _tokenizers()
        if cut == PIECES:
            tokenizer = build_pieces(library, file, names, kinds)
        else:
            tokenizer = _build_letters(library, tokens, cut)
        for group, special in ((control, True), (literal, False)):
            added = [library.AddedToken(names[t], special=special, normalized=False) for t in group]
            tokenizer.add_special_tokens(added) if special else tokenizer.add_tokens(added)
        ending = tuple(sorted(ends))
        text = tokenizer.to_str()
        return cls(text, len(names), ending, control, literal, bos, cut == PIECES)

    @classmethod
    def load(cls, path: Path) -> "Vocabulary":
        """Read what `save` wrote."""
        try:
            given = json.loads(path.read_bytes())
            for name in ("ends", "control", "literal"):
                given[name] = tuple(given[name])
            return cls(**given)
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise ModelFileError(f"the tokenizer {path} is damaged; delete its folder") from error

    def save(self, path: Path) -> None:
        """Write it beside a converted model."""
        named = {field.name: getattr(self, field.name) for field in fields(self)}
        path.write_text(json.dumps(named), "utf-8")

    def prepare(self) -> None:
        """Build what is built on first use, so that the first text need not wait for it."""
        self.encode("")
        _ = self.token_bytes

    def encode(self, text: str, *, special: bool = True) -> list[int]:
        """Tokens of a text.

        Args:
            text: What to encode.
            special: Whether the names of control tokens in it mean these tokens, and whether the
                beginning-of-sequence token is put in front where the model wants it.
        """
        tokenizer = self._tokenizer if special else self._plain_tokenizer
        tokens: list[int] = tokenizer.encode(text, add_special_tokens=False).ids
        if special and self.bos is not None and tokens[:1] != [self.bos]:
            return [self.bos, *tokens]
        return tokens

    @property
    def token_bytes(self) -> list[bytes]:
        """The bytes that each token adds to a text; none for control tokens."""
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
        return _tokenizers().Tokenizer.from_str(self.tokenizer_json)

    @cached_property
    def _plain_tokenizer(self) -> Any:
        tokenizer = _tokenizers().Tokenizer.from_str(self.tokenizer_json)
        tokenizer.encode_special_tokens = True
        return tokenizer


def _tokenizers() -> Any:
    try:
        import tokenizers
    except ImportError as error:
        raise MissingExtraError("tokenizers", "openvino") from error
    return tokenizers


def _build_letters(library: Any, tokens: GgufTokens, cut: str) -> Any:
    """A byte-level tokenizer."""
    vocabulary = {name: token for token, name in enumerate(tokens.names)}
    model = library.models.BPE(
        vocab=vocabulary, merges=tokens.merges, ignore_merges=cut in WHOLE_WORDS
    )
    tokenizer = library.Tokenizer(model)
    cutters = library.pre_tokenizers
    steps = [cutters.Split(library.Regex(pattern), "isolated") for pattern in PRETOKENIZERS[cut]]
    steps.append(cutters.ByteLevel(add_prefix_space=False, use_regex=False))
    tokenizer.pre_tokenizer = cutters.Sequence(steps)
    return tokenizer


def open_tokenizer(text: str, path: Path) -> Any:
    """The tokenizer that a `tokenizer.json` describes.

    Args:
        text: What the file says.
        path: The file, for messages.

    Raises:
        ModelFileError: It describes none.
        MissingExtraError: The library is not installed.
    """
    library = _tokenizers()
    try:
        return library.Tokenizer.from_str(text)
    except Exception as error:  # a boundary: the library raises nothing narrower
        raise ModelFileError(
            f"{path} describes no tokenizer ({str(error)[:80]}); download it again"
        ) from error


def _letter_bytes(name: str) -> bytes:
    return name.translate(_TO_BYTE).encode("latin-1", "ignore")


def _piece_bytes(name: str) -> bytes:
    byte = _BYTE_PIECE.fullmatch(name)
    return bytes([int(byte[1], 16)]) if byte else name.replace(SPACE_MARK, " ").encode()


def _byte_letters() -> list[str]:
    """The letter that stands for each byte in a byte-level vocabulary (GPT-2's alphabet)."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = iter(range(256, 512))
    return [chr(byte if byte in shown else next(hidden)) for byte in range(256)]


_TO_BYTE = {ord(letter): byte for byte, letter in enumerate(_byte_letters())}

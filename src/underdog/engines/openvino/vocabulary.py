"""A byte-level BPE tokenizer built from GGUF metadata: text to tokens, tokens to bytes.

The vocabulary, merges and pre-tokeniser name come from the file; the `tokenizers` library does the
work. Nothing is normalised, as in llama.cpp, so that what a prompt says is what the model reads.
Tokens are turned back into bytes, not text, because a character may span several tokens.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

from underdog.errors import MissingExtraError, ModelFileError

VOCABULARY_FILE = "vocabulary.json"

_GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
_QWEN2 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_CUTS: Mapping[str, tuple[str, ...]] = {
    "gpt-2": (_GPT2,),
    "smollm": (r"\p{N}", _GPT2),
    "qwen2": (_QWEN2,),
}
_ENDS = frozenset({"<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|end_of_text|>", "</s>"})
_CONTROL, _USER_DEFINED = 3, 4


@dataclass(frozen=True)
class Vocabulary:
    """A model's tokens.

    Attributes:
        tokenizer_json: The tokenizer in the `tokenizers` library's own format.
        num_tokens: Size of the vocabulary.
        ends: Tokens that end the model's turn.
        control: Tokens without text, such as `<|im_start|>`.
        literal: Tokens that stand for their own characters instead of encoded bytes.
        bos: Token to put in front of every text; `None` when the model wants none.
    """

    tokenizer_json: str
    num_tokens: int
    ends: tuple[int, ...]
    control: tuple[int, ...]
    literal: tuple[int, ...]
    bos: int | None

    @classmethod
    def from_gguf(cls, fields: Mapping[str, Any]) -> "Vocabulary":
        """Build it from the metadata of a GGUF file, as the `gguf` package reads them.

        Raises:
            ModelFileError: The tokenizer is of a kind that is not supported.
        """
        entries = _Metadata(fields)
        if entries.get("model") != "gpt2" or entries.get("pre") not in _CUTS:
            raise ModelFileError(
                f"the openvino engine reads byte-level tokenizers cut as {', '.join(_CUTS)}, not "
                f"{entries.get('model')!r} cut as {entries.get('pre')!r}; use the llama_cpp engine"
            )
        tokens: list[str] = entries.get("tokens")
        kinds: list[int] = entries.get("token_type") or [1] * len(tokens)
        control = tuple(token for token, kind in enumerate(kinds) if kind == _CONTROL)
        literal = tuple(token for token, kind in enumerate(kinds) if kind == _USER_DEFINED)
        named = {entries.get("eos_token_id"), entries.get("eot_token_id")} - {None}
        ends = named | {token for token in control if tokens[token] in _ENDS}
        bos = entries.get("bos_token_id") if entries.get("add_bos_token") else None
        merges: list[str] = entries.get("merges")
        text = _build(tokens, merges, entries.get("pre"), control, literal)
        return cls(text, len(tokens), tuple(sorted(ends)), control, literal, bos)

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

    @cached_property
    def token_bytes(self) -> list[bytes]:
        """The bytes that each token adds to a text; none for control tokens."""
        to_byte = {ord(letter): byte for byte, letter in enumerate(_byte_letters())}
        names: list[str] = [""] * self.num_tokens
        vocabulary: dict[str, int] = self._tokenizer.get_vocab(with_added_tokens=True)
        for name, token in vocabulary.items():
            names[token] = name
        plain = frozenset(self.literal)
        silent = frozenset(self.control)
        return [
            b""
            if token in silent
            else name.encode()
            if token in plain
            else name.translate(to_byte).encode("latin-1", "ignore")
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


@dataclass(frozen=True, slots=True)
class _Metadata:
    fields: Mapping[str, Any]

    def get(self, name: str) -> Any:
        field = self.fields.get(f"tokenizer.ggml.{name}")
        return None if field is None else field.contents()


def _tokenizers() -> Any:
    try:
        import tokenizers
    except ImportError as error:
        raise MissingExtraError("tokenizers", "openvino") from error
    return tokenizers


def _build(
    tokens: list[str],
    merges: list[str],
    cut: str,
    control: tuple[int, ...],
    literal: tuple[int, ...],
) -> str:
    library = _tokenizers()
    pairs = [tuple(merge.split(" ", 1)) for merge in merges]
    vocabulary = {name: token for token, name in enumerate(tokens)}
    tokenizer = library.Tokenizer(library.models.BPE(vocab=vocabulary, merges=pairs))
    cutters = library.pre_tokenizers
    steps = [cutters.Split(library.Regex(pattern), "isolated") for pattern in _CUTS[cut]]
    steps.append(cutters.ByteLevel(add_prefix_space=False, use_regex=False))
    tokenizer.pre_tokenizer = cutters.Sequence(steps)
    for group, special in ((control, True), (literal, False)):
        added = [
            library.AddedToken(tokens[token], special=special, normalized=False) for token in group
        ]
        tokenizer.add_special_tokens(added) if special else tokenizer.add_tokens(added)
    return tokenizer.to_str()


def _byte_letters() -> list[str]:
    """The letter that stands for each byte in a byte-level vocabulary (GPT-2's alphabet)."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = iter(range(256, 512))
    return [chr(byte if byte in shown else next(hidden)) for byte in range(256)]

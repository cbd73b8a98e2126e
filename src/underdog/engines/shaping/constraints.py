"""Constraints as masks over a vocabulary, by the llguidance library.

A constraint is compiled once and followed by one matcher per row: the matcher gives a mask of the
tokens that may come next and is told the token that was drawn. It works on the bytes of tokens, so
that characters which span tokens are handled. White space between the parts of JSON is bounded,
because small models otherwise write blanks until the token limit. llguidance computes with floats,
so a schema with a number that a float does not hold exactly is refused.
"""

import json
import threading
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

from underdog.core import Choices, Constraint, Grammar, JsonSchema, Regex
from underdog.engines.shaping.mask_numbers import check_numbers
from underdog.errors import MissingExtraError, UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_JSON_SPACE = {"whitespace_pattern": r"[ \n]{1,16}"}
_CONTROL_MARK = b"\xff"
_KEPT = 64


class Lexicon(Protocol):
    """The part of a tokenizer that a constraint needs."""

    @property
    def token_bytes(self) -> Sequence[bytes]:
        """The bytes of every token, by token id; empty for control tokens."""
        ...

    @property
    def ends(self) -> Sequence[int]:
        """Ids of the tokens that end a reply."""
        ...

    def encode(self, text: str, *, special: bool = True) -> list[int]:
        """Token ids of a text; names of control tokens are plain text when `special` is false."""
        ...


class Matcher:
    """The state of a constraint after the tokens of one reply so far."""

    def __init__(self, matcher: Any, num_tokens: int) -> None:
        self._matcher = matcher
        self._num_tokens = num_tokens

    def mask(self) -> "NDArray[np.bool_]":
        """Mask over the vocabulary: tokens that may come next; all false after a failure."""
        import numpy as np

        bits = np.frombuffer(self._matcher.compute_bitmask(), np.uint8)
        allowed = np.unpackbits(bits, count=self._num_tokens, bitorder="little").view(np.bool_)
        return allowed if not self._matcher.is_error() else np.zeros_like(allowed)

    def accept(self, token: int) -> bool:
        """Advance by a token; return whether the reply is complete and no token may follow."""
        self._matcher.consume_token(token)
        return self._matcher.is_stopped() and not self._matcher.is_error()

    @property
    def error(self) -> str:
        """Reason of the matcher's failure; empty without one."""
        return short(self._matcher.get_error())

    def fresh(self) -> "Matcher":
        """An independent copy of this matcher in the same state."""
        return Matcher(self._matcher.deep_copy(), self._num_tokens)


class ConstraintCompiler:
    """Compiles constraints for one vocabulary, and caches the compiled ones.

    Args:
        tokenizer: Makes llguidance's tokenizer of the vocabulary; called at the first constraint.
    """

    def __init__(self, tokenizer: Callable[[], Any]) -> None:
        self._tokenizer = tokenizer
        self._made: Any = None
        self._compiled: dict[Constraint, Matcher] = {}
        self._gate = threading.Lock()

    def matcher(self, constraint: Constraint) -> Matcher:
        """A matcher at the beginning of a reply.

        Raises:
            UsageError: The constraint is malformed or cannot be enforced.
            MissingExtraError: llguidance is not installed.
        """
        with self._gate:
            found = self._compiled.pop(constraint, None) or self._compile(constraint)
            self._compiled[constraint] = found
            if len(self._compiled) > _KEPT:
                del self._compiled[next(iter(self._compiled))]
            return found.fresh()

    def _compile(self, constraint: Constraint) -> Matcher:
        library = llguidance_library()
        if self._made is None:
            self._made = self._tokenizer()
        grammar = _grammar(library.LLMatcher, constraint)
        failed, messages = library.LLMatcher.validate_grammar_with_warnings(grammar, self._made)
        if failed:
            raise _malformed(constraint, "; ".join(messages))
        matcher = library.LLMatcher(self._made, grammar, log_level=0)
        if matcher.is_error():
            raise _malformed(constraint, matcher.get_error())
        return Matcher(matcher, self._made.vocab_size)


def byte_tokenizer(lexicon: Lexicon) -> Any:
    """The llguidance tokenizer of a vocabulary with known token bytes."""
    library = llguidance_library()
    return library.LLTokenizer(
        library.TokenizerWrapper(_Words(lexicon)),
        n_vocab=len(lexicon.token_bytes),
        eos_token=list(lexicon.ends),
    )


def folder_tokenizer(tokenizer: Any, num_tokens: int, ends: Iterable[int]) -> Any:
    """The llguidance tokenizer of a transformers tokenizer.

    Args:
        tokenizer: A fast tokenizer of transformers.
        num_tokens: Size of the model's vocabulary, in tokens.
        ends: Ids of the tokens that end a reply.

    Raises:
        UsageError: The tokenizer is not a fast one.
    """
    llguidance_library()
    from llguidance.hf import from_tokenizer

    try:
        return from_tokenizer(tokenizer, n_vocab=num_tokens, eos_token=sorted(ends))
    except ValueError as error:
        raise UsageError(
            f"constraints need a fast tokenizer, and this one is not ({error}); leave them out"
        ) from error


class _Words:
    """Adapter of a vocabulary to the attributes that llguidance reads."""

    def __init__(self, lexicon: Lexicon) -> None:
        words = list(enumerate(lexicon.token_bytes))
        self.eos_token_id = lexicon.ends[0] if lexicon.ends else 0
        self.bos_token_id = None
        self.tokens = [content or _CONTROL_MARK + b"<|%d|>" % token for token, content in words]
        self.special_token_ids = [token for token, content in words if not content]
        self._encode = lexicon.encode

    def __call__(self, text: str | bytes) -> list[int]:
        whole = text if isinstance(text, str) else text.decode("utf-8", "replace")
        return self._encode(whole, special=False)


def _grammar(matcher: Any, constraint: Constraint) -> str:
    match constraint:
        case JsonSchema(schema):
            try:
                check_numbers(json.loads(schema, parse_float=Decimal))
                return matcher.grammar_from_json_schema(schema, _JSON_SPACE)
            except (ValueError, ArithmeticError, RecursionError) as error:
                raise _malformed(constraint, str(error)) from error
        case Regex(pattern):
            return matcher.grammar_from_regex(pattern)
        case Grammar(lark):
            return matcher.grammar_from_lark(lark)
        case Choices(options):
            if not options or not all(options):
                raise UsageError(
                    f"the choices {options!r} cannot be enforced; give one text or more, none empty"
                )
            return matcher.grammar_from_regex("|".join(map(literal, options)))


def literal(text: str) -> str:
    """A regular expression that matches exactly this text, valid in Rust and in Python."""
    return "".join(
        letter
        if letter.isascii() and letter.isalnum()
        else f"\\u{ord(letter):04X}"
        if ord(letter) < 1 << 16
        else f"\\U{ord(letter):08X}"
        for letter in text
    )


def _malformed(constraint: Constraint, message: str) -> UsageError:
    return UsageError(
        f"the constraint {short(str(constraint), 120)} cannot be enforced: {short(message)}; "
        "correct it"
    )


def short(text: str, limit: int = 300) -> str:
    """A text on one line, cut to a length in characters."""
    text = " ".join(text.split())
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def llguidance_library() -> Any:
    """The llguidance module. Raises `MissingExtraError` when it is not installed."""
    try:
        import llguidance
    except ImportError as error:
        raise MissingExtraError("llguidance", "constraints") from error
    return llguidance

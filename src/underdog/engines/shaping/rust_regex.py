"""Regular expressions of Rust's `regex` library, to hold whole texts against.

They are read by llguidance, the library that makes masks, so that a reply of a server is held
against the very pattern that a mask would have enforced.
"""

import json
from functools import lru_cache
from typing import Any

from underdog.engines.shaping.constraints import llguidance_library, short
from underdog.errors import UsageError


class TextMatcher:
    """A regular expression or a JSON schema, to hold whole texts against.

    Args:
        grammar: llguidance's grammar of it.

    Raises:
        UsageError: It is malformed or cannot be checked.
    """

    def __init__(self, grammar: str, shown: str) -> None:
        library = llguidance_library()
        self._library, self._grammar = library, grammar
        failed, messages = library.LLMatcher.validate_grammar_with_warnings(grammar, _bytes())
        if failed:
            raise UsageError(
                f"the pattern {short(shown, 120)!r} cannot be checked: "
                f"{short('; '.join(messages))}; use the syntax of Rust's regex library"
            )

    def whole(self, text: str) -> bool:
        """Whether the whole text is matched."""
        matcher = self._library.LLMatcher(_bytes(), self._grammar, log_level=0)
        data = list(text.encode("utf-8", "surrogatepass"))
        return matcher.try_consume_tokens(data) == len(data) and matcher.is_accepting()


@lru_cache(maxsize=64)
def regex_matcher(pattern: str) -> TextMatcher:
    """What holds whole texts against a pattern in the syntax of Rust's `regex` library.

    Raises:
        UsageError: The pattern is malformed or has look-arounds, which cannot be checked.
        MissingExtraError: llguidance is not installed.
    """
    return TextMatcher(llguidance_library().LLMatcher.grammar_from_regex(pattern), pattern)


@lru_cache(maxsize=64)
def _text_matcher(pattern: str) -> TextMatcher:
    """What holds texts, written as JSON, against a schema's `pattern`, as under a mask."""
    schema = json.dumps({"type": "string", "pattern": pattern})
    return TextMatcher(llguidance_library().LLMatcher.grammar_from_json_schema(schema), pattern)


class RustDialect:
    """Regular expressions of Rust's `regex` library, as llguidance reads them in JSON schemas."""

    def fault(self, pattern: str) -> str:
        """Why a pattern is none that can be checked; empty when it can."""
        try:
            _text_matcher(pattern)
        except UsageError as error:
            return str(error)
        return ""

    def found(self, pattern: str, text: str) -> bool:
        """Whether a pattern matches somewhere in a text."""
        return _text_matcher(pattern).whole(json.dumps(text, ensure_ascii=False))


@lru_cache(maxsize=1)
def _bytes() -> Any:
    """A tokenizer whose tokens are the 256 bytes."""
    return llguidance_library().LLTokenizer("byte")

"""Constraints on a reply: a JSON schema, a regular expression, a grammar or a list of texts.

A constraint holds for the generated text from its first character, without the prompt's prefix. A
reply that `max_tokens` cuts (its `finish` is `length`) may match only a constraint's beginning.
Constraints are plain text, so that they can be hashed, stored and sent.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class JsonSchema:
    """The reply is JSON that a schema accepts.

    Attributes:
        schema: The schema, as JSON text.
    """

    schema: str

    @classmethod
    def of(cls, schema: Mapping[str, Any]) -> "JsonSchema":
        """The constraint for a schema given as a mapping."""
        return cls(json.dumps(schema, ensure_ascii=False))


@dataclass(frozen=True, slots=True)
class Regex:
    """The reply matches a regular expression from end to end (syntax of Rust's `regex` crate)."""

    pattern: str


@dataclass(frozen=True, slots=True)
class Grammar:
    """The reply is derived by a context-free grammar from its rule `start`.

    Attributes:
        lark: The grammar in Lark's notation.
    """

    lark: str


@dataclass(frozen=True, slots=True)
class Choices:
    """The reply is one of the given texts."""

    options: tuple[str, ...]


Constraint: TypeAlias = JsonSchema | Regex | Grammar | Choices

"""What a reply must look like: a JSON schema, a regular expression, a grammar or a list of texts.

A constraint holds for the text that is generated, from its first character; the prompt's prefix is
not part of it. A reply that ends because of `max_tokens` may stop short of it: its `finish` is then
`length`. Constraints are plain text, so that they can be hashed, stored and sent.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class JsonSchema:
    """JSON that a schema accepts.

    Attributes:
        schema: The schema, as JSON text.
    """

    schema: str

    @classmethod
    def of(cls, schema: Mapping[str, Any]) -> "JsonSchema":
        """The constraint of a schema that is given as a mapping."""
        return cls(json.dumps(schema, ensure_ascii=False))


@dataclass(frozen=True, slots=True)
class Regex:
    """Text that a regular expression matches from end to end (syntax of Rust's `regex` crate)."""

    pattern: str


@dataclass(frozen=True, slots=True)
class Grammar:
    """Text that a context-free grammar derives from its rule `start`.

    Attributes:
        lark: The grammar in Lark's notation.
    """

    lark: str


@dataclass(frozen=True, slots=True)
class Choices:
    """One of some texts."""

    options: tuple[str, ...]


Constraint: TypeAlias = JsonSchema | Regex | Grammar | Choices

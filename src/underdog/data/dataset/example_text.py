"""Parts of an example's text: all turns, the prompt, or the completion."""

from collections.abc import Callable
from typing import TypeAlias

from underdog.core.example import Example
from underdog.generators.knobs import one_of

Part: TypeAlias = Callable[[Example], str]


def whole(example: Example) -> str:
    """The text of all turns, joined by blank lines."""
    return "\n\n".join(turn.content for turn in example.messages)


_PARTS: dict[str, Part] = {
    "all": whole,
    "prompt": lambda example: example.prompt,
    "completion": lambda example: example.completion,
}


def part_of(name: str) -> Part:
    """The function that gives a part of an example: `all`, `prompt` or `completion`.

    Raises:
        ConfigError: No such part.
    """
    return _PARTS[one_of("part", name, tuple(_PARTS))]

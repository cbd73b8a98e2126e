"""Words that small children know: regular verbs, nouns, adjectives and names, for stories."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class StoryWords:
    """The words, by kind."""

    verbs: tuple[str, ...]
    nouns: tuple[str, ...]
    adjectives: tuple[str, ...]
    names: tuple[str, ...]


@cache
def story_words() -> StoryWords:
    """The words of `story_words.toml`; read on first use."""
    import tomllib

    listed = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return StoryWords(**{kind: tuple(words.split()) for kind, words in listed.items()})

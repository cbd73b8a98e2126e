"""The closed vocabulary of a library of stories."""

import re
from collections.abc import Iterator

from underdog.generators.stories.sheets.library import Library
from underdog.generators.stories.sheets.people import names_of
from underdog.generators.stories.sheets.story_parts import Target

_HOLE = re.compile(r"\{[^{}]*\}")
_WORD = re.compile(r"[A-Za-z]+")


def vocabulary(library: Library, region: str) -> frozenset[str]:
    """Every word of the library's problems and of their solutions in words, in lower case.

    Args:
        library: The stories.
        region: Region of the people's names.

    Example:
        >>> from underdog.generators.stories.writer import built_in
        >>> "boxes" in vocabulary(built_in("micro"), "few")
        True
    """
    texts = [name for name, _ in names_of(region)]
    for situation in library.situations:
        texts += [extra.pattern for extra in situation.extras]
        texts += [text for target in situation.targets for text in _texts(target)]
    for targets in library.continuations.values():
        texts += [text for target in targets for text in _texts(target)]
    return frozenset(word.lower() for text in texts for word in _WORD.findall(_HOLE.sub(" ", text)))


def _texts(target: Target) -> Iterator[str]:
    for tell in target.tells:
        yield from tell.wordings
    for step in target.steps:
        yield step.text
        yield from step.questions
    for nouns in target.part.picks.values():
        for noun in nouns:
            yield from noun.values()

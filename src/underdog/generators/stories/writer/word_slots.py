"""The words of a story as one sequence, and patterns that take the words of their holes from it.

The sequence has all words for the holes of a target's sentences: the numbers, their special forms,
the nouns, the noun phrase and nouns of the result before (in a continuation), the people. A pattern
is compiled to the indices of its holes in the sequence; filling it is one pick and one format.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from operator import itemgetter

from underdog.generators.stories.sheets.draws import Size
from underdog.generators.stories.sheets.formulas import number_text
from underdog.generators.stories.sheets.people import LETTERS, person_forms
from underdog.generators.stories.sheets.story_parts import Extra, Target
from underdog.generators.stories.sheets.working import Random, Work
from underdog.generators.stories.writer.programs import places_of

HOLE = re.compile(r"\{([^{}]*)\}")
BREAK = "\0"
"""Separator of texts that are filled in together; occurs in no story."""

NOUN_FORMS = ("", "-s", "-a", "-S")
_REACHED = ("the", "The", *(f"thing{form}" for form in NOUN_FORMS))
NO_THINGS = ("",) * len(NOUN_FORMS)

Slots = Mapping[str, int]
Pick = Callable[[Sequence[str]], Sequence[str]]

PEOPLE = tuple(hole for letter in LETTERS for hole in person_forms(letter, "", "she"))
"""Names of the holes for people and their pronouns, in order."""


@dataclass(frozen=True, slots=True)
class WordPattern:
    """A compiled text with holes.

    Attributes:
        text: The text with `%s` for its holes.
        pick: Chooses the words for the holes from all words of a story.
    """

    text: str
    pick: Pick

    def fill(self, words: Sequence[str]) -> str:
        """The text with its holes filled from all words of a story."""
        return self.text % self.pick(words)


@cache
def slots_of(target: Target) -> Slots:
    """Index in the sequence of words for each hole of a target's patterns.

    The words of people come last, so that the sequence may end after a story's last person.
    """
    numbers = places_of(target)
    forms = (f"{name}-{form}" for name, form in target.part.forms if name in numbers)
    nouns = (f"{name}{form}" for name in target.part.picks for form in NOUN_FORMS)
    reached = _REACHED if target.part.takes else ()
    return {hole: place for place, hole in enumerate((*numbers, *forms, *nouns, *reached, *PEOPLE))}


@cache
def nouns_of(target: Target) -> tuple[tuple[str, ...], ...]:
    """Every choice of a target's nouns, each as words in the order of `slots_of`."""
    ways = [
        [tuple(noun[f"{name}{form}"] for form in NOUN_FORMS) for noun in nouns]
        for name, nouns in target.part.picks.items()
    ]
    return tuple(tuple(word for forms in way for word in forms) for way in product(*ways))


def compiled(text: str, slots: Slots) -> WordPattern:
    """The pattern of a text with holes `{name}`.

    Args:
        text: The text.
        slots: Index of the word for each hole.
    """
    pieces = HOLE.split(text.replace("%", "%%"))
    places = [slots[hole] for hole in pieces[1::2]]
    return WordPattern("%s".join(pieces[::2]), itemgetter(*places) if places else _nothing)


def _nothing(words: Sequence[str]) -> Sequence[str]:
    return ()


@dataclass(frozen=True, slots=True)
class ReadyExtra:
    """An irrelevant sentence with compiled draws and text.

    Attributes:
        works: Draws of the sentence's numbers.
        pattern: Text with holes for numbers and people.
    """

    works: tuple[Work, ...]
    pattern: WordPattern

    def tell(self, people: Sequence[str], random: Random) -> str:
        """The sentence with fresh numbers."""
        numbers = [number_text(work([], random)) for work in self.works]
        return self.pattern.fill((*numbers, *people))


@cache
def extra_of(extra: Extra, size: Size) -> ReadyExtra:
    """The compiled irrelevant sentence, for numbers of the given size."""
    works = tuple(let.how.work({}, size, whole=False) for let in extra.lets)
    holes = (*(let.name for let in extra.lets), *PEOPLE)
    return ReadyExtra(
        works, compiled(extra.pattern, {hole: place for place, hole in enumerate(holes)})
    )

"""Where the words of a story stand while it is told, so that patterns need no names.

All that a target's sentences can say stands in one sequence: the people, what the story has
reached, the numbers, their special forms, the nouns. A pattern is compiled to the places of its
holes in it, and filling it is one pick and one join.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import product
from operator import itemgetter
from typing import NamedTuple

from underdog.tasks.stories.draws import Size
from underdog.tasks.stories.formulas import number_text
from underdog.tasks.stories.parts import Extra, Target
from underdog.tasks.stories.people import LETTERS, person_forms
from underdog.tasks.stories.programs import places_of
from underdog.tasks.stories.working import Random, Work

HOLE = re.compile(r"\{([^{}]*)\}")
BREAK = "\0"
"""Parts the texts that are filled in together; no story can have it."""

NOUN_FORMS = ("", "-s", "-a", "-S")
_REACHED = ("the", "The", *(f"thing{form}" for form in NOUN_FORMS))
NOWHERE = ("",) * len(_REACHED)
"""What a template has reached before it begins."""

Slots = Mapping[str, int]
Pick = Callable[[Sequence[str]], Sequence[str]]

PEOPLE = tuple(hole for letter in LETTERS for hole in person_forms(letter, "", "she"))
"""Holes that speak of people."""


class Pattern(NamedTuple):
    """A text with holes, compiled.

    Attributes:
        pick: Takes its pieces from the words with the literals after them.
        literals: Its pieces between the holes.
    """

    pick: Pick
    literals: tuple[str, ...]

    def fill(self, *words: Sequence[str]) -> str:
        """The text."""
        return "".join(self.pick([*(word for some in words for word in some), *self.literals]))


@cache
def slots_of(target: Target) -> tuple[Slots, int]:
    """Where each hole of a target's patterns finds its word, and how many words there are."""
    numbers = places_of(target)
    forms = (f"{name}-{form}" for name, form in target.part.forms if name in places_of(target))
    nouns = (f"{name}{form}" for name in target.part.picks for form in NOUN_FORMS)
    holes = (*PEOPLE, *_REACHED, *numbers, *forms, *nouns)
    return {hole: place for place, hole in enumerate(holes)}, len(holes)


@cache
def nouns_of(target: Target) -> tuple[tuple[str, ...], ...]:
    """Every choice of a target's nouns, each as the words for `slots_of`."""
    ways = [
        [tuple(noun[f"{name}{form}"] for form in NOUN_FORMS) for noun in nouns]
        for name, nouns in target.part.picks.items()
    ]
    return tuple(tuple(word for forms in way for word in forms) for way in product(*ways))


def compiled(text: str, slots: Slots, size: int) -> Pattern:
    """A text with holes as a pattern.

    Args:
        text: The text.
        slots: Where the holes find their words.
        size: How many words there are; the literals come behind them.
    """
    pieces = HOLE.split(text)
    literals = tuple(filter(None, pieces[::2]))
    following = iter(range(size, size + len(literals)))
    places = [
        slots[piece] if odd % 2 else next(following)
        for odd, piece in enumerate(pieces)
        if odd % 2 or piece
    ]
    return Pattern(itemgetter(*places), literals)


class ReadyExtra(NamedTuple):
    """An irrelevant sentence made ready.

    Attributes:
        works: Draw its numbers.
        pattern: Of its people and numbers.
    """

    works: tuple[Work, ...]
    pattern: Pattern

    def tell(self, people: Sequence[str], random: Random) -> str:
        """The sentence with fresh numbers."""
        return self.pattern.fill(people, [number_text(work([], random)) for work in self.works])


@cache
def extra_of(extra: Extra, size: Size) -> ReadyExtra:
    """An irrelevant sentence for numbers of some size."""
    works = tuple(let.how.work({}, size, whole=False) for let in extra.lets)
    holes = (*PEOPLE, *(let.name for let in extra.lets))
    slots = {hole: place for place, hole in enumerate(holes)}
    return ReadyExtra(works, compiled(extra.pattern, slots, len(slots)))

"""Arithmetic word problems over graphs of 1 to 8 operations, in everyday situations.

The stories are ours and come from no benchmark. Irrelevant sentences follow the idea of GSM-IC
(arXiv 2302.00093); chained problems that of h1 (arXiv 2510.07312).
"""

from random import Random
from typing import cast

from underdog.core.item import Draft
from underdog.tasks.generators import families
from underdog.tasks.knobs import one_of, ordered, whole
from underdog.tasks.stories import (
    ANY,
    MOST_VARIETY,
    PLACES,
    SIZES,
    Place,
    Planner,
    Size,
    Style,
    Writer,
    built_in,
    written_in,
)
from underdog.tasks.stories.chaining import chained
from underdog.tasks.stories.people import known_region

_MOST_STEPS = 8
_MOST_DISTRACTORS = 3
_MOST_PROBLEMS = 5


@families.register("words")
class Words:
    """Word problems of `min_steps` to `max_steps` steps."""

    name = "words"
    version = 1
    checker = "numeric"
    forms = ("cot", "equations", "program")

    def __init__(
        self,
        min_steps: int = 2,
        max_steps: int = 5,
        min_distractors: int = 0,
        max_distractors: int = 0,
        variety: int = MOST_VARIETY,
        numbers: str = "usual",
        names: str = "world",
        question: str = "end",
        situation: str = ANY,
        chain: int = 1,
        stories: str = "",
    ) -> None:
        """Set the knobs.

        Args:
            min_steps: Fewest calculated steps, at least 1.
            max_steps: Most calculated steps, at most 8.
            min_distractors: Fewest irrelevant sentences with numbers.
            max_distractors: Most of them, at most 3.
            variety: 0 keeps to one wording per sentence, 3 uses all.
            numbers: `small` (results up to 200), `usual` (10,000) or `large` (1,000,000).
            names: Where the people's names come from: `world`, `africa`, `europe`, ….
            question: `end`, `start` or `mixed`.
            situation: `any`, or some joined with `+`, such as `baking+sport`.
            chain: Problems in a row, each needing the answer of the one before.
            stories: Path of a `.story` file or a folder of them, in place of ours.

        Raises:
            ConfigError: A knob is out of its range.
            UnknownNameError: No such situation or region.
        """
        low = whole("min_steps", min_steps, 1, _MOST_STEPS)
        high = whole("max_steps", max_steps, 1, _MOST_STEPS)
        ordered("min_steps", low, "max_steps", high)
        fewest = whole("min_distractors", min_distractors, 0, _MOST_DISTRACTORS)
        most = whole("max_distractors", max_distractors, 0, _MOST_DISTRACTORS)
        ordered("min_distractors", fewest, "max_distractors", most)
        library = (written_in(stories) if stories else built_in()).only(situation)
        style = Style(
            fewest,
            most,
            whole("variety", variety, 0, MOST_VARIETY),
            cast(Size, one_of("numbers", numbers, SIZES)),
            known_region(names),
            cast(Place, one_of("question", question, PLACES)),
        )
        self._chain = whole("chain", chain, 1, _MOST_PROBLEMS)
        self._writer = Writer(Planner(library, low, high), style)

    def draft(self, rng: Random) -> Draft:
        """One word problem."""
        if self._chain == 1:
            return self._writer.draft(rng)
        return chained(self._writer, self._chain, rng)

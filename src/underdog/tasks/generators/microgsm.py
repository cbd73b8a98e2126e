"""Word problems in a world of few words, for models of a few million parameters.

The vocabulary is closed (`MicroGSM.vocabulary`), so that a model of any size can learn the language
and what is measured is the reasoning. Two kinds of held-out problems: `wording=unseen` uses
sentences that `wording=seen` never has, and depth is held out by `min_steps` and `max_steps`. Both
go with the splits by canonical key, which hold in any case.
"""

from random import Random
from typing import cast

from underdog.core.item import Draft
from underdog.tasks.generators import families
from underdog.tasks.knobs import one_of, ordered, whole
from underdog.tasks.stories import (
    MOST_VARIETY,
    PLACES,
    SIZES,
    WORDINGS,
    Place,
    Planner,
    Size,
    Style,
    Wordings,
    Writer,
    built_in,
)
from underdog.tasks.stories.people import FEW
from underdog.tasks.stories.vocabulary import vocabulary

_MOST_STEPS = 6
_MOST_DISTRACTORS = 3


@families.register("microgsm")
class MicroGSM:
    """Word problems of 1 to 6 steps in a closed vocabulary."""

    name = "microgsm"
    version = 1
    checker = "numeric"
    forms = ("cot", "equations", "program")

    def __init__(
        self,
        min_steps: int = 2,
        max_steps: int = 6,
        min_distractors: int = 0,
        max_distractors: int = 0,
        variety: int = MOST_VARIETY,
        numbers: str = "small",
        question: str = "end",
        wording: str = "all",
    ) -> None:
        """Set the knobs.

        Args:
            min_steps: Fewest calculated steps, at least 1.
            max_steps: Most calculated steps, at most 6.
            min_distractors: Fewest irrelevant sentences with numbers.
            max_distractors: Most of them, at most 3.
            variety: 0 keeps to one wording per sentence, 3 uses all.
            numbers: `small` (results up to 200), `usual` (10,000) or `large` (1,000,000).
            question: `end`, `start` or `mixed`.
            wording: `all`, `seen` (all but the last wording of each sentence) or `unseen` (only
                the last).

        Raises:
            ConfigError: A knob is out of its range.
        """
        low = whole("min_steps", min_steps, 1, _MOST_STEPS)
        high = whole("max_steps", max_steps, 1, _MOST_STEPS)
        ordered("min_steps", low, "max_steps", high)
        fewest = whole("min_distractors", min_distractors, 0, _MOST_DISTRACTORS)
        most = whole("max_distractors", max_distractors, 0, _MOST_DISTRACTORS)
        ordered("min_distractors", fewest, "max_distractors", most)
        style = Style(
            fewest,
            most,
            whole("variety", variety, 0, MOST_VARIETY),
            cast(Size, one_of("numbers", numbers, SIZES)),
            FEW,
            cast(Place, one_of("question", question, PLACES)),
            cast(Wordings, one_of("wording", wording, WORDINGS)),
        )
        self._writer = Writer(Planner(built_in("micro"), low, high), style)

    @property
    def vocabulary(self) -> frozenset[str]:
        """Every word of its problems and of their solutions in words, in lower case."""
        return vocabulary(built_in("micro"), FEW)

    def draft(self, rng: Random) -> Draft:
        """One word problem."""
        return self._writer.draft(rng)

"""Word problems in a world of few words, for models of a few million parameters.

The vocabulary is closed (`MicroGSM.vocabulary`), so that a model of any size can learn the language
and problems measure its reasoning. Two kinds of problems can be held out: `wording=unseen` uses
sentences that `wording=seen` never has, and `min_steps` and `max_steps` hold out lengths. The
splits by canonical key hold in addition.
"""

from random import Random

from underdog.core.item import Draft
from underdog.generators import families
from underdog.generators.key_first import KeyFirst
from underdog.generators.stories.sheets.people import FEW
from underdog.generators.stories.writer import MOST_VARIETY, StorySketch, built_in
from underdog.generators.stories.writer.closed_vocabulary import vocabulary
from underdog.generators.stories.writer.story_knobs import Knobs

_MOST_STEPS = 6


@families.register("microgsm")
class MicroGSM(KeyFirst[StorySketch]):
    """Word problems of 1 to 6 steps in a closed vocabulary."""

    name = "microgsm"
    version = 2
    checker = "numeric"
    forms = ("cot", "equations", "program", "socratic")

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
            max_distractors: Most irrelevant sentences, at most 3.
            variety: 0 keeps to one wording per sentence, 3 uses all.
            numbers: `small` (results up to 200), `usual` (10,000) or `large` (1,000,000).
            question: Place of the question: `end`, `start` or `mixed`.
            wording: `all`, `seen` (all but the last wording of each sentence) or `unseen` (only
                the last).

        Raises:
            ConfigError: A knob is out of its range.
        """
        knobs = Knobs(
            min_steps,
            max_steps,
            min_distractors,
            max_distractors,
            variety,
            numbers,
            question,
            FEW,
            wording,
        )
        self._writer = knobs.writer(built_in("micro"), _MOST_STEPS)

    @property
    def vocabulary(self) -> frozenset[str]:
        """Every word of its problems and of their solutions in words, in lower case."""
        return vocabulary(built_in("micro"), FEW)

    def draw(self, rng: Random) -> tuple[str, StorySketch]:
        """Canonical key, and one problem in numbers."""
        return self._writer.sketch(rng)

    def write(self, rng: Random, key: str, numbers: StorySketch) -> Draft:
        """Draft of the problem in words, with its solution."""
        return self._writer.write(rng, key, numbers)

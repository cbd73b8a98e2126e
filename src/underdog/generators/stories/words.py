"""Arithmetic word problems over graphs of 1 to 8 operations, in everyday situations.

The stories are ours and come from no benchmark. Irrelevant sentences follow the idea of GSM-IC
(arXiv 2302.00093); chained problems that of h1 (arXiv 2510.07312).
"""

from random import Random

from underdog.core.item import Draft
from underdog.generators import families
from underdog.generators.key_first import KeyFirst
from underdog.generators.knobs import whole
from underdog.generators.stories.sheets.people import known_region
from underdog.generators.stories.writer import ANY, MOST_VARIETY, StorySketch, built_in, written_in
from underdog.generators.stories.writer.chaining import StoryChain, draw_chain, write_chain
from underdog.generators.stories.writer.story_knobs import Knobs

_MOST_STEPS = 8
_MOST_PROBLEMS = 5


@families.register("words")
class Words(KeyFirst["StorySketch | StoryChain"]):
    """Word problems of `min_steps` to `max_steps` steps."""

    name = "words"
    version = 2
    checker = "numeric"
    forms = ("cot", "equations", "program", "socratic")

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
            max_distractors: Most irrelevant sentences, at most 3.
            variety: 0 keeps to one wording per sentence, 3 uses all.
            numbers: `small` (results up to 200), `usual` (10,000) or `large` (1,000,000).
            names: Region of the people's names: `world`, `africa`, `europe`, ….
            question: Place of the question: `end`, `start` or `mixed`.
            situation: `any`, or names of situations joined with `+`, such as `baking+sport`.
            chain: Number of problems in a row, each of which needs the answer before it.
            stories: Path of a `.story` file or a folder of them, in place of ours.

        Raises:
            ConfigError: A knob is out of its range.
            UnknownNameError: No such situation or region.
        """
        knobs = Knobs(
            min_steps,
            max_steps,
            min_distractors,
            max_distractors,
            variety,
            numbers,
            question,
            known_region(names),
        )
        library = (written_in(stories) if stories else built_in()).only(situation)
        self._chain = whole("chain", chain, 1, _MOST_PROBLEMS)
        self._writer = knobs.writer(library, _MOST_STEPS)

    def draw(self, rng: Random) -> tuple[str, StorySketch | StoryChain]:
        """Canonical key, and one problem or one chain of problems in numbers."""
        if self._chain == 1:
            return self._writer.sketch(rng)
        return draw_chain(self._writer, self._chain, rng)

    def write(self, rng: Random, key: str, numbers: StorySketch | StoryChain) -> Draft:
        """Draft of the problem or the chain in words, with its solution."""
        if isinstance(numbers, StoryChain):
            return write_chain(self._writer, rng, key, numbers)
        return self._writer.write(rng, key, numbers)

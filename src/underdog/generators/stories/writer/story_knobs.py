"""The knobs that all families of word problems share, read and checked in one place."""

from dataclasses import dataclass
from typing import cast

from underdog.generators.knobs import one_of, ordered, whole
from underdog.generators.stories.sheets.draws import SIZES, Size
from underdog.generators.stories.sheets.library import Library
from underdog.generators.stories.writer.planning import Planner
from underdog.generators.stories.writer.story_writer import PLACES, Place, Style, Writer
from underdog.generators.stories.writer.wordings import MOST_VARIETY, WORDINGS, Wordings

_MOST_DISTRACTORS = 3


@dataclass(frozen=True, slots=True)
class Knobs:
    """Length and wording of problems, as a user writes them.

    Attributes:
        min_steps: Fewest calculated steps.
        max_steps: Most calculated steps.
        min_distractors: Fewest irrelevant sentences with numbers.
        max_distractors: Most irrelevant sentences, at most 3.
        variety: 0 keeps to one wording per sentence, 3 uses all.
        numbers: `small`, `usual` or `large`.
        question: Place of the question: `end`, `start` or `mixed`.
        names: Region of the people's names.
        wording: `all`, `seen` or `unseen`.
    """

    min_steps: int
    max_steps: int
    min_distractors: int
    max_distractors: int
    variety: int
    numbers: str
    question: str
    names: str
    wording: str = "all"

    def writer(self, library: Library, most_steps: int) -> Writer:
        """The writer for these knobs.

        Args:
            library: The stories.
            most_steps: Largest allowed value of `min_steps` and `max_steps`.

        Raises:
            ConfigError: A knob is out of its range.
        """
        low = whole("min_steps", self.min_steps, 1, most_steps)
        high = whole("max_steps", self.max_steps, 1, most_steps)
        ordered("min_steps", low, "max_steps", high)
        fewest = whole("min_distractors", self.min_distractors, 0, _MOST_DISTRACTORS)
        most = whole("max_distractors", self.max_distractors, 0, _MOST_DISTRACTORS)
        ordered("min_distractors", fewest, "max_distractors", most)
        style = Style(
            fewest,
            most,
            whole("variety", self.variety, 0, MOST_VARIETY),
            cast("Size", one_of("numbers", self.numbers, SIZES)),
            self.names,
            cast("Place", one_of("question", self.question, PLACES)),
            cast("Wordings", one_of("wording", self.wording, WORDINGS)),
        )
        return Writer(Planner(library, low, high), style)

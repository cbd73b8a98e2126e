"""Instructions that fade: more and more prompts are the bare question.

A model that was taught with an instruction, and later without, does what it says unasked (prompt
erasing, Orca 2, arXiv 2311.11045; with a share that grows, SKIntern, arXiv 2409.13183). Erased are
system turns, earlier turns, and what stands below the question in the last one. Which items are
erased is hashed from their id: those that were, stay so.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from underdog.core import Example
from underdog.core.example import Segment
from underdog.errors import DataError
from underdog.seeds import unit
from underdog.training.schedules import Schedule


@dataclass(frozen=True, slots=True)
class PromptErasing:
    """Prompts without their instruction.

    Attributes:
        course: Share of the items whose prompt is erased, by progress.
        seed: Decides which items.
    """

    course: Schedule
    seed: int

    def edited(self, example: Example, progress: float) -> Example:
        """The item, its prompt erased if it is one of the share."""
        if unit("erase", self.seed, example.id) >= self.course.factor(progress):
            return example
        return erased(example)

    def check(self, examples: Sequence[Example]) -> None:
        """Find out whether there is anything to erase.

        Raises:
            DataError: All prompts are bare questions, or no item says what its question is.
        """
        if all(erased(example) == example for example in examples):
            raise DataError(
                "prompt_erasing finds nothing to erase: the prompts are bare questions, or the "
                "items have no tag question; leave it out, or make the data with the instruction"
            )


def erased(example: Example) -> Example:
    """The item with its question as the whole prompt; itself where no question is known."""
    question = str(example.tags.get("question") or "").strip()
    prompt = [piece for piece in example.segments if piece.role != "assistant" or piece.weight == 0]
    turns = [piece for piece in prompt if piece.role == "user"]
    start = turns[-1].text.rfind(question) if turns and question else -1
    if start < 0:
        return example
    text, end = turns[-1].text, start + len(question)
    choices = example.tags.get("choices")
    for choice in choices if isinstance(choices, list) else ():
        end = max(end, text.find(str(choice), end) + len(str(choice)))
    last = len(example.segments) - 1 - example.segments[::-1].index(turns[-1])
    bare = Segment(text[:end], "user", turns[-1].weight)
    return replace(example, segments=(bare, *example.segments[last + 1 :]))

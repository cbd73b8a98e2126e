"""Hints that fade: the first steps of a solution are given, fewer and fewer of them.

The first lines of the reply, a share of them that falls with progress, are read and not learned:
the model first learns to finish a solution, then to write it all (reverse curriculum, arXiv
2402.05808; in SKIntern, arXiv 2409.13183, the hints that fade stand in the prompt). The text is the
same throughout, only weights move. The last line is always learned.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from underdog.core import Example
from underdog.core.example import Segment
from underdog.errors import DataError
from underdog.training.schedules import Schedule


@dataclass(frozen=True, slots=True)
class HintDecay:
    """Solutions whose first lines carry no loss.

    Attributes:
        course: Share of the reply's lines that are given, by progress.
    """

    course: Schedule

    def edited(self, example: Example, progress: float) -> Example:
        """The item with weight 0 on the lines that are given."""
        reply = _reply_start(example.segments)
        text = "".join(piece.text for piece in example.segments[reply:])
        lines = text.splitlines(keepends=True)
        given = min(math.floor(self.course.factor(progress) * len(lines)), len(lines) - 1)
        if given < 1:
            return example
        segments = _without_weight(example.segments[reply:], sum(map(len, lines[:given])))
        return replace(example, segments=(*example.segments[:reply], *segments))

    def check(self, examples: Sequence[Example]) -> None:
        """Find out whether there is anything to give.

        Raises:
            DataError: All replies are of one line.
        """
        for example in examples:
            pieces = example.segments[_reply_start(example.segments) :]
            if len("".join(piece.text for piece in pieces).splitlines()) > 1:
                return
        raise DataError(
            "hint_decay gives the first lines of a reply, and these replies have one line each; "
            "leave it out, or make the data in a form with steps, such as cot"
        )


def _reply_start(segments: Sequence[Segment]) -> int:
    """Place of the first segment of the last turn."""
    start = len(segments)
    while start and segments[start - 1].role == "assistant":
        start -= 1
    return start


def _without_weight(segments: Sequence[Segment], characters: int) -> list[Segment]:
    """The segments, the first characters of which carry no loss."""
    edited: list[Segment] = []
    for piece in segments:
        inside = min(characters, len(piece.text))
        characters -= inside
        if inside:
            edited.append(replace(piece, text=piece.text[:inside], weight=0.0))
        if inside < len(piece.text):
            edited.append(replace(piece, text=piece.text[inside:]))
    return edited

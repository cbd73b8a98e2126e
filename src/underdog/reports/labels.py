"""Direct labels beside points without overlaps: greedy placement in pixels.

A label that fits nowhere is left out (the table beside the figure has every arm), rather than
printed over another. Not an optimal layout; arms are few and stand apart on a log axis.
"""

from collections.abc import Sequence
from dataclasses import dataclass

_CHAR_WIDTH = 0.56
_LINE_HEIGHT = 1.1
_GAP = 9.0
_SHIFTS = (0.0, 0.8, -0.8, 1.4, -1.4)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels, y downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: "Box") -> bool:
        """Whether the two share any area."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


@dataclass(frozen=True, slots=True)
class Stroke:
    """A straight line between two points in pixels, `x0 <= x1`."""

    x0: float
    y0: float
    x1: float
    y1: float

    def crosses(self, box: Box) -> bool:
        """Whether the line passes through a box (ends included)."""
        left, right = max(self.x0, box.left), min(self.x1, box.right)
        if left > right:
            return False
        low, high = sorted(
            (self.y0, self.y1) if self.x0 == self.x1 else (self._y(left), self._y(right))
        )
        return low < box.bottom and box.top < high

    def _y(self, x: float) -> float:
        return self.y0 + (self.y1 - self.y0) * (x - self.x0) / (self.x1 - self.x0)


@dataclass(frozen=True, slots=True)
class Mark:
    """A point with its vertical interval, in pixels, and the text that names it."""

    text: str
    x: float
    y: float
    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Label:
    """A placed label.

    Attributes:
        mark: Index of the label's mark.
        text: The mark's text.
        x: Left edge, in pixels.
        y: Vertical middle, in pixels.
    """

    mark: int
    text: str
    x: float
    y: float


def drop_shared_words(names: Sequence[str]) -> list[str]:
    """Names without the leading words that all of them share; no name becomes empty.

    Example:
        >>> drop_shared_words(["0.5B cot greedy", "0.5B cot majority@4"])
        ['greedy', 'majority@4']
    """
    rows = [name.split() for name in names]
    while len(rows) > 1 and all(len(row) > 1 for row in rows) and len({r[0] for r in rows}) == 1:
        rows = [row[1:] for row in rows]
    return [" ".join(row) for row in rows]


def place_labels(
    marks: Sequence[Mark],
    width: float,
    height: float,
    lines: Sequence[Stroke] = (),
    font_px: float = 11.0,
) -> list[Label]:
    """Place a label beside each mark, clear of labels, points, intervals and lines.

    Args:
        marks: Points to label, in order of importance.
        width: Width of the plot in pixels.
        height: Height of the plot in pixels.
        lines: Lines that no label may cover.
        font_px: Font size in pixels.
    """
    taken = [_obstacle(mark) for mark in marks]
    placed: list[Label] = []
    for place, mark in enumerate(marks):
        size = (len(mark.text) * font_px * _CHAR_WIDTH, font_px * _LINE_HEIGHT)
        for x, y in _places(mark, *size):
            box = Box(x, y - size[1] / 2, x + size[0], y + size[1] / 2)
            inside = box.left >= 0 and box.right <= width and box.top >= 0 and box.bottom <= height
            covers = any(box.overlaps(other) for other in taken)
            if inside and not covers and not any(line.crosses(box) for line in lines):
                taken.append(box)
                placed.append(Label(place, mark.text, x, y))
                break
    return placed


def _obstacle(mark: Mark) -> Box:
    return Box(mark.x - 5, min(mark.top, mark.y - 5), mark.x + 5, max(mark.bottom, mark.y + 5))


def _places(mark: Mark, width: float, height: float) -> list[tuple[float, float]]:
    """Candidate positions of a label's left middle, best first."""
    right, left, middle = mark.x + _GAP, mark.x - _GAP - width, mark.x - width / 2
    beside = [(side, mark.y + shift * height) for shift in _SHIFTS for side in (right, left)]
    over = min(mark.top, mark.y - 5) - height / 2 - 2
    under = max(mark.bottom, mark.y + 5) + height / 2 + 2
    return [*beside, (middle, over), (middle, under)]

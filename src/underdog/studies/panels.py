"""Panels of a study's figure, as plain data: lines of points with intervals."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PanelPoint:
    """One point.

    Attributes:
        series: Name of its line.
        x: Place on the horizontal axis.
        y: Height.
        low: Lower end of its interval or range.
        high: Upper end.
    """

    series: str
    x: float
    y: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Panel:
    """One plot.

    Attributes:
        title: What it shows.
        x_title: Title of the horizontal axis, with unit.
        y_title: Title of the vertical axis, with unit.
        points: The points; those of a series are joined.
        x_ticks: Label by place on the horizontal axis, which is logarithmic.
        y_range: Ends of the vertical axis.
        reference: Height of a dashed line, such as chance; `None` for none.
        log_y: Whether the vertical axis is logarithmic.
        y_ticks: Labelled heights; chosen by the drawing when empty.
        percent: Whether heights are shares, shown as percentages.
    """

    title: str
    x_title: str
    y_title: str
    points: Sequence[PanelPoint]
    x_ticks: Sequence[tuple[float, str]]
    y_range: tuple[float, float]
    reference: float | None = None
    log_y: bool = False
    y_ticks: Sequence[float] = ()
    percent: bool = True

"""Accuracy against compute: every arm of both sides, their intervals, and where the curves meet.

Cost is on a logarithmic axis, and a side's arms are joined by straight lines over it, the same
lines that `measure.breakeven` reads the crossing off. Oracle bounds are hollow and not joined.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, log10

from underdog.core import JSONValue
from underdog.measure.summary import ArmSummary
from underdog.reports.fight_card import FightCard, Side
from underdog.reports.figure import HALO, INK, MUTED, Spec, field, figure, side_colour
from underdog.reports.labels import Mark, Stroke, drop_shared_words, place_labels


@dataclass(frozen=True, slots=True)
class Size:
    """Plot size in pixels, axes left out."""

    width: int
    height: int


WIDE = Size(800, 400)
NARROW = Size(290, 330)


@dataclass(frozen=True, slots=True)
class _Point:
    """One arm in the figure."""

    side: str
    label: str
    cost: float
    arm: ArmSummary

    def row(self) -> Spec:
        accuracy = self.arm.accuracy
        return {
            "side": self.side,
            "cost": self.cost,
            "accuracy": accuracy.value,
            "low": accuracy.interval.low,
            "high": accuracy.interval.high,
            "oracle": self.arm.oracle_bound,
        }


@dataclass(frozen=True, slots=True)
class _Frame:
    """Axis ranges, fixed before drawing so that pixel positions are known."""

    low_cost: float
    high_cost: float
    low: float
    high: float
    size: Size

    def x(self, cost: float) -> float:
        return self.size.width * log10(cost / self.low_cost) / log10(self.high_cost / self.low_cost)

    def y(self, accuracy: float) -> float:
        return self.size.height * (self.high - accuracy) / (self.high - self.low)

    def cost_at(self, x: float) -> float:
        return self.low_cost * 10.0 ** (log10(self.high_cost / self.low_cost) * x / self.size.width)

    def accuracy_at(self, y: float) -> float:
        return self.high - (self.high - self.low) * y / self.size.height


def accuracy_vs_cost(card: FightCard, size: Size = WIDE) -> Spec:
    """The figure as a Vega-Lite spec.

    Args:
        card: The match.
        size: Size of the plot; labels are placed for it, so draw one spec per size.
    """
    sides = _points(card, card.small, "small"), _points(card, card.big, "big")
    points = [*sides[0][:1], *sides[1][:1], *sides[0][1:], *sides[1][1:]]
    frame = _frame(points, size)
    layers: list[JSONValue] = [
        *_break_even_layers(card, frame),
        _arm_layer(card, points, frame),
        *_label_layers(points, frame),
    ]
    return figure(layers, size.width, size.height)


def _points(card: FightCard, side: Side, name: str) -> list[_Point]:
    labels = drop_shared_words([arm.name for arm in side.arms])
    return [
        _Point(name, f"{label} (oracle)" if arm.oracle_bound else label, card.cost_of(arm), arm)
        for label, arm in zip(labels, side.arms, strict=True)
        if card.cost_of(arm) > 0
    ]


def _frame(points: Sequence[_Point], size: Size) -> _Frame:
    costs = [point.cost for point in points] or [1.0]
    intervals = [point.arm.accuracy.interval for point in points]
    pad = 10.0 ** max(0.12, 0.07 * log10(max(costs) / min(costs)))
    low = min((interval.low for interval in intervals), default=0.0)
    high = max((interval.high for interval in intervals), default=1.0)
    return _Frame(
        low_cost=min(costs) / pad,
        high_cost=max(costs) * pad,
        low=max(0.0, floor(20 * low - 0.2) / 20),
        high=min(1.0, ceil(20 * high + 0.2) / 20),
        size=size,
    )


def _arm_layer(card: FightCard, points: Sequence[_Point], frame: _Frame) -> Spec:
    """Intervals, joining lines and points of all arms; this layer also draws the axes."""
    tested: Spec = {"filter": "!datum.oracle"}
    hollow: Spec = {**side_colour(), "condition": {"test": "datum.oracle", "value": HALO}}
    shape: Spec = {
        "field": "side",
        "type": "nominal",
        "legend": None,
        "scale": {"domain": ["small", "big"], "range": ["circle", "square"]},
    }
    height: Spec = {
        "scale": {"domain": [frame.low, frame.high], "nice": False, "zero": False},
        "axis": {"format": ".0%", "tickCount": 6, "title": "Accuracy"},
    }
    return {
        "data": {"values": [point.row() for point in points]},
        "encoding": {"x": _cost_encoding(card, frame), "color": side_colour()},
        "layer": [
            {
                "mark": {"type": "rule", "strokeWidth": 2, "opacity": 0.4},
                "encoding": {"y": field("low", **height), "y2": {"field": "high"}},
            },
            {
                "mark": {"type": "line", "strokeWidth": 2},
                "transform": [tested],
                "encoding": {"y": field("accuracy")},
            },
            {
                "mark": {"type": "point", "size": 80, "strokeWidth": 2, "opacity": 1},
                "encoding": {"y": field("accuracy"), "shape": shape, "fill": hollow},
            },
        ],
    }


def _cost_encoding(card: FightCard, frame: _Frame) -> Spec:
    unit = "FLOPs" if card.cost_axis == "flops" else "Generated + verifier tokens"
    domain: list[JSONValue] = [frame.low_cost, frame.high_cost]
    return field(
        "cost",
        scale={"type": "log", "domain": domain, "nice": False},
        axis={
            "values": _ticks(frame),
            "format": "~s",
            "title": f"{unit} per problem (log scale)",
            "grid": False,
        },
    )


def _ticks(frame: _Frame) -> list[JSONValue]:
    """Powers of ten, with steps between them where the range is short."""
    first, last = floor(log10(frame.low_cost)), ceil(log10(frame.high_cost))
    steps = (1, 2, 5) if last - first <= 2 else (1, 3) if last - first <= 3 else (1,)
    ticks = [step * 10.0**power for power in range(first, last + 1) for step in steps]
    return [tick for tick in ticks if frame.low_cost <= tick <= frame.high_cost]


def _label_layers(points: Sequence[_Point], frame: _Frame) -> list[JSONValue]:
    """Arm names where there is room, each over a halo so that no line cuts through it."""
    marks = [
        Mark(
            point.label,
            frame.x(point.cost),
            frame.y(point.arm.accuracy.value),
            frame.y(point.arm.accuracy.interval.high),
            frame.y(point.arm.accuracy.interval.low),
        )
        for point in points
    ]
    rows: list[JSONValue] = [
        {
            "label": label.text,
            "side": points[label.mark].side,
            "cost": frame.cost_at(label.x),
            "accuracy": frame.accuracy_at(label.y),
        }
        for label in place_labels(marks, frame.size.width, frame.size.height, _lines(points, frame))
    ]
    text: Spec = {"type": "text", "align": "left", "baseline": "middle", "fontSize": 11}
    halo: Spec = {**text, "stroke": HALO, "strokeWidth": 4, "color": HALO}
    encoding: Spec = {
        "x": field("cost"),
        "y": field("accuracy"),
        "text": {"field": "label", "type": "nominal"},
    }
    return [
        {"data": {"values": rows}, "mark": halo, "encoding": encoding},
        {"data": {"values": rows}, "mark": text, "encoding": {**encoding, "color": side_colour()}},
    ]


def _lines(points: Sequence[_Point], frame: _Frame) -> list[Stroke]:
    """The joining lines in pixels."""
    segments: list[Stroke] = []
    for side in ("small", "big"):
        joined = [point for point in points if point.side == side and not point.arm.oracle_bound]
        places = sorted((frame.x(one.cost), frame.y(one.arm.accuracy.value)) for one in joined)
        segments.extend(Stroke(*here, *there) for here, there in pairwise(places))
    return segments


def _break_even_layers(card: FightCard, frame: _Frame) -> list[JSONValue]:
    """The big model's accuracy carried to the small curve, and down to its price."""
    found = card.break_even
    if found is None or found.point is None:
        return []
    ends = sorted((found.point.cost, found.target_cost))
    row: Spec = {"target": found.target, "from": ends[0], "to": ends[1], "meet": found.point.cost}
    data: Spec = {"values": [{**row, "floor": frame.low}]}
    dashed: Spec = {"type": "rule", "strokeDash": [3, 4], "color": MUTED, "strokeWidth": 1.25}
    diamond: Spec = {
        "type": "point",
        "shape": "diamond",
        "size": 130,
        "filled": True,
        "color": INK,
        "opacity": 1,
    }
    across: Spec = {"x": field("from"), "x2": {"field": "to"}, "y": field("target")}
    down: Spec = {"x": field("meet"), "y": field("floor"), "y2": {"field": "target"}}
    here: Spec = {"x": field("meet"), "y": field("target")}
    return [
        {"data": data, "mark": dashed, "encoding": across},
        {"data": data, "mark": dashed, "encoding": down},
        {"data": data, "mark": diamond, "encoding": here},
    ]

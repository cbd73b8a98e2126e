"""Figure of a study: panels side by side, lines of points with their intervals."""

from collections.abc import Sequence

from underdog.core import JSONValue
from underdog.errors import DataError
from underdog.reports.figure import HALO, INK, MUTED, SCHEMA, Spec, field, figure
from underdog.studies.panels import Panel

_WIDTH, _HEIGHT = 330, 250
_COLUMNS = 2
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")
_SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")


def study_figure(panels: Sequence[Panel]) -> Spec:
    """The figure as a Vega-Lite spec, two panels a row.

    Raises:
        DataError: No panel has a point.
    """
    drawn = [panel for panel in panels if panel.points]
    if not drawn:
        raise DataError("nothing to draw: no cell of the figure is finished")
    single = [_panel(panel) for panel in drawn]
    config = single[0]["config"]
    parts: list[JSONValue] = [
        {key: value for key, value in one.items() if key in ("width", "height", "layer", "title")}
        for one in single
    ]
    return {
        "$schema": SCHEMA,
        "background": "transparent",
        "padding": 4,
        "columns": _COLUMNS,
        "spacing": 34,
        "concat": parts,
        "resolve": {"scale": {"color": "independent", "shape": "independent"}},
        "config": config,
    }


def _panel(panel: Panel) -> Spec:
    names = list(dict.fromkeys(point.series for point in panel.points))
    layers: list[JSONValue] = [_reference(panel)] if panel.reference is not None else []
    layers.append(_lines(panel, names))
    spec = figure(layers, _WIDTH, _HEIGHT)
    spec["title"] = {
        "text": panel.title, "anchor": "start", "color": INK, "fontSize": 13,
        "fontWeight": "normal", "offset": 10,
    }  # fmt: skip
    return spec


def _reference(panel: Panel) -> Spec:
    mark: Spec = {"type": "rule", "strokeDash": [3, 4], "color": MUTED, "strokeWidth": 1.25}
    return {
        "data": {"values": [{"y": panel.reference}]},
        "mark": mark,
        "encoding": {"y": field("y")},
    }


def _lines(panel: Panel, names: Sequence[str]) -> Spec:
    """Intervals, joining lines and points; this layer also draws the axes."""
    rows: list[JSONValue] = [
        {"series": one.series, "x": one.x, "y": one.y, "low": one.low, "high": one.high}
        for one in panel.points
    ]
    height = _height(panel)
    count = len(names)
    shown: Spec = {
        "title": None, "orient": "bottom", "columns": 4, "symbolStrokeWidth": 2,
        "symbolOpacity": 1,
    }  # fmt: skip
    legend: JSONValue = shown if count > 1 else None
    colour: Spec = {
        "field": "series", "type": "nominal", "legend": legend,
        "scale": {"domain": [*names], "range": [*_COLOURS[:count]]},
    }  # fmt: skip
    shape: Spec = {
        "field": "series", "type": "nominal", "legend": legend,
        "scale": {"domain": [*names], "range": [*_SHAPES[:count]]},
    }  # fmt: skip
    point: Spec = {
        "type": "point", "size": 55, "strokeWidth": 2, "opacity": 1, "fill": HALO,
    }  # fmt: skip
    return {
        "data": {"values": rows},
        "encoding": {"x": _across(panel), "color": colour},
        "layer": [
            {
                "mark": {"type": "rule", "strokeWidth": 1.5, "opacity": 0.45},
                "encoding": {"y": field("low", **height), "y2": {"field": "high"}},
            },
            {"mark": {"type": "line", "strokeWidth": 2}, "encoding": {"y": field("y")}},
            {"mark": point, "encoding": {"y": field("y"), "shape": shape}},
        ],
    }


def _height(panel: Panel) -> Spec:
    scale: Spec = {"domain": [*panel.y_range], "nice": False, "zero": False}
    if panel.log_y:
        scale["type"] = "log"
    shown = "~g"
    if panel.percent:
        shown = ".2~%" if panel.log_y else ".0%"
    axis: Spec = {
        "format": shown, "tickCount": 6, "title": panel.y_title, "labelOverlap": False,
    }  # fmt: skip
    if panel.y_ticks:
        axis |= {"values": [*panel.y_ticks], "tickCount": None}
    return {"scale": scale, "axis": axis}


def _across(panel: Panel) -> Spec:
    """The horizontal axis: places spread by their logarithm, with the panel's own labels."""
    places = [place for place, _ in panel.x_ticks]
    labels = " : ".join(f"datum.value == {place!r} ? {label!r}" for place, label in panel.x_ticks)
    return field(
        "x",
        scale={
            "type": "log",
            "nice": False,
            "domain": [min(places) / 1.25, max(places) * 1.25],
        },
        axis={
            "values": [*places],
            "labelExpr": f"{labels} : ''",
            "title": panel.x_title,
            "grid": False,
            "labelOverlap": False,
        },
    )

"""Bar chart of a diagnosis: accuracy of one sample, of the rule, and coverage."""

from underdog.core import JSONValue
from underdog.measure.diagnosis import Diagnosis
from underdog.reports.figure import INK, SMALL, Spec, field, figure


def gap_bars(diagnosis: Diagnosis, width: int = 720) -> Spec:
    """The diagnosis as a Vega-Lite spec, with intervals.

    Args:
        diagnosis: Coverage against selection.
        width: Width of the plot in pixels, labels left out.
    """
    steps = (
        ("One sample", diagnosis.one_sample, 0.45),
        ("Chosen by the rule", diagnosis.selected, 1.0),
        ("Coverage (oracle)", diagnosis.coverage, 0.18),
    )
    rows: list[JSONValue] = [
        {
            "name": name,
            "accuracy": estimate.value,
            "low": estimate.interval.low,
            "high": estimate.interval.high,
            "opacity": opacity,
            "label": f"{estimate.value:.1%}",
        }
        for name, estimate, opacity in steps
    ]
    x: Spec = {"scale": {"domain": [0, 1.12]}, "axis": None}
    bar: Spec = {"x": field("accuracy", **x), "opacity": field("opacity", scale=None)}
    text: Spec = {"x": field("high"), "text": {"field": "label", "type": "nominal"}}
    layer: Spec = {
        "data": {"values": rows},
        "encoding": {
            "y": {
                "field": "name",
                "type": "nominal",
                "sort": None,
                "title": None,
                "axis": {"ticks": False, "labelPadding": 10, "minExtent": 140, "labelLimit": 0},
            }
        },
        "layer": [
            {"mark": {"type": "bar", "color": SMALL, "height": 16}, "encoding": bar},
            {
                "mark": {"type": "rule", "color": INK, "strokeWidth": 1.5},
                "encoding": {"x": field("low"), "x2": {"field": "high"}},
            },
            {
                "mark": {"type": "text", "align": "left", "dx": 8, "color": INK, "fontSize": 12},
                "encoding": text,
            },
        ],
    }
    return figure([layer], width, {"step": 34})

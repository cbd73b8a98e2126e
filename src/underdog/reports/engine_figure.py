"""Figure of an engine's speed against batch size, under the ceilings of plain matrix products.

Both axes are logarithmic: rows of a batch, and floating-point operations per second. The engine's
points are labelled with tokens per second; the thin lines are matrix products of the model's own
sizes, which no engine of that precision can pass.
"""

from collections.abc import Mapping, Sequence
from math import ceil, floor, log10

from underdog.core import JSONValue
from underdog.engines.bench.matrix_products import Ceiling
from underdog.engines.bench.speed import Speed
from underdog.errors import DataError
from underdog.reports.figure import HALO, INK, MUTED, SMALL, Spec, field, figure

_WIDTH, _HEIGHT = 560, 340
_LABEL_ROOM = 1.6
_DASHES: Mapping[str, list[JSONValue]] = {"int8": [1, 0], "bf16": [6, 3], "f32": [2, 3]}


def speed_by_rows(title: str, speeds: Sequence[Speed], ceilings: Sequence[Ceiling] = ()) -> Spec:
    """The figure as a Vega-Lite spec.

    Args:
        title: Title: engine, model and machine.
        speeds: An engine's measurements; only those of kind `samples` are drawn.
        ceilings: Rates of matrix products at the same numbers of rows.

    Raises:
        DataError: No measurement of samples has a known number of operations.
    """
    drawn = [speed for speed in speeds if speed.what == "samples" and speed.flops_per_s]
    if not drawn:
        raise DataError(
            "nothing to draw: no speed of samples with a known architecture; measure a local model"
        )
    shown = [rate for rate in ceilings if rate.rows in {speed.rows for speed in drawn}]
    layers: list[JSONValue] = [
        _ceiling_layer(shown, drawn),
        *_ceiling_names(shown),
        *_engine_layers(drawn),
    ]
    spec = figure(layers, _WIDTH, _HEIGHT)
    spec["title"] = {"text": title, "anchor": "start", "color": INK, "fontSize": 13, "offset": 14}
    return spec


def _ceiling_layer(rates: Sequence[Ceiling], speeds: Sequence[Speed]) -> Spec:
    """The thin lines; this layer also draws the axes."""
    dashes: Spec = {
        "field": "kind",
        "type": "nominal",
        "legend": None,
        "scale": {"domain": list(_DASHES), "range": list(_DASHES.values())},
    }
    return {
        "data": {"values": [_ceiling_row(rate) for rate in rates]},
        "mark": {"type": "line", "strokeWidth": 1.5, "color": MUTED},
        "encoding": {"x": _x(rates, speeds), "y": _y(rates, speeds), "strokeDash": dashes},
    }


def _ceiling_row(rate: Ceiling) -> Spec:
    return {"rows": rate.rows, "rate": rate.flops_per_s, "kind": rate.kind}


def _ceiling_names(rates: Sequence[Ceiling]) -> list[JSONValue]:
    """A name at the right end of every thin line, moved apart where two ends meet."""
    widest = max((rate.rows for rate in rates), default=0)
    ends = sorted((rate for rate in rates if rate.rows == widest), key=lambda one: one.flops_per_s)
    rows: list[JSONValue] = []
    height = 0.0
    for end in ends:
        height = max(end.flops_per_s, height * 1.25)
        rows.append({"rows": end.rows, "rate": height, "text": f"{end.kind} products"})
    mark: Spec = {"type": "text", "align": "left", "dx": 6, "fontSize": 11, "color": MUTED}
    encoding: Spec = {"x": field("rows"), "y": field("rate"), "text": {"field": "text"}}
    return [{"data": {"values": rows}, "mark": mark, "encoding": encoding}] if rows else []


def _engine_layers(speeds: Sequence[Speed]) -> list[JSONValue]:
    rows: list[JSONValue] = [
        {
            "rows": speed.rows,
            "rate": speed.flops_per_s,
            "text": f"{speed.tokens_per_s:,.0f} tokens/s",
        }
        for speed in speeds
    ]
    data: Spec = {"values": rows}
    at: Spec = {"x": field("rows"), "y": field("rate")}
    text: Spec = {"type": "text", "align": "left", "dx": 9, "dy": 12, "fontSize": 11}
    halo: Spec = {**text, "stroke": HALO, "strokeWidth": 4, "color": HALO}
    line: Spec = {"type": "line", "strokeWidth": 2.5, "color": SMALL}
    words: Spec = {**at, "text": {"field": "text"}}
    return [
        {"data": data, "mark": line, "encoding": at},
        {
            "data": data,
            "mark": {"type": "point", "filled": True, "size": 80, "color": SMALL, "opacity": 1},
            "encoding": at,
        },
        {"data": data, "mark": halo, "encoding": words},
        {"data": data, "mark": {**text, "color": SMALL}, "encoding": words},
    ]


def _x(rates: Sequence[Ceiling], speeds: Sequence[Speed]) -> Spec:
    counts = sorted({speed.rows for speed in speeds} | {rate.rows for rate in rates})
    ticks: list[JSONValue] = [*counts]
    domain: list[JSONValue] = [counts[0] / 1.15, counts[-1] * _LABEL_ROOM**2]
    return field(
        "rows",
        scale={"type": "log", "base": 2, "domain": domain, "nice": False},
        axis={"values": ticks, "format": "d", "title": "Samples side by side", "grid": False},
    )


def _y(rates: Sequence[Ceiling], speeds: Sequence[Speed]) -> Spec:
    every = [speed.flops_per_s for speed in speeds] + [rate.flops_per_s for rate in rates]
    low, high = min(every) / _LABEL_ROOM, max(every) * _LABEL_ROOM
    domain: list[JSONValue] = [low, high]
    powers = range(floor(log10(low)), ceil(log10(high)))
    steps = [step * 10.0**power for power in powers for step in (1, 2, 5)]
    ticks: list[JSONValue] = [step for step in steps if low <= step <= high]
    return field(
        "rate",
        scale={"type": "log", "domain": domain, "nice": False},
        axis={"format": "~s", "values": ticks, "title": "FLOP/s"},
    )

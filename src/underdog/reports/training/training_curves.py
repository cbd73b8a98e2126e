"""The curves of a stage over the tokens fed: loss, dev accuracy, learning rate, gradient, pools."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from underdog.core import JSONValue
from underdog.reports.figure import BIG, HALO, SMALL, Spec, field, figure
from underdog.reports.training.training_record import StageRecord

_PALETTE = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
_MOST_POINTS = 300
_MEMORY = 0.9


class PlotSize(NamedTuple):
    """Plot size in pixels, axes left out."""

    width: int
    height: int


WIDE, NARROW = PlotSize(800, 260), PlotSize(270, 220)
HALF, HALF_NARROW = PlotSize(340, 150), PlotSize(270, 150)


def loss_curve(stage: StageRecord, size: PlotSize) -> Spec:
    """Loss of the steps, and their running mean as a line; roll-backs are dashed rules."""
    raw = [float(step["loss"]) for step in stage.steps]
    smooth = _smoothed(raw)
    rows = _thinned(
        [
            {"tokens": step["tokens"], "loss": loss, "smooth": mean}
            for step, loss, mean in zip(stage.steps, raw, smooth, strict=True)
        ]
    )
    x = _tokens(stage)
    y = field("loss", title="Loss, nats per token", scale={"zero": False})
    layers: list[JSONValue] = [
        {
            "data": {"values": rows},
            "mark": {"type": "line", "strokeWidth": 1, "opacity": 0.35, "color": SMALL},
            "encoding": {"x": x, "y": y},
        },
        {
            "data": {"values": rows},
            "mark": {"type": "line", "strokeWidth": 2.5, "color": SMALL},
            "encoding": {"x": x, "y": field("smooth")},
        },
        *_rules(stage, x),
    ]
    return figure(layers, size.width, size.height)


def dev_curve(stage: StageRecord, size: PlotSize) -> Spec:
    """Dev accuracy of each set with its 95% interval, over the tokens fed."""
    names = set_names(stage)
    width = max(stage.dev[-1]["tokens"], 1)
    rows: list[JSONValue] = [
        {
            "set": score["name"],
            "tokens": point["tokens"] + width * 0.006 * (place - (len(names) - 1) / 2),
            "accuracy": score["right"] / score["n"],
            "low": score["low"],
            "high": score["high"],
        }
        for point in stage.dev
        for place, score in enumerate(point["scores"])
    ]
    x, colour = _tokens(stage), _colour("set", names)
    y: Spec = {"axis": {"format": ".0%", "tickCount": 6, "title": "Dev accuracy"}}
    encoding: Spec = {"x": x, "y": field("accuracy", **y), "color": colour}
    layers: list[JSONValue] = [
        {
            "data": {"values": rows},
            "encoding": {"x": x, "color": colour},
            "layer": [
                {
                    "mark": {"type": "rule", "strokeWidth": 2, "opacity": 0.45},
                    "encoding": {"y": field("low", **y), "y2": {"field": "high"}},
                },
                {"mark": {"type": "line", "strokeWidth": 2}, "encoding": encoding},
                {
                    "mark": {"type": "point", "size": 70, "filled": True, "opacity": 1},
                    "encoding": encoding,
                },
            ],
        }
    ]
    return figure(layers, size.width, size.height)


def rate_curve(stage: StageRecord, size: PlotSize) -> Spec:
    """Learning rate of the steps."""
    return _line(stage, "learning_rate", "Learning rate", size)


def gradient_curve(stage: StageRecord, size: PlotSize) -> Spec:
    """Norm of the gradient before clipping; the longest kept norm is a rule."""
    spec = _line(stage, "gradient", "Gradient norm", size)
    clip = float(stage.settings.get("clip") or 0)
    if any(step["gradient"] > clip for step in stage.steps):
        rule: Spec = {
            "data": {"values": [{"clip": clip}]},
            "mark": {"type": "rule", "strokeDash": [4, 4], "color": BIG},
            "encoding": {"y": field("clip", title="Gradient norm")},
        }
        layers = spec["layer"]
        if isinstance(layers, list):
            layers.append(rule)
    return spec


def pool_curve(stage: StageRecord, size: PlotSize) -> Spec:
    """Each pool's share of the tokens fed so far; the shares asked for are dashed rules."""
    names = pool_names(stage)
    thin = _thinned(list(stage.steps))
    rows: list[JSONValue] = [
        {"pool": name, "tokens": step["tokens"], "share": tokens / step["tokens"]}
        for step in thin
        for name, tokens in step["pools"].items()
    ]
    targets: list[JSONValue] = [
        {"pool": name, "target": pool["target"]}
        for name, pool in stage.ledger.get("pools", {}).items()
    ]
    colour = _colour("pool", names)
    y = field("share", title="Share of the tokens", axis={"format": ".0%", "tickCount": 5})
    layers: list[JSONValue] = [
        {
            "data": {"values": targets},
            "mark": {"type": "rule", "strokeDash": [4, 4], "opacity": 0.7},
            "encoding": {"y": field("target", title="Share of the tokens"), "color": colour},
        },
        {
            "data": {"values": rows},
            "mark": {"type": "line", "strokeWidth": 2},
            "encoding": {"x": _tokens(stage), "y": y, "color": colour},
        },
    ]
    return figure(layers, size.width, size.height)


def pool_names(stage: StageRecord) -> list[str]:
    """Names of the pools, in the ledger's order or that of the last step."""
    return list(stage.ledger.get("pools") or stage.last.get("pools") or {})


def set_names(stage: StageRecord) -> list[str]:
    """Names of the dev sets in their order."""
    return [score["name"] for score in stage.dev[0]["scores"]] if stage.dev else []


def _line(stage: StageRecord, what: str, title: str, size: PlotSize) -> Spec:
    rows = _thinned([{"tokens": step["tokens"], what: step[what]} for step in stage.steps])
    y = field(what, title=title, axis={"tickCount": 4})
    layer: Spec = {
        "data": {"values": rows},
        "mark": {"type": "line", "strokeWidth": 2, "color": SMALL},
        "encoding": {"x": _tokens(stage), "y": y},
    }
    return figure([layer], size.width, size.height)


def _tokens(stage: StageRecord) -> Spec:
    last = max(int(stage.last.get("tokens") or 1), 1)
    scale: Spec = {"domain": [0, last], "nice": False}
    axis: Spec = {"format": "~s", "tickCount": 5, "title": "Tokens fed", "grid": False}
    return field("tokens", scale=scale, axis=axis)


def _rules(stage: StageRecord, x: Spec) -> list[JSONValue]:
    """Where the stage went back to a checkpoint."""
    tokens = {step["step"]: step["tokens"] for step in stage.steps}
    rows: list[JSONValue] = [{"tokens": tokens.get(back["step"], 0)} for back in stage.roll_backs]
    if not rows:
        return []
    mark: Spec = {"type": "rule", "strokeDash": [3, 4], "color": BIG, "strokeWidth": 1.5}
    return [{"data": {"values": rows}, "mark": mark, "encoding": {"x": x}}]


def _colour(name: str, domain: Sequence[str]) -> Spec:
    names: list[JSONValue] = [*domain]
    colours: list[JSONValue] = [_PALETTE[place % len(_PALETTE)] for place in range(len(domain))]
    scale: Spec = {"domain": names, "range": colours or [HALO]}
    return {"field": name, "type": "nominal", "legend": None, "scale": scale}


def _smoothed(values: Sequence[float]) -> list[float]:
    total = weight = 0.0
    means: list[float] = []
    for value in values:
        total, weight = _MEMORY * total + value, _MEMORY * weight + 1
        means.append(total / weight)
    return means


def _thinned(rows: Sequence[dict[str, Any]]) -> list[Any]:
    """At most a few hundred rows, the first and the last among them."""
    if len(rows) <= _MOST_POINTS:
        return list(rows)
    last = len(rows) - 1
    return [rows[place * last // (_MOST_POINTS - 1)] for place in range(_MOST_POINTS)]

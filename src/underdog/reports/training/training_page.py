"""The page of a training run, `report.html` beside the model: one file that loads nothing.

Like the fight card it escapes all text, has light and dark colours, and prints.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from underdog.reports.figure import svg
from underdog.reports.html_page import page_asset, page_template, write_page
from underdog.reports.numbers import percent, si
from underdog.reports.training import training_curves as curves
from underdog.reports.training.training_record import (
    Facts,
    StageRecord,
    TrainingRecord,
    read_training_record,
)


@dataclass(frozen=True, slots=True)
class _Curve:
    """One figure in two sizes, with its key and caption."""

    title: str
    wide: str
    narrow: str
    caption: str
    key: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _StageView:
    """One stage as the template shows it."""

    stage: StageRecord
    headline: str
    evidence: tuple[str, ...]
    main: tuple[_Curve, ...]
    small: tuple[_Curve, ...]
    pools: tuple[Facts, ...]
    families: tuple[Facts, ...]
    facts: tuple[tuple[str, str], ...]


def write_training_report(folder: str | Path, path: str | Path | None = None) -> Path:
    """Write the page of a training folder.

    Args:
        folder: Folder of the run, finished or not.
        path: Where the page goes; `report.html` in the folder when `None`.

    Returns:
        The page's path.

    Raises:
        DataError: It is no training folder, or a file in it is damaged.
        UnderdogError: The page cannot be written.
    """
    place = Path(path) if path else Path(folder) / "report.html"
    write_page(render_training(read_training_record(Path(folder))), place)
    return place


def render_training(record: TrainingRecord) -> str:
    """The page as one HTML document."""
    return page_template("training.html").render(
        record=record,
        views=[_view(stage) for stage in record.stages],
        recipe=json.dumps(record.claim["recipe"], indent=1),
        facts=_facts(record.claim),
        style=page_asset("fight_card.css") + page_asset("training.css"),
    )


def _view(stage: StageRecord) -> _StageView:
    ledger = stage.ledger
    return _StageView(
        stage,
        _headline(stage),
        tuple(_evidence(stage)),
        tuple(_main_curves(stage)),
        tuple(_small_curves(stage)),
        tuple({"name": name, **pool} for name, pool in ledger.get("pools", {}).items()),
        tuple(ledger.get("families", ())),
        tuple(_stage_facts(stage).items()),
    )


def _accuracy(point: Facts) -> float:
    scores = point["scores"]
    return sum(one["right"] for one in scores) / sum(one["n"] for one in scores)


def _headline(stage: StageRecord) -> str:
    if stage.dev and stage.dev[0] is not stage.dev[-1]:
        first, last = (_accuracy(stage.dev[place]) for place in (0, -1))
        return f"Dev accuracy {percent(first)} before, {percent(last)} after"
    if not stage.steps:
        return "Not begun"
    first, last = stage.steps[0]["loss"], stage.last["loss"]
    return f"Loss {first:.3f} at the first step, {last:.3f} at the last"


def _evidence(stage: StageRecord) -> list[str]:
    lines: list[str] = []
    gain = stage.dev_gain()
    if gain is not None:
        low, high = gain.difference.interval.low, gain.difference.interval.high
        sure = "a gain" if low > 0 else "a loss" if high < 0 else "no difference that is sure"
        n = sum(score["n"] for score in stage.dev[0]["scores"])
        lines.append(
            f"Last minus first point on the same {n:,} dev problems: "
            f"{100 * gain.difference.value:+.1f} points, 95% interval {100 * low:+.1f} to "
            f"{100 * high:+.1f}: {sure}. Dev problems steer; a test set judges."
        )
    elif not stage.dev:
        lines.append("No dev accuracy was measured; loss on training data is no evidence of skill.")
    done = stage.done
    if done.get("kept_by") == "dev accuracy":
        lines.append(
            f"The weights of step {done['kept_step']:,} are kept, the best of {len(stage.dev)} dev "
            "points; the best of several reads too high."
        )
    if not done:
        lines.append("This stage is not finished.")
    return lines


def _main_curves(stage: StageRecord) -> list[_Curve]:
    if not stage.steps:
        return []
    made = [
        _curve(
            "Loss",
            curves.loss_curve(stage, curves.WIDE),
            curves.loss_curve(stage, curves.NARROW),
            "Mean loss of the weighted tokens of each step; the thick line is a running mean."
            + (" Dashed: went back to a checkpoint here." if stage.roll_backs else ""),
        )
    ]
    if stage.dev:
        cost = sum(point["cpu_seconds"] for point in stage.dev)
        made.append(
            _curve(
                "Dev accuracy",
                curves.dev_curve(stage, curves.WIDE),
                curves.dev_curve(stage, curves.NARROW),
                "Greedy answers of the serving engine at 8 bits, with 95% intervals; "
                f"{cost:,.0f} CPU seconds in all, in no budget.",
                tuple(curves.set_names(stage)),
            )
        )
    if len(curves.pool_names(stage)) > 1:
        made.append(
            _curve(
                "Exposure",
                curves.pool_curve(stage, curves.WIDE),
                curves.pool_curve(stage, curves.NARROW),
                "Each pool's share of the tokens fed so far; dashed: the share asked for.",
                tuple(curves.pool_names(stage)),
            )
        )
    return made


def _small_curves(stage: StageRecord) -> list[_Curve]:
    if not stage.steps:
        return []
    clip = stage.settings.get("clip")
    clipped = sum(step["gradient"] > clip for step in stage.steps) / len(stage.steps)
    return [
        _curve(
            "Learning rate",
            curves.rate_curve(stage, curves.HALF),
            curves.rate_curve(stage, curves.HALF_NARROW),
            f"Schedule {stage.settings['schedule']}.",
        ),
        _curve(
            "Gradient",
            curves.gradient_curve(stage, curves.HALF),
            curves.gradient_curve(stage, curves.HALF_NARROW),
            f"Norm before clipping at {clip:g} (dashed); {percent(clipped)} of the steps clipped.",
        ),
    ]


def _curve(
    title: str,
    wide: Any,
    narrow: Any,
    caption: str,
    key: tuple[str, ...] = (),
) -> _Curve:
    return _Curve(title, svg(wide), svg(narrow), caption, key)


def _stage_facts(stage: StageRecord) -> dict[str, str]:
    last = stage.last
    if not last:
        return {}
    wall = sum(step["seconds"] for step in stage.steps)
    facts = {
        "Steps": f"{last['step']:,}",
        "Tokens fed": f"{last['tokens']:,}",
        "Carried loss": percent(last["loss_tokens"] / last["tokens"]),
        "Padding": percent(1 - last["tokens"] / last["padded_tokens"]),
        "Left out": f"{stage.done.get('left_out', stage.ledger.get('left_out', 0)):,} items",
        "Processor time": f"{last['cpu_seconds']:,.0f} s",
        "Wall time of the steps": f"{wall:,.0f} s",
        "Tokens per second": si(last["tokens"] / wall) if wall else "",
    }
    if stage.roll_backs:
        lost = sum(back["lost_tokens"] for back in stage.roll_backs)
        facts["Roll-backs"] = f"{len(stage.roll_backs)}, {lost:,} tokens undone"
    if stage.dev:
        written = sum(point["generated_tokens"] for point in stage.dev)
        facts["Dev"] = f"{len(stage.dev)} points, {written:,} tokens written"
    return facts


def _facts(claim: Facts) -> list[tuple[str, list[tuple[str, str]]]]:
    """What is needed to do it again."""
    versions: Mapping[str, str] = claim.get("versions", {})
    data: Mapping[str, str] = claim.get("data", {})
    start = {
        "Model": str(claim["recipe"]["model"]),
        "Digest": str(claim["model"]),
        "Stored as": str(claim["dtype"]),
        "Seed": str(claim["recipe"]["seed"]),
    }
    groups = (("Start", start), ("Data digests", data), ("Versions", versions))
    return [(name, list(entries.items())) for name, entries in groups if entries]

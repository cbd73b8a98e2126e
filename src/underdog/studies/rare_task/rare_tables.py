"""Tables and panels of `rare-task-frequency`."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import mean, stdev

from underdog.measure.intervals import exact_interval
from underdog.studies.panels import Panel, PanelPoint
from underdog.studies.rare_task.rare_arms import (
    BURSTS,
    EQUAL,
    EQUALS,
    FIXED,
    SIZES,
    SMALL,
    STEPS,
    TRIED,
    TUNE_SEED,
    equal_exposures,
    fixed_steps,
    spaced,
)
from underdog.studies.rare_task.thresholds import observed, planned_share, thresholds_by_seed
from underdog.studies.study import Results, StudyTable


def rare_tables(results: Results) -> Sequence[StudyTable]:
    """Accuracies at fixed steps, at equal exposures, by gap; thresholds; gradients."""
    if any(one.cell.seed == TUNE_SEED for one in results.finished):
        return [_tune_table(results)]
    sizes = _sizes(results)
    inverses = sorted({n for width in sizes for n in FIXED[width]})
    return [
        StudyTable(
            "Held-out accuracy at fixed steps, mean over seeds (lowest to highest)",
            ("parameters", *(f"1/{n}" for n in inverses)),
            tuple(
                (size, *(_accuracies(results, fixed_steps(width, n)) for n in inverses))
                for width, size in sizes.items()
            ),
        ),
        StudyTable(
            "5K parameters: held-out accuracy at equal exposures (4,096)",
            ("share", "steps", "held-out accuracy", "trained pairs"),
            tuple(
                (f"1/{n}", str(STEPS * n // EQUAL), _accuracies(results, equal_exposures(n)),
                 _means(results, equal_exposures(n), "trained_accuracy"))
                for n in EQUALS
            ),
        ),
        StudyTable(
            "38K parameters, share 1/64: rows of exposures, as many in all",
            ("steps from row to row", "held-out accuracy", "trained pairs"),
            tuple(
                (str(gap), _accuracies(results, spaced(gap)),
                 _means(results, spaced(gap), "trained_accuracy"))
                for gap in BURSTS
            ),
        ),
        _threshold_table(results),
        StudyTable(
            "At a share of 1/16: memory, text, and gradients",
            ("parameters", "trained pairs", "held-out pairs", "text loss, nats",
             "cosine of gradients"),
            tuple(
                (size, *(_means(results, fixed_steps(width, 16), fact)
                         for fact in ("trained_accuracy", "accuracy", "text_loss", "cosine")))
                for width, size in sizes.items()
            ),
        ),
    ]  # fmt: skip


def rare_panels(results: Results) -> Sequence[Panel]:
    """Accuracy by share, thresholds by width, equal exposures, and gaps."""
    sizes = _sizes(results)
    inverses = sorted({n for width in sizes for n in FIXED[width]}, reverse=True)
    shares = [(1 / n, f"1/{n}") for n in inverses]
    exposures = [(1 / n, f"1/{n}") for n in EQUALS]
    fixed = [
        point
        for width in sizes
        for n in FIXED[width]
        for point in _points(results, fixed_steps(width, n), SIZES[width], 1 / n)
    ]
    equal = [
        point for n in EQUALS for point in _points(results, equal_exposures(n), SIZES[SMALL], 1 / n)
    ]
    gaps = [point for gap in BURSTS for point in _points(results, spaced(gap), "38K", gap)]
    accuracy, share = "held-out accuracy", "share of sequences with an example"
    return [
        Panel("512 steps", share, accuracy, fixed, shares, (0.45, 1.0), 0.5),
        _threshold_panel(results),
        Panel(
            "5K parameters, 4,096 exposures", share, accuracy, equal, exposures,
            (0.45, 1.0), 0.5,
        ),
        Panel(
            "38K parameters, share 1/64: rows of exposures", "steps from row to row",
            accuracy, gaps, [(gap, str(gap)) for gap in BURSTS], (0.45, 1.0), 0.5,
        ),
    ]  # fmt: skip


def _sizes(results: Results) -> Mapping[int, str]:
    """Sizes of the grid's models, by width."""
    kinds = {cell.kind for cell in results.expected}
    return {width: size for width, size in SIZES.items() if size in kinds}


def _accuracies(results: Results, arm: str) -> str:
    values = results.facts(arm, "accuracy")
    if not values:
        return ""
    return f"{mean(values):.1%} ({min(values):.0%} to {max(values):.0%})"


def _means(results: Results, arm: str, fact: str) -> str:
    values = results.facts(arm, fact)
    if not values:
        return ""
    spread = f" ± {stdev(values):.3f}" if len(values) > 1 else ""
    return f"{mean(values):.3f}{spread}".replace("-", "−")


def _points(results: Results, arm: str, series: str, x: float) -> Iterator[PanelPoint]:
    """An arm's mean with the exact interval of all its items; nothing when none is finished."""
    marks = "".join(one.result.marks for one in results.arm(arm))
    if marks:
        right = marks.count("1")
        ends = exact_interval(right / 2, len(marks) / 2)  # the two orders of a pair count as one
        yield PanelPoint(series, x, right / len(marks), ends.low, ends.high)


def _threshold_table(results: Results) -> StudyTable:
    rows: list[tuple[str, ...]] = []
    for width, size in _sizes(results).items():
        seen = observed(results, width)
        by_seed = [f"{one:.1%}" if one else "outside" for one in thresholds_by_seed(results, width)]
        planned = planned_share(width)
        ratio = f"{planned / seen:.2f}" if seen else ""
        rows.append((size, str(width), f"{seen:.1%}" if seen else "", ", ".join(by_seed),
                     f"{planned:.1%}", ratio))  # fmt: skip
    columns = ("parameters", "width", "observed share", "by seed", "planned share", "ratio")
    return StudyTable("Share at which held-out accuracy reaches 75%", columns, tuple(rows))


def _threshold_panel(results: Results) -> Panel:
    points = [
        PanelPoint("planned", width, planned_share(width), planned_share(width) / 2,
                   planned_share(width) * 2)
        for width in _sizes(results)
    ]  # fmt: skip
    for width in _sizes(results):
        known = [one for one in thresholds_by_seed(results, width) if one is not None]
        seen = observed(results, width)
        if seen is not None:
            points.append(PanelPoint("observed", width, seen, min(known), max(known)))
    title = "share needed for 75% (planned: bars of a factor of 2)"
    return Panel(
        title, "width", "share of sequences", points,
        [(width, str(width)) for width in _sizes(results)], (1 / 256, 1.0), log_y=True,
        y_ticks=(0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0),
    )  # fmt: skip


def _tune_table(results: Results) -> StudyTable:
    rows = [
        (SIZES[width], f"{rate:g}", *(
            _means(results, f"{SIZES[width]} rate {rate:g}", fact)
            for fact in ("accuracy", "task_loss", "text_loss")
        ))
        for width, rates in TRIED.items()
        for rate in rates
    ]  # fmt: skip
    columns = ("parameters", "learning rate", "held-out accuracy", "task loss", "text loss")
    return StudyTable("Learning rates at a share of 1/8, seed 99", columns, tuple(rows))

"""`rare-task-frequency`: the grid, what is expected of it, and its tables."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from statistics import mean, stdev

from underdog.measure.intervals import exact_interval
from underdog.studies import studies
from underdog.studies.expectations import Expectation, PairedExpectation, RangeExpectation
from underdog.studies.panels import Panel, PanelPoint
from underdog.studies.rare_task.rare_cell import run_rare_cell
from underdog.studies.rare_task.thresholds import observed_share, planned_share
from underdog.studies.study import Cell, CellResult, Level, Results, StudyTable

SIZES: Mapping[int, str] = {8: "5K", 16: "13K", 32: "38K", 64: "127K", 128: "448K"}
"""Name of each size by width; the name counts parameters."""
RATES: Mapping[int, float] = {8: 0.04, 16: 0.02, 32: 0.01, 64: 0.005, 128: 0.005}
"""Peak learning rate by width: of those within two points of the best held-out accuracy at a share
of 1/8 under the seed of the setting `tune`, the lowest."""
TRIED: Mapping[int, tuple[float, ...]] = {
    8: (0.02, 0.04, 0.08),
    16: (0.02, 0.04),
    32: (0.01, 0.02),
    64: (0.005, 0.01),
    128: (0.005, 0.01),
}
TUNE_SEED, SEEDS = 99, (1, 2, 3)
_SMALL, _MIDDLE, _LARGE = 8, 32, 64
_OVERNIGHT = 128
_STEPS, _BATCH = 512, 128
_BURSTS: Mapping[int, int] = {1: 1, 10: 20, 50: 100}
"""Examples in a row by the number of steps from one such row to the next, at a share of 1/64."""
_EQUAL, _EQUALS = 16, (4, 16, 64)
"""At a share of 1/16 the fixed steps give 4,096 exposures: those of the arms of equal exposures."""
_FIXED: Mapping[int, tuple[int, ...]] = {
    8: (2, 4, 8, 16),
    16: (4, 8, 16, 32),
    32: (8, 16, 32, 64),
    64: (16, 32, 64),
    128: (16, 32, 64, 128),
}
"""Shares 1/n that each width is trained at."""


def _cell(arm: str, seed: int, width: int, inverse: int, **changes: float) -> Cell:
    knobs = {
        "width": width, "share": 1 / inverse, "burst": 1, "steps": _STEPS, "batch": _BATCH,
        "rate": RATES[width], **changes,
    }  # fmt: skip
    return Cell(arm, seed, knobs, SIZES[width], float(knobs["steps"]))


def _fixed(width: int, inverse: int) -> str:
    return f"{SIZES[width]} 1/{inverse}"


def _equal(inverse: int) -> str:
    """An arm with the exposures that a share of 1/16 gives; at 1/16 that of the fixed steps."""
    name = _fixed(_SMALL, inverse)
    return name if inverse == _EQUAL else f"{name}, equal exposures"


def _gap(gap: int) -> str:
    name = _fixed(_MIDDLE, 64)
    return name if gap == 1 else f"{name}, every {gap} steps"


def _arms() -> Iterator[tuple[str, int, int, dict[str, float]]]:
    """Arms with width, inverse share and changed knobs: first those that the verdict hangs on."""
    yield _fixed(_SMALL, 16), _SMALL, 16, {}
    yield _fixed(_LARGE, 16), _LARGE, 16, {}
    yield _fixed(_SMALL, 4), _SMALL, 4, {}
    for gap, burst in _BURSTS.items():
        yield _gap(gap), _MIDDLE, 64, {"burst": burst}
    for width in (_LARGE, _MIDDLE, 16, _SMALL, _OVERNIGHT):
        for inverse in _FIXED[width]:
            yield _fixed(width, inverse), width, inverse, {}
    for inverse in _EQUALS:
        steps = _STEPS * inverse // _EQUAL
        yield _equal(inverse), _SMALL, inverse, {"steps": steps}


@studies.register("rare-task-frequency")
class RareTaskFrequency:
    """How often must a rare task be seen by a model of a given width?"""

    name = "rare-task-frequency"
    title = "How often must a rare task be seen by a model of a given width?"
    source = "Huang et al. 2026, arXiv 2605.29548 (there 4M to 4B parameters, OLMo)"
    level: Level = "P"
    settings: Mapping[str, str] = {
        "ci": "two cells of a few steps",
        "tune": "learning rates, on a seed of their own",
        "cpu": "5K to 127K parameters",
        "overnight": "5K to 448K parameters",
    }
    code = (
        "underdog.studies.rare_task.rare_world",
        "underdog.studies.rare_task.rare_cell",
    )
    libraries = ("torch", "transformers.models.llama.modeling_llama", "underdog.training.stage_run")

    def cells(self, setting: str) -> Sequence[Cell]:
        """The grid of a setting."""
        if setting == "ci":
            return [_cell(_fixed(8, n), 1, 8, n, steps=6, batch=32) for n in (16, 4)]
        if setting == "tune":
            return [
                _cell(f"{SIZES[width]} rate {rate:g}", TUNE_SEED, width, 8, rate=rate)
                for width, rates in TRIED.items()
                for rate in rates
            ]
        arms = {
            arm: (width, inverse, more)
            for arm, width, inverse, more in _arms()
            if setting == "overnight" or width != _OVERNIGHT
        }
        first = set(list(arms)[:6])
        ordered = [arm for arm in arms if arm in first], [arm for arm in arms if arm not in first]
        return [
            _cell(arm, seed, arms[arm][0], arms[arm][1], **arms[arm][2])
            for part in ordered
            for seed in SEEDS
            for arm in part
        ]

    def shortened(self, cell: Cell, share: float) -> Cell:
        """The same model for fewer steps."""
        steps = max(8, round(float(cell.knobs["steps"]) * share))
        return replace(cell, knobs={**cell.knobs, "steps": steps}, work=float(steps))

    def run(self, cell: Cell) -> CellResult:
        """Train and test one model."""
        return run_rare_cell(cell)

    def expectations(self) -> Sequence[Expectation]:
        """Declared before the grid was run."""
        both = ("tokens", "exposures")
        return [
            PairedExpectation(
                "At a share of 1/16 a larger model learns the rare task better than a small one",
                _fixed(_LARGE, 16), _fixed(_SMALL, 16), both,
            ),
            PairedExpectation(
                "A share of 1/4 in place of 1/16 repairs the small model, at equal tokens",
                _fixed(_SMALL, 4), _fixed(_SMALL, 16), ("tokens",),
            ),
            PairedExpectation(
                "Evenly spaced exposures teach more than as many in rows 50 steps apart",
                _gap(1), _gap(50), both,
            ),
            PairedExpectation(
                "A share of 1/4 teaches the small model more than 1/64, at equal exposures",
                _equal(4), _equal(64), ("exposures",), primary=False,
            ),
            RangeExpectation(
                "The planner's share is within a factor of 2 of the observed one at every width",
                _planner_ratios, 0.5, 2.0, _threshold_arms(), primary=False,
            ),
            RangeExpectation(
                "Text and task pull less against each other in the larger model: the size of their "
                "gradients' cosine falls from 5K to 127K parameters, under every seed",
                _cosine_ratios, 0.0, 1.0, (_fixed(_SMALL, 16), _fixed(_LARGE, 16)), primary=False,
            ),
        ]  # fmt: skip

    def tables(self, results: Results) -> Sequence[StudyTable]:
        """Accuracies at fixed steps, at equal exposures, by gap; thresholds; gradients."""
        if any(one.cell.seed == TUNE_SEED for one in results.finished):
            return [_tune_table(results)]
        inverses = sorted({n for shares in _FIXED.values() for n in shares})
        return [
            StudyTable(
                "Held-out accuracy at fixed steps, mean over seeds (lowest to highest)",
                ("parameters", *(f"1/{n}" for n in inverses)),
                tuple(
                    (size, *(_accuracies(results, _fixed(width, n)) for n in inverses))
                    for width, size in SIZES.items()
                ),
            ),
            StudyTable(
                "5K parameters: held-out accuracy at equal exposures (4,096)",
                ("share", "steps", "held-out accuracy", "trained pairs"),
                tuple(
                    (f"1/{n}", str(_STEPS * n // _EQUAL), _accuracies(results, _equal(n)),
                     _means(results, _equal(n), "trained_accuracy"))
                    for n in _EQUALS
                ),
            ),
            StudyTable(
                "38K parameters, share 1/64: rows of exposures, as many in all",
                ("steps from row to row", "held-out accuracy", "held-out loss, nats"),
                tuple(
                    (str(gap), _accuracies(results, _gap(gap)),
                     _means(results, _gap(gap), "task_loss"))
                    for gap in _BURSTS
                ),
            ),
            _threshold_table(results),
            StudyTable(
                "At a share of 1/16: memory, text, and gradients",
                ("parameters", "trained pairs", "held-out pairs", "text loss, nats",
                 "cosine of gradients"),
                tuple(
                    (size, *(_means(results, _fixed(width, 16), fact)
                             for fact in ("trained_accuracy", "accuracy", "text_loss", "cosine")))
                    for width, size in SIZES.items()
                ),
            ),
        ]  # fmt: skip

    def panels(self, results: Results) -> Sequence[Panel]:
        """Accuracy by share, thresholds by width, equal exposures, and gaps."""
        inverses = sorted({n for shares in _FIXED.values() for n in shares}, reverse=True)
        shares = [(1 / n, f"1/{n}") for n in inverses]
        exposures = [(1 / n, f"1/{n}") for n in _EQUALS]
        fixed = [
            point
            for width in SIZES
            for n in _FIXED[width]
            for point in _points(results, _fixed(width, n), SIZES[width], 1 / n)
        ]
        equal = [
            point for n in _EQUALS for point in _points(results, _equal(n), SIZES[_SMALL], 1 / n)
        ]
        gaps = [point for gap in _BURSTS for point in _points(results, _gap(gap), "38K", gap)]
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
                accuracy, gaps, [(gap, str(gap)) for gap in _BURSTS], (0.45, 1.0), 0.5,
            ),
        ]  # fmt: skip


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


def _threshold_arms() -> tuple[str, ...]:
    return tuple(
        _fixed(width, n) for width, shares in _FIXED.items() for n in shares if width != _OVERNIGHT
    )


def _thresholds(results: Results, width: int) -> list[float | None]:
    """Observed share of each seed; `None` where it lies outside the measured shares."""
    found: list[float | None] = []
    for seed in SEEDS:
        accuracies = {
            1 / n: float(one.result.facts["accuracy"])
            for n in _FIXED[width]
            for one in results.arm(_fixed(width, n))
            if one.cell.seed == seed
        }
        found.append(observed_share(accuracies))
    return found


def _observed(results: Results, width: int) -> float | None:
    """Geometric mean over the seeds with a threshold; `None` unless every seed has one."""
    found = [one for one in _thresholds(results, width) if one is not None]
    if len(found) < len(SEEDS):
        return None
    product = 1.0
    for one in found:
        product *= one
    return product ** (1 / len(found))


def _planner_ratios(results: Results) -> Mapping[str, float]:
    """Planned over observed share, of the widths whose threshold lies among the shares."""
    return {
        SIZES[width]: planned_share(width) / seen
        for width in SIZES
        if (seen := _observed(results, width)) is not None
    }


def _cosine_ratios(results: Results) -> Mapping[str, float]:
    """Size of the cosine at 127K over that at 5K, by seed."""
    pairs = zip(
        results.arm(_fixed(_LARGE, 16)),
        results.facts(_fixed(_LARGE, 16), "cosine_size"),
        results.facts(_fixed(_SMALL, 16), "cosine_size"),
        strict=True,
    )
    return {f"seed {one.cell.seed}": large / small for one, large, small in pairs}


def _threshold_table(results: Results) -> StudyTable:
    rows: list[tuple[str, ...]] = []
    for width, size in SIZES.items():
        seen = _observed(results, width)
        by_seed = [f"{one:.1%}" if one else "outside" for one in _thresholds(results, width)]
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
        for width in SIZES
    ]  # fmt: skip
    for width in SIZES:
        known = [one for one in _thresholds(results, width) if one is not None]
        seen = _observed(results, width)
        if seen is not None:
            points.append(PanelPoint("observed", width, seen, min(known), max(known)))
    title = "share needed for 75% (planned: bars of a factor of 2)"
    return Panel(
        title, "width", "share of sequences", points,
        [(width, str(width)) for width in SIZES], (1 / 256, 1.0), log_y=True,
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

"""`rare-task-frequency`: the grid, and what is expected of it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from underdog.studies import studies
from underdog.studies.expectations import PairedExpectation, RangeExpectation
from underdog.studies.panels import Panel
from underdog.studies.rare_task.rare_arms import (
    LARGE,
    OVERNIGHT,
    SEEDS,
    SIZES,
    SMALL,
    TRIED,
    TUNE_SEED,
    all_arms,
    equal_exposures,
    fixed_steps,
    rare_cell,
    spaced,
)
from underdog.studies.rare_task.rare_cell import run_rare_cell
from underdog.studies.rare_task.rare_tables import rare_panels, rare_tables
from underdog.studies.rare_task.thresholds import planner_ratios, threshold_arms
from underdog.studies.study import Cell, CellResult, Expectation, Level, Results, StudyTable


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
        "underdog.training.stage_run",
        "underdog.training.objectives.causal",
    )
    libraries = ("torch", "transformers.models.llama.modeling_llama", "underdog.training.stage_run")

    def cells(self, setting: str) -> Sequence[Cell]:
        """The grid of a setting."""
        if setting == "ci":
            return [rare_cell(fixed_steps(8, n), 1, 8, n, steps=6, batch=32) for n in (16, 4)]
        if setting == "tune":
            return [
                rare_cell(f"{SIZES[width]} rate {rate:g}", TUNE_SEED, width, 8, rate=rate)
                for width, rates in TRIED.items()
                for rate in rates
            ]
        arms = {
            arm: (width, inverse, more)
            for arm, width, inverse, more in all_arms()
            if setting == "overnight" or (width, inverse) not in OVERNIGHT
        }
        first = set(list(arms)[:6])
        ordered = [arm for arm in arms if arm in first], [arm for arm in arms if arm not in first]
        return [
            rare_cell(arm, seed, arms[arm][0], arms[arm][1], **arms[arm][2])
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
                fixed_steps(LARGE, 16), fixed_steps(SMALL, 16), both,
            ),
            PairedExpectation(
                "A share of 1/4 in place of 1/16 repairs the small model, at equal tokens",
                fixed_steps(SMALL, 4), fixed_steps(SMALL, 16), ("tokens",),
            ),
            PairedExpectation(
                "Evenly spaced exposures teach more than as many in rows 64 steps apart",
                spaced(1), spaced(64), both,
            ),
            PairedExpectation(
                "A share of 1/4 teaches the small model more than 1/64, at equal exposures",
                equal_exposures(4), equal_exposures(64), ("exposures",), primary=False,
            ),
            RangeExpectation(
                "The planner's share is within a factor of 2 of the observed one at every width",
                planner_ratios, 0.5, 2.0, threshold_arms(), primary=False,
            ),
            RangeExpectation(
                "Text and task pull less against each other in the larger model: the size of their "
                "gradients' cosine falls from 5K to 127K parameters, under every seed",
                _cosine_ratios, 0.0, 1.0, (fixed_steps(SMALL, 16), fixed_steps(LARGE, 16)),
                primary=False,
            ),
        ]  # fmt: skip

    def tables(self, results: Results) -> Sequence[StudyTable]:
        """Accuracies at fixed steps, at equal exposures, by gap; thresholds; gradients."""
        return rare_tables(results)

    def panels(self, results: Results) -> Sequence[Panel]:
        """Accuracy by share, thresholds by width, equal exposures, and gaps."""
        return rare_panels(results)


def _cosine_ratios(results: Results) -> Mapping[str, float]:
    """Size of the cosine at 127K over that at 5K, by seed."""
    pairs = zip(
        results.arm(fixed_steps(LARGE, 16)),
        results.facts(fixed_steps(LARGE, 16), "cosine_size"),
        results.facts(fixed_steps(SMALL, 16), "cosine_size"),
        strict=True,
    )
    return {f"seed {one.cell.seed}": large / small for one, large, small in pairs}

"""`teaching-arithmetic`: the grid, what is expected of it, its table and figure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from statistics import mean

from underdog.measure.intervals import exact_interval
from underdog.studies import studies
from underdog.studies.expectations import PairedExpectation
from underdog.studies.panels import Panel, PanelPoint
from underdog.studies.study import Cell, CellResult, Expectation, Level, Results, StudyTable
from underdog.studies.teaching_arithmetic.sum_cell import run_sum_cell

FORMS = ("plain", "reversed", "scratchpad")
SAMPLES = (200, 500, 1000, 2000)
SEEDS = (1, 2, 3)
_UNBALANCED = 500
"""Samples at which balanced and unbalanced draws are compared."""
_TOKENS, _RATE = 400_000, 3e-3
_PUBLISHED: Mapping[str, str] = {
    "plain": "1,000: 0.4%, 2,000: 1.7%, 5,000: 81.1%",
    "reversed": "1,000: 1.6%, 2,000: 30.6%, 5,000: 99.8%",
    "scratchpad": "500: 0.1%, 1,000: 84.6%, 2,000: 99.7%",
}
"""Lee et al., three digits, 10.6M parameters: accuracy by samples."""


def _arm(form: str, samples: int, balanced: bool = True) -> str:
    return f"{form} {samples:,}{'' if balanced else ', unbalanced'}"


def _cell(form: str, samples: int, seed: int, balanced: bool = True, **changes: object) -> Cell:
    knobs = {
        "size": "0.4m", "form": form, "samples": samples, "balanced": int(balanced),
        "tokens": _TOKENS, "rate": _RATE, **changes,
    }  # fmt: skip
    size, tokens = str(knobs["size"]), float(str(knobs["tokens"]))
    values = {name: value for name, value in knobs.items() if isinstance(value, str | int | float)}
    return Cell(_arm(form, samples, balanced), seed, values, size, tokens)


@studies.register("teaching-arithmetic")
class TeachingArithmetic:
    """How few samples teach a tiny model to add, and does their form matter?"""

    name = "teaching-arithmetic"
    title = "How few samples teach a tiny model to add, and does their form matter?"
    source = "Lee et al. 2024, arXiv 2307.03381 (there three digits, 10.6M parameters)"
    level: Level = "P"
    settings: Mapping[str, str] = {
        "ci": "three cells of a few steps",
        "cpu": "two digits, 0.4M parameters, 400 thousand tokens a cell",
    }
    code = (
        "underdog.studies.teaching_arithmetic.sum_samples",
        "underdog.studies.teaching_arithmetic.sum_cell",
        "underdog.training.stage_run",
        "underdog.training.objectives.causal",
    )
    libraries = ("torch", "transformers.models.llama.modeling_llama", "underdog.training.stage_run")

    def cells(self, setting: str) -> Sequence[Cell]:
        """The grid of a setting."""
        if setting == "ci":
            return [_cell(form, 200, 1, size="6k", tokens=8192) for form in FORMS]
        return [
            cell
            for seed in SEEDS
            for form in FORMS
            for cell in (
                *(_cell(form, samples, seed) for samples in SAMPLES),
                _cell(form, _UNBALANCED, seed, balanced=False),
            )
        ]

    def shortened(self, cell: Cell, share: float) -> Cell:
        """The same model for fewer tokens."""
        tokens = max(4096, round(cell.work * share))
        return replace(cell, knobs={**cell.knobs, "tokens": tokens}, work=float(tokens))

    def run(self, cell: Cell) -> CellResult:
        """Train and test one model."""
        return run_sum_cell(cell)

    def expectations(self) -> Sequence[Expectation]:
        """Declared before the grid was run; all at equal tokens fed, not at equal passes."""
        return [
            PairedExpectation(
                "500 samples reversed teach more than 500 plain",
                _arm("reversed", 500), _arm("plain", 500),
            ),
            PairedExpectation(
                "500 samples with a scratchpad teach more than 500 reversed",
                _arm("scratchpad", 500), _arm("reversed", 500),
            ),
            PairedExpectation(
                "2,000 plain samples teach more than 200",
                _arm("plain", 2000), _arm("plain", 200),
            ),
            PairedExpectation(
                "500 plain samples balanced in digits and carries teach more than 500 drawn evenly",
                _arm("plain", 500), _arm("plain", 500, balanced=False), primary=False,
            ),
        ]  # fmt: skip

    def tables(self, results: Results) -> Sequence[StudyTable]:
        """Accuracy by form and samples, beside the published curve; tokens and passes."""
        columns = ("form", *(f"{one:,}" for one in SAMPLES), f"{_UNBALANCED} unbalanced")
        rows = tuple(
            (form, *(_accuracy(results, _arm(form, one)) for one in SAMPLES),
             _accuracy(results, _arm(form, _UNBALANCED, balanced=False)))
            for form in FORMS
        )  # fmt: skip
        passes = tuple(
            (form, *(f"{results.mean(_arm(form, one), 'passes'):.0f}"
                     if results.arm(_arm(form, one)) else "" for one in SAMPLES))
            for form in FORMS
        )  # fmt: skip
        return [
            StudyTable("Held-out two-digit sums right, mean over seeds (lowest to highest)",
                       columns, rows),
            StudyTable("Passes over the samples at equal tokens", columns[:-1], passes),
            StudyTable("Published: three digits, 10.6M parameters, by samples",
                       ("form", "accuracy"), tuple(_PUBLISHED.items())),
        ]  # fmt: skip

    def panels(self, results: Results) -> Sequence[Panel]:
        """Accuracy by samples, one line a form."""
        points = [
            point
            for form in FORMS
            for samples in SAMPLES
            for point in _points(results, _arm(form, samples), form, samples)
        ]
        ticks = [(samples, f"{samples:,}") for samples in SAMPLES]
        return [Panel("two digits, at equal tokens", "samples", "held-out sums right", points,
                      ticks, (0.0, 1.0))]  # fmt: skip


def _accuracy(results: Results, arm: str) -> str:
    values = results.facts(arm, "accuracy")
    if not values:
        return ""
    return f"{mean(values):.1%} ({min(values):.0%} to {max(values):.0%})"


def _points(results: Results, arm: str, series: str, x: float) -> Iterator[PanelPoint]:
    marks = "".join(one.result.marks for one in results.arm(arm))
    if marks:
        right = marks.count("1")
        ends = exact_interval(right, len(marks))
        yield PanelPoint(series, x, right / len(marks), ends.low, ends.high)

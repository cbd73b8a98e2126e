"""A study: one question, asked in cells, with its expectations declared before anything is run.

A cell is one arm under one seed. It is a pure function of its knobs and seed, so that a grid can be
run in any order, on any number of processes, and go on after a stop.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

from underdog.errors import UnknownNameError, UsageError
from underdog.studies.panels import Panel

Value: TypeAlias = str | int | float
Level: TypeAlias = Literal["R", "T", "P"]
Words: TypeAlias = Literal["reproduced", "not reproduced", "null", "no verdict"]

LEVELS: Mapping[Level, str] = {
    "R": "real weights, real data",
    "T": "tiny model, real data",
    "P": "tiny model, procedural data",
}
NO_VERDICT = frozenset({"ci", "tune"})
"""Settings that check mechanics or choose knobs; no verdict is given on their results."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One arm under one seed.

    Attributes:
        arm: Name of the arm.
        seed: Root seed of everything random in the cell.
        knobs: All settings that its result depends on.
        kind: What it costs the same as, in proportion to `work`: a model's size, say.
        work: Amount of work, in a unit of the study's choice.
    """

    arm: str
    seed: int
    knobs: Mapping[str, Value]
    kind: str = ""
    work: float = 1.0


@dataclass(frozen=True, slots=True)
class CellResult:
    """What a cell found; the same bits wherever and whenever it is run.

    Attributes:
        facts: Flat numbers and words, such as tokens fed and accuracies.
        marks: `1` or `0` per test item, in an order that is the same for all arms of a seed.
        group_size: Consecutive items that stand or fall together, and count as a cluster.
    """

    facts: Mapping[str, Value]
    marks: str = ""
    group_size: int = 1


@dataclass(frozen=True, slots=True)
class Finished:
    """A cell with its result.

    Attributes:
        cell: The cell.
        result: What it found.
        cpu_seconds: Processor seconds that it took; importing libraries does not count.
        versions: Versions of the packages that it ran with.
    """

    cell: Cell
    result: CellResult
    cpu_seconds: float
    versions: Mapping[str, str] = field(default_factory=dict[str, str])


class Results:
    """The finished cells of a grid, by arm.

    Args:
        finished: Finished cells.
        expected: Cells of the grid, finished or not.
    """

    def __init__(self, finished: Sequence[Finished], expected: Sequence[Cell]) -> None:
        self.finished = tuple(finished)
        self.expected = tuple(expected)
        self._arms: dict[str, list[Finished]] = {}
        for one in sorted(finished, key=lambda one: one.cell.seed):
            self._arms.setdefault(one.cell.arm, []).append(one)

    @property
    def missing(self) -> int:
        """Cells that are not finished."""
        return len(self.expected) - len(self.finished)

    def arm(self, name: str) -> Sequence[Finished]:
        """Finished cells of an arm by rising seed; empty when there is none."""
        return self._arms.get(name, [])

    def facts(self, arm: str, fact: str) -> list[float]:
        """A number of each of an arm's finished cells, by rising seed."""
        return [float(one.result.facts[fact]) for one in self.arm(arm)]

    def mean(self, arm: str, fact: str) -> float:
        """Mean of a number over an arm's seeds; NaN when none is finished."""
        values = self.facts(arm, fact)
        return sum(values) / len(values) if values else float("nan")


@dataclass(frozen=True, slots=True)
class StudyTable:
    """A table of a study's page.

    Attributes:
        title: What it shows.
        columns: Heads of the columns.
        rows: Cells as text.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """An expectation with what was found.

    Attributes:
        text: What was expected.
        words: The judgement.
        evidence: Its numbers, or why there is none.
        primary: Whether the study's verdict hangs on it.
    """

    text: str
    words: Words
    evidence: str
    primary: bool


class Expectation(Protocol):
    """Something that a study expects."""

    @property
    def text(self) -> str:
        """What is expected, in a sentence."""
        ...

    @property
    def primary(self) -> bool:
        """Whether the study's verdict hangs on it."""
        ...

    @property
    def comparisons(self) -> int:
        """Tests that it makes, for which all are corrected."""
        ...

    def judge(self, results: Results, comparisons: int) -> Judgement:
        """Judge it, corrected for a number of comparisons."""
        ...


class Study(Protocol):
    """One question and how it is asked. Built without arguments, also in each cell's process.

    Attributes:
        name: Name in the registry.
        title: The question.
        source: Paper or other source of the question.
        level: `R` real weights and data, `T` tiny model and real data, `P` procedural data.
        settings: Sizes of the study by name: `ci` (a minute, no verdict), `cpu`, `overnight`,
            `gpu`; with a line about each.
        code: Modules whose source decides a cell's result; when it changes, cells are run anew.
        libraries: Modules that all cells import; they are imported once.
    """

    name: str
    title: str
    source: str
    level: Level
    settings: Mapping[str, str]
    code: tuple[str, ...]
    libraries: tuple[str, ...]

    def cells(self, setting: str) -> Sequence[Cell]:
        """The grid of a setting, in the order in which it is run."""
        ...

    def shortened(self, cell: Cell, share: float) -> Cell:
        """A cell like this with about a share of its work, for the pilot of `plan`."""
        ...

    def run(self, cell: Cell) -> CellResult:
        """Run one cell, on one thread."""
        ...

    def expectations(self) -> Sequence[Expectation]:
        """What is expected, and by which test it is judged."""
        ...

    def tables(self, results: Results) -> Sequence[StudyTable]:
        """Tables of what was found."""
        ...

    def panels(self, results: Results) -> Sequence[Panel]:
        """Panels of the figure."""
        ...


def grid(
    study: Study, setting: str, *, seeds: int | None = None, without: Sequence[str] = ()
) -> list[Cell]:
    """The cells of a setting.

    Args:
        study: The study.
        setting: Name of the setting.
        seeds: Keep the cells of the first so many seeds only.
        without: Kinds of cells to leave out.

    Raises:
        UnknownNameError: No such setting or kind.
        UsageError: Nothing is left.
    """
    if setting not in study.settings:
        raise UnknownNameError(f"setting of {study.name}", setting, study.settings)
    cells = list(study.cells(setting))
    kinds = {cell.kind for cell in cells}
    for kind in without:
        if kind not in kinds:
            raise UnknownNameError("kind of cell", kind, kinds)
    if seeds is not None:
        first = sorted({cell.seed for cell in cells})[:seeds]
        cells = [cell for cell in cells if cell.seed in first]
    left = [cell for cell in cells if cell.kind not in without]
    if not left:
        raise UsageError("no cell is left; leave out fewer kinds")
    return left

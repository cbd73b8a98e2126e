"""What a grid will cost: the dearest cell of each kind is run in short, twice, and extrapolated.

A cell's cost is taken to be a start plus its work times a rate; both are found from two pilots of
different length. Processor time, not wall time: that hangs on what else the machine does.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from underdog.errors import UsageError
from underdog.studies.study import Cell, Study
from underdog.studies.study_run import run_one

_SHARES = (0.02, 0.06)


@dataclass(frozen=True, slots=True)
class KindCost:
    """What cells of a kind cost.

    Attributes:
        kind: The kind.
        start: Processor seconds before any work.
        rate: Processor seconds per unit of work.
    """

    kind: str
    start: float
    rate: float

    def seconds(self, cell: Cell) -> float:
        """Processor seconds of a cell."""
        return self.start + self.rate * cell.work


@dataclass(frozen=True, slots=True)
class StudyPlan:
    """The cost of a grid.

    Attributes:
        cells: The grid.
        costs: Cost by kind.
    """

    cells: tuple[Cell, ...]
    costs: Mapping[str, KindCost]

    def minutes(self, cells: Sequence[Cell] | None = None) -> float:
        """Processor minutes of some cells, or of all."""
        chosen = self.cells if cells is None else cells
        return sum(self.costs[cell.kind].seconds(cell) for cell in chosen) / 60

    def check(self, most_minutes: float) -> None:
        """Refuse a grid that costs more than `most_minutes` processor minutes.

        Raises:
            UsageError: It does; the message names the largest part of the grid that fits.
        """
        if self.minutes() <= most_minutes:
            return
        fits = next(self._smaller(most_minutes), "no part of it fits")
        raise UsageError(
            f"the grid of {len(self.cells)} cells takes about {self.minutes():.1f} CPU minutes, "
            f"more than {most_minutes:g}; {fits}"
        )

    def _smaller(self, most_minutes: float) -> Iterator[str]:
        """Parts of the grid that fit, largest first: fewer seeds, then without dear kinds."""
        seeds = sorted({cell.seed for cell in self.cells})
        kinds = sorted(self.costs, key=lambda kind: -self._dearest(kind))
        for dropped in range(len(kinds)):
            for count in range(len(seeds), 0, -1):
                left = [
                    cell
                    for cell in self.cells
                    if cell.seed in seeds[:count] and cell.kind not in kinds[:dropped]
                ]
                if self.minutes(left) <= most_minutes:
                    asked = [f"--seeds {count}"] if count < len(seeds) else []
                    asked += [f"--without {kind}" for kind in kinds[:dropped]]
                    minutes = f"{len(left)} cells, about {self.minutes(left):.1f}"
                    yield f"{' '.join(asked)} fits ({minutes} CPU minutes)"

    def _dearest(self, kind: str) -> float:
        return max(self.costs[kind].seconds(one) for one in self.cells if one.kind == kind)


def plan_study(study: Study, cells: Sequence[Cell]) -> StudyPlan:
    """Measure what a grid costs here.

    Args:
        study: The study.
        cells: Its cells, from `grid`.

    Raises:
        UnderdogError: A pilot failed.
    """
    dearest: dict[str, Cell] = {}
    for cell in cells:
        if cell.kind not in dearest or cell.work > dearest[cell.kind].work:
            dearest[cell.kind] = cell
    costs = {kind: _cost(study, cell) for kind, cell in dearest.items()}
    return StudyPlan(tuple(cells), costs)


def _cost(study: Study, cell: Cell) -> KindCost:
    short, longer = (study.shortened(cell, share) for share in _SHARES)
    first = run_one(study, short).cpu_seconds
    if longer.work <= short.work:
        return KindCost(cell.kind, 0.0, first / short.work)
    second = run_one(study, longer).cpu_seconds
    rate = max(0.0, second - first) / (longer.work - short.work)
    return KindCost(cell.kind, max(0.0, second - rate * longer.work), rate)

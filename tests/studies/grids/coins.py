"""A study without a model: coins of known bias, so that the right verdict is known."""

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from underdog.errors import DataError
from underdog.seeds import unit
from underdog.studies.expectations import PairedExpectation, RangeExpectation
from underdog.studies.panels import Panel, PanelPoint
from underdog.studies.study import Cell, CellResult, Expectation, Level, Results, StudyTable

BIASES = {"fair": 0.5, "good": 0.8, "fair too": 0.5, "longer": 0.8}
ITEMS = 200


class Coins:
    """Does a biased coin fall on heads more often?"""

    name = "coins"
    title = "Does a biased coin fall on heads more often?"
    source = "nobody"
    level: Level = "P"
    settings: Mapping[str, str] = {"ci": "few", "cpu": "all"}
    code = ("tests.studies.grids.coins",)
    libraries = ()

    def cells(self, setting: str) -> Sequence[Cell]:
        return [
            Cell(
                arm, seed, {"coin": coin, "bias": bias, "tosses": 3 if arm == "longer" else 2},
                arm, 2.0,
            )
            for seed in (1, 2, 3)
            for coin, (arm, bias) in enumerate(BIASES.items())
            if setting == "cpu" or seed == 1
        ]  # fmt: skip

    def shortened(self, cell: Cell, share: float) -> Cell:
        work = cell.work * share
        return replace(cell, knobs={**cell.knobs, "cost": work}, work=work)

    def run(self, cell: Cell) -> CellResult:
        busy_until = time.process_time() + 2 * float(cell.knobs.get("cost", 0))
        while time.process_time() < busy_until:
            pass
        if os.environ.get("COINS_FAIL") == cell.arm:
            raise DataError("this coin is bent")
        if wait := os.environ.get("COINS_WAIT"):
            Path(wait, f"{os.getpid()}").touch()
            time.sleep(60)
        bias = float(cell.knobs["bias"])
        heads = [
            unit("coin", int(cell.knobs["coin"]), cell.seed, toss) < bias for toss in range(ITEMS)
        ]
        marks = "".join("1" if one else "0" for one in heads)
        facts = {"tokens": ITEMS * int(cell.knobs["tosses"]), "heads": sum(heads) / ITEMS}
        return CellResult({**facts, "third": 1 / 3}, marks)

    def expectations(self) -> Sequence[Expectation]:
        return [PairedExpectation("The biased coin wins", "good", "fair")]

    def tables(self, results: Results) -> Sequence[StudyTable]:
        rows = tuple((arm, f"{results.mean(arm, 'heads'):.1%}") for arm in BIASES)
        return [StudyTable("Heads", ("coin", "share"), rows)]

    def panels(self, results: Results) -> Sequence[Panel]:
        points = [
            PanelPoint(arm, bias, results.mean(arm, "heads"), 0.4, 0.9)
            for arm, bias in BIASES.items()
        ]
        return [Panel("heads", "bias", "share", points, [(0.5, "half"), (0.8, "4/5")], (0, 1))]


PAIRS: Mapping[str, Expectation] = {
    "reproduced": PairedExpectation("good beats fair", "good", "fair"),
    "not reproduced": PairedExpectation("fair beats good", "fair", "good"),
    "null": PairedExpectation("one fair coin beats the other", "fair", "fair too"),
    "no verdict": PairedExpectation("longer beats fair", "longer", "fair"),
}
RANGES: Mapping[str, Expectation] = {
    "reproduced": RangeExpectation(
        "near", lambda found: {"good": found.mean("good", "heads")}, 0.7, 0.9, ("good",)
    ),
    "not reproduced": RangeExpectation(
        "far", lambda found: {"good": found.mean("good", "heads")}, 0.9, 1.0, ("good",)
    ),
    "null": RangeExpectation("untold", lambda _: {}, 0.0, 1.0, ("good",)),
    "no verdict": RangeExpectation("absent", lambda _: {"x": 0.5}, 0.0, 1.0, ("nowhere",)),
}

"""The exposure ledger: how much of each pool a model has seen, how spread out, at every point.

Capacity decides what a small model learns of what it sees, and gaps decide what it keeps (arXiv
2605.29548): so the ledger counts exposures, not intentions. It is written beside the data as
`ledger.parquet` and, for people and plots, `ledger.json`.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from underdog.data.dataset.arrow import arrow, parquet
from underdog.data.mixing.mixture import Mixture, PoolPlace
from underdog.errors import DataError
from underdog.files import write_atomic


@dataclass(frozen=True, slots=True)
class PoolExposure:
    """What has been seen of one pool at one step.

    Attributes:
        step: Items of all pools so far.
        position: Their tokens.
        pool: The pool.
        target: Its share of the tokens as asked for.
        items: Its items so far.
        tokens: Their tokens.
        distinct: Distinct items among them; for a family, distinct draws.
        epochs: How often a finite pool has been gone through; 0 for a family.
        largest_gap: Most tokens of other pools between two of its items, the open gap included.
        left_out: Items left out because they repeat a test item; of a finite pool, each once.
    """

    step: int
    position: int
    pool: str
    target: float
    items: int
    tokens: int
    distinct: int
    epochs: float
    largest_gap: int
    left_out: int = 0

    @property
    def share(self) -> float:
        """Its share of the tokens so far."""
        return self.tokens / self.position if self.position else 0.0

    @property
    def repeats(self) -> int:
        """Items that had been seen before."""
        return self.items - self.distinct


def entries(mixture: Mixture, places: Sequence[PoolPlace]) -> list[PoolExposure]:
    """The ledger's rows for one step, one for every pool."""
    step = sum(place.exposure.items for place in places)
    position = sum(place.exposure.tokens for place in places)
    return [
        PoolExposure(
            step=step,
            position=position,
            pool=pool.name,
            target=mixture.shares[number],
            items=place.exposure.items,
            tokens=place.exposure.tokens,
            distinct=mixture.distinct(number, place),
            epochs=mixture.epochs(number, place),
            largest_gap=place.exposure.gap_at(position),
            left_out=place.left_out,
        )
        for number, (pool, place) in enumerate(zip(mixture.pools, places, strict=True))
    ]


def write_ledger(folder: Path, rows: Sequence[PoolExposure], counted_by: str) -> None:
    """Write `ledger.parquet` and `ledger.json`.

    Args:
        folder: Where.
        rows: The ledger.
        counted_by: How tokens were counted.
    """
    records: list[dict[str, Any]] = [asdict(row) for row in rows]
    table = arrow().Table.from_pylist(records)
    write_atomic(folder / "ledger.parquet", lambda file: parquet().write_table(table, file))
    text = json.dumps({"tokens_by": counted_by, "entries": records}, indent=1)
    write_atomic(folder / "ledger.json", lambda file: file.write(text.encode() + b"\n"))


def read_ledger(folder: Path) -> tuple[list[PoolExposure], str]:
    """The ledger of a mixture, and how its tokens were counted.

    Raises:
        DataError: There is none, or it is damaged.
    """
    path = folder / "ledger.json"
    try:
        raw = json.loads(path.read_bytes())
        return [PoolExposure(**row) for row in raw["entries"]], str(raw["tokens_by"])
    except FileNotFoundError as error:
        raise DataError(
            f"{folder} has no ledger.json; make a mixture with: underdog data mix"
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path} is damaged: {error}; run underdog data mix again") from error

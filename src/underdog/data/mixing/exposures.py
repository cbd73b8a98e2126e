"""The exposure ledger: items, tokens and gaps of each pool at successive points of the stream.

A small model's capacity limits what it learns, and gaps between exposures limit what it keeps
(arXiv 2605.29548), so the ledger counts actual exposures. It is written beside the data as
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
from underdog.files import read_bounded, write_atomic

_MAX_BYTES = 1 << 28


@dataclass(frozen=True, slots=True)
class PoolExposure:
    """Exposure of one pool up to one step of the stream.

    Attributes:
        step: Items of all pools so far.
        position: Tokens of all pools so far.
        pool: Name of the pool.
        target: The pool's share of the tokens in the recipe.
        items: Items of the pool so far.
        tokens: Tokens of the pool so far.
        distinct: Distinct items of the pool so far; for a family, distinct draws.
        epochs: Passes over a finite pool, fractions included; 0 for a family.
        largest_gap: Most tokens of other pools between two items of the pool, the open gap
            included.
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
        """The pool's share of the tokens so far."""
        return self.tokens / self.position if self.position else 0.0

    @property
    def repeats(self) -> int:
        """Items that repeat earlier items of the pool."""
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
        folder: Folder of the mixture.
        rows: Rows of the ledger.
        counted_by: Way of counting tokens, from `describe_counter`.
    """
    records: list[dict[str, Any]] = [asdict(row) for row in rows]
    table = arrow().Table.from_pylist(records)
    write_atomic(folder / "ledger.parquet", lambda file: parquet().write_table(table, file))
    text = json.dumps({"tokens_by": counted_by, "entries": records}, indent=1)
    write_atomic(folder / "ledger.json", lambda file: file.write(text.encode() + b"\n"))


def read_ledger(folder: Path) -> tuple[list[PoolExposure], str]:
    """The ledger of a mixture, and the way its tokens were counted.

    Raises:
        DataError: The ledger is missing or damaged.
    """
    path = folder / "ledger.json"
    try:
        raw = json.loads(read_bounded(path, _MAX_BYTES))
        return [PoolExposure(**row) for row in raw["entries"]], str(raw["tokens_by"])
    except FileNotFoundError as error:
        raise DataError(
            f"{folder} has no ledger.json; make a mixture with: underdog data mix"
        ) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path} is damaged: {error}; run underdog data mix again") from error

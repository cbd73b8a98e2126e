"""Loss trajectories: each example's mean loss at every checkpoint of a small proxy's training.

They are stored as Parquet with the columns `id` (string) and `losses` (list of float, in nats). The
first loss is the untrained proxy's, then one loss per checkpoint in order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from underdog.data.dataset.arrow import arrow, parquet
from underdog.errors import DataError
from underdog.files import write_atomic


@dataclass(frozen=True, slots=True)
class Trajectories:
    """Loss trajectories by example.

    Attributes:
        rows: Row in `losses_NT`, by example id.
        losses_NT: Mean losses in nats per token or byte, N examples by T checkpoints.
    """

    rows: Mapping[str, int]
    losses_NT: NDArray[np.float32]

    @classmethod
    def of(cls, losses: Mapping[str, Sequence[float]]) -> "Trajectories":
        """Trajectories from losses by example id.

        Raises:
            DataError: Lists differ in length, are shorter than 2, or hold a non-number.
        """
        lengths = {len(row) for row in losses.values()}
        if len(lengths) > 1 or min(lengths, default=2) < 2:
            raise DataError(
                f"loss trajectories of lengths {sorted(lengths)}: all examples need the losses of "
                "the same 2 or more checkpoints"
            )
        table = np.array(list(losses.values()), dtype=np.float32).reshape(
            len(losses), max(lengths, default=2)
        )
        if not np.isfinite(table).all():
            bad = next(
                i for i, row in zip(losses, table, strict=True) if not np.isfinite(row).all()
            )
            raise DataError(f"the loss trajectory of {bad!r} holds a value that is no number")
        return cls({name: row for row, name in enumerate(losses)}, table)

    def take(self, ids: Sequence[str]) -> NDArray[np.float32]:
        """Losses of some examples in order, one row per id.

        Raises:
            DataError: An example has no trajectory.
        """
        missing = [name for name in ids if name not in self.rows]
        if missing:
            raise DataError(
                f"{len(missing)} of {len(ids)} examples have no loss trajectory, first "
                f"{missing[0]!r}; record them again on the same data"
            )
        return self.losses_NT[[self.rows[name] for name in ids]]

    def write(self, path: Path) -> None:
        """Write the trajectories as Parquet."""
        pa = arrow()
        rows = list(self.losses_NT[list(self.rows.values())])
        columns = {
            "id": pa.array(list(self.rows)),
            "losses": pa.array(rows, pa.list_(pa.float32())),
        }
        write_atomic(path, lambda file: parquet().write_table(pa.table(columns), file))

    @classmethod
    def read(cls, path: Path) -> "Trajectories":
        """Read trajectories from Parquet.

        Raises:
            DataError: The file cannot be read, lacks a column, or its rows do not fit together.
        """
        try:
            columns: dict[str, list[Any]] = (
                parquet().read_table(path, columns=["id", "losses"]).to_pydict()
            )
            losses = dict(zip(columns["id"], columns["losses"], strict=True))
        except (OSError, KeyError, arrow().ArrowException) as error:
            raise DataError(
                f"cannot read loss trajectories from {path}: {error}; give a Parquet file with "
                "the columns id and losses"
            ) from error
        return cls.of(losses)

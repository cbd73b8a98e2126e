"""The exposure ledger of a stage: how much of each pool and family the model has been fed.

It counts what was fed, as it was fed, beside the shares that were asked for. Passes are items over
the size of a finite pool; an endless pool has none.
"""

from dataclasses import dataclass
from pathlib import Path

from underdog.data.mixing.mixture import Mixture
from underdog.files import write_json
from underdog.training.feeding.exposure_counts import ExposureCounts

COUNTED_BY = "the trainer's encoding: chat template, prompt, reply and the token that ends it"


@dataclass(frozen=True, slots=True)
class ExposureLedger:
    """Where and beside which shares exposures are written.

    Attributes:
        path: The file, `ledger.json`.
        mixture: The stage's data.
    """

    path: Path
    mixture: Mixture

    def write(self, step: int, exposures: ExposureCounts, left_out: int) -> None:
        """Write the ledger.

        Args:
            step: Optimiser steps done.
            exposures: What they fed.
            left_out: Items left out: too long, or without a reply to learn.

        Raises:
            UnderdogError: The disk is full or the folder cannot be written.
        """
        rows = list(exposures.rows)
        total = sum(row.tokens for row in rows)
        pools: dict[str, dict[str, float | int | None]] = {}
        for pool, share in zip(self.mixture.pools, self.mixture.shares, strict=True):
            own = [row for row in rows if row.pool == pool.name]
            items = sum(row.items for row in own)
            tokens = sum(row.tokens for row in own)
            pools[pool.name] = {
                "target": share,
                "share": tokens / total if total else 0.0,
                "items": items,
                "tokens": tokens,
                "loss_tokens": sum(row.loss_tokens for row in own),
                "passes": items / pool.size if pool.size else None,
            }
        ledger = {
            "counted_by": COUNTED_BY,
            "step": step,
            "left_out": left_out,
            "pools": pools,
            "families": exposures.plain,
        }
        write_json(self.path, ledger)

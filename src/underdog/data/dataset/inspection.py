"""Inspecting a data set: sample rows, and a histogram of text lengths by form."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from underdog.core import Example
from underdog.data.dataset.blocks import ParquetBlocks
from underdog.data.dataset.card.data_card import DataCard, read_card
from underdog.data.dataset.columns import examples_of
from underdog.data.dataset.shards import open_shard, shards_of
from underdog.data.dataset.token_counts import count_tokens
from underdog.seeds import derive

_BIN = 16
_ROWS = 8_192


@dataclass(frozen=True, slots=True)
class Inspection:
    """Sample rows and text lengths of a data set.

    Attributes:
        card: The card; `None` when the data set is not finished.
        rows: Number of rows.
        samples: A few rows, chosen by the seed.
        lengths: Histogram of tokens per row, by form: lower edge of each bin and its rows.
        bin_tokens: Width of a bin, in tokens.
    """

    card: DataCard | None
    rows: int
    samples: tuple[Example, ...]
    lengths: Mapping[str, Mapping[int, int]]
    bin_tokens: int = _BIN


def inspect_dataset(
    folder: Path, *, samples: int = 3, seed: int = 0, tokenizer: str = ""
) -> Inspection:
    """Inspect a data set; reads all texts once, with a few thousand rows in memory at a time.

    Args:
        folder: The data set.
        samples: Number of sample rows.
        seed: Seed of the choice of sample rows.
        tokenizer: Path of a `tokenizer.json`; empty to estimate tokens as characters / 4.

    Raises:
        DataError: The folder holds no data set.
    """
    lengths: dict[str, Counter[int]] = {}
    rows = 0
    for path in shards_of(folder):
        with open_shard(path) as file:
            columns = ["prompt", "completion", "form"]
            for batch in file.iter_batches(batch_size=_ROWS, columns=columns):
                rows += batch.num_rows
                tokens = count_tokens(batch, tokenizer)
                for form, number in zip(batch["form"].to_pylist(), tokens, strict=True):
                    lengths.setdefault(form or "none", Counter())[number // _BIN * _BIN] += 1
    return Inspection(
        card=read_card(folder),
        rows=rows,
        samples=_samples(folder, samples, seed),
        lengths={form: dict(sorted(bins.items())) for form, bins in sorted(lengths.items())},
    )


def _samples(folder: Path, wanted: int, seed: int) -> tuple[Example, ...]:
    blocks = ParquetBlocks.of(folder)
    ends = np.cumsum(blocks.sizes)
    rng = np.random.default_rng(derive("inspect", seed))
    total = int(ends[-1])
    chosen: list[Example] = []
    rows: list[int] = rng.choice(total, size=min(wanted, total), replace=False).tolist()
    for row in sorted(rows):
        block = int(np.searchsorted(ends, row, side="right"))
        start = int(ends[block]) - blocks.sizes[block]
        chosen += examples_of(blocks.read(block).slice(row - start, 1))
    return tuple(chosen)

"""Selecting part of a data set on disk: read, choose, write the kept examples, count reasons."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from underdog.core import Example, JSONValue
from underdog.data.dataset.card.data_card import DataCard, read_card
from underdog.data.dataset.shards import read_examples
from underdog.data.dataset.writing import write_dataset
from underdog.data.selectors import Aids, Choice, Keep, select


@dataclass(frozen=True, slots=True)
class Selection:
    """Result of a selection.

    Attributes:
        card: Card of the new data set.
        reasons: Number of examples by reason, such as `dropped: repeats another`.
    """

    card: DataCard
    reasons: Mapping[str, int]


def select_dataset(
    folder: Path,
    target: Path,
    by: str,
    *,
    keep: Keep | None = None,
    aids: Aids | None = None,
    split: str | None = None,
    notes: Mapping[str, JSONValue] | None = None,
) -> Selection:
    """Write the examples of a data set that a selector keeps as a new data set.

    Args:
        folder: The data set.
        target: Folder of the new data set; must not hold a data set.
        by: Spec of the selector, such as `minhash:threshold=0.8`.
        keep: Share or count to keep; `None` keeps all that the selector does not reject.
        aids: Engine, trajectories or pass rates, when the selector needs them.
        split: Split to read; all splits when `None`.
        notes: Further facts for the card's `origin`.

    Raises:
        UsageError: An aid is missing, or `keep` does not go with the selector.
        DataError: The folder holds no data set, or no example is kept.
    """
    before = read_card(folder)
    reasons: Counter[str] = Counter()
    choices = select(by, read_examples(folder, split), keep, aids)
    origin: dict[str, JSONValue] = {
        "selected_from": before.name if before else folder.name,
        "selector": by,
        "keep": None if keep is None else keep.share or keep.count,
        "seed": aids.seed if aids else 0,
        **(notes or {}),
    }
    card = write_dataset(
        target,
        _kept(choices, reasons),
        origin=origin,
        verified=before is not None and before.rows == before.verified,
        licence=before.licence if before else "apache-2.0",
    )
    return Selection(card, dict(reasons))


def _kept(choices: Iterator[Choice], reasons: Counter[str]) -> Iterator[Example]:
    for choice in choices:
        reasons[f"{'kept' if choice.kept else 'dropped'}: {choice.reason}"] += 1
        if choice.kept:
            yield choice.example

"""Stored items that repeat a test item, found block by block, each block once.

A data set already compared with the same test sets is not compared again: its card must record
their digest, and its files must have the hashes on the card.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from underdog.data.dataset.card.data_card import read_card
from underdog.data.dataset.columns import examples_of
from underdog.data.dataset.example_text import whole
from underdog.data.dataset.shards import shards_of
from underdog.data.decontamination.repeats import Repeat
from underdog.data.workers import Pending, Workers
from underdog.files import sha256_file

if TYPE_CHECKING:
    from underdog.data.dataset.blocks import Blocks
    from underdog.data.decontamination import ContaminationIndex


class BlockCopies:
    """The rows of stored items that repeat a test item; keeps only those rows in memory.

    Args:
        blocks: The stored items.
        workers: Processes that compare the items with their shared index.
    """

    def __init__(self, blocks: "Blocks", workers: "Workers[ContaminationIndex]") -> None:
        self._blocks = blocks
        self._workers = workers
        self._asked: dict[int, Pending[dict[int, Repeat]]] = {}
        self._known: dict[int, dict[int, Repeat]] = {}

    def ask(self, blocks: Iterable[int]) -> None:
        """Request the comparison of blocks that will be needed soon."""
        for block in blocks:
            if block not in self._known and block not in self._asked:
                pending = self._workers.ask_sharing(copies_in, self._blocks, block)
                self._asked[block] = pending

    def known(self, block: int) -> dict[int, Repeat]:
        """Repeated test items, by row of a block; empty for a block that was not requested."""
        if block in self._asked:
            found = self._asked.pop(block).take()
            self._known[block] = found
        return self._known.get(block, {})

    @property
    def total(self) -> int:
        """Number of rows found so far."""
        return sum(len(rows) for rows in self._known.values())


def copies_in(
    index: "ContaminationIndex | None", blocks: "Blocks", block: int
) -> dict[int, Repeat]:
    """Repeated test items, by row of a block; may run in a worker process."""
    if index is None:
        return {}
    return index.repeats(map(whole, examples_of(blocks.read(block))))


def made_clear(folder: Path, split: str, digest: str) -> bool:
    """Whether a data set is known to repeat no item of the test sets with a digest.

    Its card must record a comparison with those test sets and no repeated item, and every file of
    the split must have the hash on the card.

    Raises:
        DataError: The folder holds no data set of the split, or the card is damaged.
    """
    card = read_card(folder)
    if card is None:
        return False
    facts = [one for one in (card.decontamination, card.scan) if one and one.digest == digest]
    if not facts or any(one.off or one.repeating for one in facts):
        return False
    told = {shard.path: shard.sha256 for shard in card.shards}
    return all(
        told.get(path.relative_to(folder).as_posix()) == sha256_file(path)
        for path in shards_of(folder, split)
    )

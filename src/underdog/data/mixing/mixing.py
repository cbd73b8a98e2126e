"""Writing a mixture as a data set, with its exposure ledger; an interrupted one resumes.

Every shard's metadata holds the state from which the next shard starts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SerializerFunctionWrapHandler, field_serializer

from underdog.data.dataset.card.data_card import (
    DataCard,
    Decontamination,
    SourceCount,
    check_files,
    read_card,
)
from underdog.data.dataset.card.page import write_card
from underdog.data.dataset.progress import ProgressClock, WriteProgress
from underdog.data.dataset.shard_writer import ShardWriter
from underdog.data.dataset.token_counts import describe_counter
from underdog.data.decontamination import ContaminationIndex, Protection, protect
from underdog.data.decontamination.protection import card_facts
from underdog.data.decontamination.repeats import RepeatCount
from underdog.data.making.interleave import Exposure
from underdog.data.mixing.exposures import PoolExposure, entries, write_ledger
from underdog.data.mixing.mixture import Mixture, PoolPlace
from underdog.data.mixing.pools import FinitePool
from underdog.data.mixing.recipe import MixFile, open_mix, read_mix
from underdog.data.workers import Workers
from underdog.errors import ConfigError
from underdog.toml_file import StrictTable


@dataclass(frozen=True, slots=True)
class Amount:
    """Amount of a mixture to write; exactly one of `items` and `tokens` is given.

    Attributes:
        items: Training items.
        tokens: Tokens; the last item may exceed the amount.
    """

    items: int | None = None
    tokens: int | None = None

    def __post_init__(self) -> None:
        given = [number for number in (self.items, self.tokens) if number is not None]
        if len(given) != 1 or given[0] < 1:
            raise ConfigError("say how much: either items or tokens, at least 1")


class MixState(StrictTable):
    """State in a shard's metadata: the mixture, and the place where the next shard starts."""

    mix: MixFile
    rank: int
    world: int
    items: int | None
    tokens: int | None
    places: tuple[PoolPlace, ...]
    tests: str = ""

    @field_serializer("places", mode="wrap")
    def _without_debts(
        self, places: tuple[PoolPlace, ...], handler: SerializerFunctionWrapHandler
    ) -> list[dict[str, Any]]:
        """Places without what pools are owed: the shares of a mixture on disk never move."""
        return [{k: v for k, v in one.items() if k != "owed"} for one in handler(places)]


def mix(
    recipe: str | Path | MixFile,
    out: str | Path,
    *,
    items: int | None = None,
    tokens: int | None = None,
    decontaminate: bool = True,
    test_files: Sequence[str | Path] = (),
    data_dir: str | Path | None = None,
    workers: int = 1,
    progress: Callable[[WriteProgress], object] = lambda _: None,
) -> DataCard:
    """Mix pools at exact shares of the tokens, with evenly spaced exposures.

    Args:
        recipe: The mixture, or its file (MIX.toml): pools, their shares, a seed.
        out: Folder of the data set; the same call resumes an interrupted one.
        items: Training items to draw; give this or `tokens`.
        tokens: Tokens to draw; the last item may exceed them.
        decontaminate: Leave out items that repeat an item of a test set on this machine.
        test_files: Further test sets to compare with: JSONL, CSV or Parquet.
        data_dir: Folder with the data of the catalogue's test sets.
        workers: Processes that make generated items; 1 is this process.
        progress: Called at the start and after every shard.

    Returns:
        The data set's card; `ledger.parquet` beside it holds the exposures of each pool.

    Raises:
        ConfigError: The recipe is malformed, or the folder holds another data set.
        DataError: A pool's data cannot be read.

    Example:
        >>> import tempfile
        >>> pools = '''
        ... [pools.sums]
        ... share = 0.75
        ... family = "addition:digits=2"
        ... forms = ["cot"]
        ... [pools.percentages]
        ... share = 0.25
        ... family = "percentages"
        ... forms = ["cot"]
        ... '''
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     recipe = Path(folder, "mix.toml")
        ...     _ = recipe.write_text(pools)
        ...     mix(recipe, f"{folder}/mixed", items=40, decontaminate=False).rows
        40
    """
    made = recipe if isinstance(recipe, MixFile) else read_mix(Path(recipe))
    files = [Path(file) for file in (*test_files, *made.test_files)]
    tests = protect(data_dir, files) if decontaminate and made.decontaminate else None
    return write_mixture(
        made, Path(out), Amount(items, tokens), workers=workers, tests=tests, progress=progress
    )


def write_mixture(
    mix: MixFile,
    folder: Path,
    amount: Amount,
    *,
    rank: int = 0,
    world: int = 1,
    workers: int = 1,
    shard_rows: int = 20_000,
    name: str = "",
    licence: str = "apache-2.0",
    tests: Protection | None = None,
    progress: Callable[[WriteProgress], object] = lambda _: None,
) -> DataCard:
    """Write a part of a mixture's stream as a data set.

    Args:
        mix: The mixture.
        folder: Folder of the data set; created when missing.
        amount: Items or tokens to write.
        rank: Number of the training worker that reads the data, from 0.
        world: Number of training workers that share the stream.
        workers: Processes that make generated items; 1 is this process.
        shard_rows: Rows per shard.
        name: Name on the card; the folder's when empty.
        licence: SPDX name of the data's licence.
        tests: Test sets to leave out, from `protect()`; `None` compares with none, and the card
            records that.
        progress: Called at the start and after every shard.

    Returns:
        The card, also on disk; `ledger.parquet` and `ledger.json` lie beside it.

    Raises:
        ConfigError: The folder holds another data set.
        DataError: A pool's data cannot be read.
    """
    asked = MixState(
        mix=mix,
        rank=rank,
        world=world,
        items=amount.items,
        tokens=amount.tokens,
        places=(),
        tests=tests.digest if tests else "",
    )
    finished = read_card(folder)
    if finished is not None:
        _same(finished.origin, asked, folder)
        check_files(finished, folder)
        return finished
    with Workers(workers, tests and tests.index) as hands:
        mixing = _Mixing(asked, folder, open_mix(mix, rank, world, tests), shard_rows)
        mixing.resume()
        mixing.run(amount, hands, progress)
    write_ledger(folder, mixing.ledger, describe_counter(mix.tokenizer))
    card = mixing.card(name or folder.resolve().name, licence, tests)
    write_card(folder, card)
    return card


class _Mixing:
    """One mixture being written."""

    def __init__(self, asked: MixState, folder: Path, mixture: Mixture, shard_rows: int) -> None:
        self.ledger: list[PoolExposure] = []
        self._asked = asked
        self._folder = folder
        self._mixture = mixture
        self._shard_rows = shard_rows
        self._places = mixture.start()
        self._shards = ShardWriter(folder, MixState)

    def resume(self) -> None:
        """Continue from the shards on disk, in order up to the first missing one."""
        for _, state in self._shards.resume():
            _same(_origin(state), self._asked, self._folder)
            self._go_on(state.places)

    def run(
        self,
        amount: Amount,
        workers: Workers[ContaminationIndex],
        progress: Callable[[WriteProgress], object],
    ) -> None:
        """Write the missing shards."""
        report = ProgressClock(progress, self._done(amount), amount.items or amount.tokens or 0)
        left = None if amount.items is None else amount.items - self._done(amount)
        stream = self._mixture.stream(
            self._places,
            items=left,
            until_tokens=amount.tokens,
            steps=self._shard_rows,
            workers=workers,
        )
        for piece in stream:
            state = self._asked.model_copy(update={"places": piece.places})
            self._shards.write(piece.rows, state)
            self._go_on(piece.places)
            report(self._done(amount))

    def card(self, name: str, licence: str, tests: Protection | None) -> DataCard:
        """The card of the shards written so far."""
        shards = self._shards.finish()
        last = self.ledger[-len(self._places) :]
        verified = sum(
            entry.items
            for entry, pool in zip(last, self._asked.mix.pools.values(), strict=True)
            if (pool.family and pool.verify) or (pool.data and _all_verified(Path(pool.data)))
        )
        return DataCard(
            name=name,
            licence=licence,
            split="train",
            problems=sum(entry.distinct for entry in last),
            rows=sum(shard.rows for shard in shards),
            verified=verified,
            sources=tuple(_count(entry) for entry in last),
            shards=shards,
            origin=_origin(self._asked),
            repeats=True,
            decontamination=self._decontamination(last, tests),
        )

    def _decontamination(
        self, last: Sequence[PoolExposure], tests: Protection | None
    ) -> Decontamination:
        """The comparison with test sets, from the counts of all pools."""
        left_out = RepeatCount.of(place.copies for place in self._places)
        clear = [
            pool.name for pool in self._mixture.pools if isinstance(pool, FinitePool) and pool.clear
        ]
        checked = sum(one.distinct + one.left_out for one in last if one.pool not in clear)
        return card_facts(tests, checked, left_out, clear_before=clear)

    def _go_on(self, places: Sequence[PoolPlace]) -> None:
        self._places = tuple(places)
        self.ledger += entries(self._mixture, places)

    def _done(self, amount: Amount) -> int:
        exposures: list[Exposure] = [place.exposure for place in self._places]
        if amount.items is not None:
            return sum(exposure.items for exposure in exposures)
        return sum(exposure.tokens for exposure in exposures)


def _origin(state: MixState) -> dict[str, Any]:
    return {"mixture": state.model_dump(mode="json", exclude={"places"})}


def _same(made: object, asked: MixState, folder: Path) -> None:
    if made != _origin(asked):
        raise ConfigError(
            f"{folder} holds another data set, or a mixture with other settings or kept clear of "
            "other test sets; choose another folder or remove this one"
        )


def _all_verified(folder: Path) -> bool:
    card = read_card(folder)
    return card is not None and card.rows == card.verified


def _count(entry: PoolExposure) -> SourceCount:
    return SourceCount(
        source=entry.pool,
        wanted=entry.items,
        problems=entry.distinct,
        rows=entry.items,
        drawn=entry.items + entry.left_out,
        repeats=entry.repeats,
    )

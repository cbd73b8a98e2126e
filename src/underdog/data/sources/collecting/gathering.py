"""Running the seeds of a collection concurrently, until all are done or enough is accepted."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeAlias

from underdog.core import Engine, Problem, Usage
from underdog.data.sources.collecting.allowance import Allowance, worst_case
from underdog.data.sources.collecting.collection import Collection, Screen, Settling, numbered
from underdog.data.sources.collecting.missing_samples import Missing, digest, sampled
from underdog.data.sources.collecting.reply_journal import AskKey, ReplyJournal
from underdog.data.sources.source import Ask, Desk, Exchange, Record, Reply, Source
from underdog.errors import UnknownNameError


@dataclass(frozen=True, slots=True)
class CollectProgress:
    """Progress of a collection.

    Attributes:
        done: Finished seeds, earlier calls included.
        total: All seeds.
        accepted: Accepted records so far, duplicates included.
        records: Records so far.
        usage: Cost so far.
        settled: Accepted records, without duplicates, of the seeds before the first unfinished
            one; compared with `wanted`.
    """

    done: int
    total: int
    accepted: int
    records: int
    usage: Usage
    settled: int = 0


class Gathering:
    """One call of `collect`, which documents the arguments."""

    def __init__(
        self,
        source: Source,
        seeds: Mapping[str, Problem],
        engines: Mapping[str, Engine],
        desk: Desk,
        book: ReplyJournal,
        allowance: Allowance,
        screen: Screen | None,
        wanted: int | None,
        progress: Callable[[CollectProgress], None] | None,
    ) -> None:
        self._source = source
        self._seeds = seeds
        self._engines = engines
        self._desk = desk
        self._book = book
        self._allowance = allowance
        self._wanted = wanted
        self._progress = progress
        self._order = list(seeds)
        self._settling = Settling(screen)
        self._settled = 0
        self._enough = asyncio.Event()
        self._failed: dict[str, list[Record]] = {}
        self._counts = [0, 0, 0]
        for key in seeds:
            if (records := book.records(key)) is not None:
                self._count(records)
        self._settle()

    async def finish(self, concurrency: int, seconds: float | None) -> str | None:
        """Work until all seeds are done or a cap is reached; returns the cap's name or `None`."""
        if self._enough.is_set():
            return None
        waiting = iter([key for key in self._order if self._book.records(key) is None])
        deadline = asyncio.timeout(seconds)
        try:
            async with deadline:
                await self._work_side_by_side(waiting, concurrency)
        except TimeoutError:
            if not deadline.expired():
                raise
            return "seconds"
        return self._allowance.stopped_by

    def collection(self, stopped_by: str | None) -> Collection:
        """The collection so far, earlier calls included."""
        done = self._settled
        if not self._enough.is_set():
            rest = [self._found(key) for key in self._order[done:]]
            for records in rest:
                self._settling.add(records or [])
            done += sum(records is not None for records in rest)
        return Collection(
            source=self._source.name,
            records=self._settling.first(self._wanted),
            usage=self._book.usage,
            num_seeds=len(self._seeds),
            num_done=done,
            stopped_by=stopped_by,
        )

    def _found(self, key: str) -> list[Record] | None:
        """The records of a finished or failed seed; `None` before."""
        records = self._book.records(key)
        return self._failed.get(key) if records is None else records

    def _settle(self) -> None:
        """Settle the finished seeds in order, up to the first unfinished one or until enough."""
        while self._settled < len(self._order) and not self._enough.is_set():
            records = self._found(self._order[self._settled])
            if records is None:
                return
            self._settling.add(records)
            self._settled += 1
            if self._wanted is not None and self._settling.accepted >= self._wanted:
                self._enough.set()

    async def _work_side_by_side(self, waiting: Iterable[str], concurrency: int) -> None:
        async def worker() -> None:
            for key in waiting:
                await self._work(key, self._seeds[key])

        tasks = [asyncio.create_task(worker()) for _ in range(concurrency)]
        work = asyncio.gather(*tasks)
        enough = asyncio.create_task(self._enough.wait())
        try:
            await asyncio.wait((work, enough), return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                await work
        finally:
            for task in (work, enough, *tasks):
                task.cancel()
            await asyncio.gather(work, enough, *tasks, return_exceptions=True)

    async def _work(self, key: str, problem: Problem) -> None:
        exchange = self._source.make(problem, self._desk)
        replies: list[list[Reply]] | None = None
        failed, step = False, 0
        while True:
            made = await asyncio.to_thread(_advance, exchange, replies)
            if isinstance(made, _Gathered):
                break
            replies = await self._answer(key, step, made)
            if replies is None:
                return
            failed |= any(one.finish == "error" for rows in replies for one in rows)
            step += 1
        checker = self._desk.checker.name
        records = numbered(made.records, problem, self._source.name, checker)
        if failed:
            self._failed[key] = records
        else:
            await self._book.finish(key, records)
        self._count(records)
        self._settle()
        if self._progress is not None:
            done, accepted, total = self._counts
            usage, settled = self._book.usage, self._settling.accepted
            self._progress(CollectProgress(done, len(self._seeds), accepted, total, usage, settled))

    def _count(self, records: Sequence[Record]) -> None:
        self._counts[0] += 1
        self._counts[1] += sum(record.accepted for record in records)
        self._counts[2] += len(records)

    async def _answer(self, seed: str, step: int, asks: Sequence[Ask]) -> list[list[Reply]] | None:
        """Replies to each ask, from the journal if it has them; `None` when the budget is spent."""
        keys: list[AskKey] = [(seed, step, digest(place, ask)) for place, ask in enumerate(asks)]
        known = [dict(self._book.replies(key)) for key in keys]
        missing = [
            Missing(place, ask, [n for n in range(ask.n) if n not in known[place]])
            for place, ask in enumerate(asks)
        ]
        by_role = sorted((one for one in missing if one.numbers), key=lambda one: one.ask.engine)
        for role, group in groupby(by_role, key=lambda one: one.ask.engine):
            wanted = list(group)
            replies = await self._generate(role, wanted, [keys[one.place] for one in wanted])
            if replies is None:
                return None
            for one, rows in zip(wanted, replies, strict=True):
                known[one.place].update(rows)
        return [[rows[n] for n in sorted(rows)] for rows in known]

    async def _generate(
        self, role: str, wanted: "Sequence[Missing]", keys: Sequence[AskKey]
    ) -> list[dict[int, Reply]] | None:
        if role not in self._engines:
            raise UnknownNameError("engine role", role, self._engines)
        engine = self._engines[role]
        worst = worst_case([(one.ask, len(one.numbers)) for one in wanted], engine.info)
        if not await self._allowance.reserve(worst):
            return None
        spent = Usage()
        try:
            rows = await sampled(
                engine,
                [
                    one.request(self._desk.seed, key[0], engine.info)
                    for one, key in zip(wanted, keys, strict=True)
                ],
            )
            replies = [one.replies(row, engine.info) for one, row in zip(wanted, rows, strict=True)]
            for key, got in zip(keys, replies, strict=True):
                spent = sum((one.usage for one in got.values()), spent)
                await self._book.keep(key, got)
        finally:
            await self._allowance.settle(worst, spent)
        return replies


@dataclass(frozen=True, slots=True)
class _Gathered:
    records: list[Record]


_Advanced: TypeAlias = Sequence[Ask] | _Gathered


def _advance(exchange: Exchange, replies: Sequence[Sequence[Reply]] | None) -> _Advanced:
    """The source's next asks, or its records. Call it in a thread: sources may run programs."""
    try:
        return next(exchange) if replies is None else exchange.send(replies)
    except StopIteration as stop:
        return _Gathered(stop.value)

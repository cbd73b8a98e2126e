"""Run a source over seed problems: ask, check, keep, and be able to go on after a stop.

Seeds are worked on side by side and every step's asks are submitted together, so that engines can
batch. With a journal, the same call continues where the last one stopped, after kill -9 too:
nothing that was answered is asked again, and nothing is counted twice. Seeds of a split that is
held out are refused.
"""

import asyncio
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TypeAlias

from underdog.core import (
    Budget,
    Checker,
    Completion,
    Engine,
    GenerateRequest,
    Problem,
    Sandbox,
    Shot,
    Usage,
)
from underdog.data.sources import sources
from underdog.data.sources.allowance import Allowance, worst_case
from underdog.data.sources.collection import Collection, Screen, numbered, settled
from underdog.data.sources.journal import AskKey, Journal
from underdog.data.sources.source import MAIN, Ask, Desk, Making, Record, Reply, Source, no_shots
from underdog.errors import ContextError, DataError, UnknownNameError, UsageError
from underdog.seeds import derive_each

HELD_OUT = ("test", "dev", "validation", "valid", "val")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a collection is.

    Attributes:
        done: Seeds finished, earlier calls included.
        total: Seeds in all.
        accepted: Accepted records so far, before duplicates are dropped.
        records: Records so far.
        usage: Spent so far.
    """

    done: int
    total: int
    accepted: int
    records: int
    usage: Usage


async def collect(
    source: Source | str,
    problems: Iterable[Problem],
    engines: Mapping[str, Engine],
    *,
    checker: Checker,
    sandbox: Sandbox,
    shots: Callable[[str], Sequence[Shot] | None] = no_shots,
    seed: int = 0,
    journal: Path | None = None,
    budget: Budget = Budget(),
    concurrency: int = 32,
    screen: Screen | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Collection:
    """Make training data with a model.

    Args:
        source: A source or its spec, such as `hinted:form=cot,n=4`.
        problems: Seeds, from a train split.
        engines: Engines by role; `main` is the one asked unless the source says otherwise.
        checker: How answers are read and compared; a task's `checker`.
        sandbox: Where programs run.
        shots: Worked examples by form; a task's `shots`.
        seed: Root of all randomness.
        journal: File that makes the collection resumable; `None` keeps it in memory.
        budget: Hard caps on the whole collection, what the journal already holds included;
            `seconds` counts from this call.
        concurrency: Seeds worked on side by side.
        screen: Says why an example must not be used (overlap with a test set), or `None`.
        progress: Told after every seed.

    Raises:
        DataError: A seed is from a held-out split, two seeds share an id, or the journal belongs
            to another collection.
        UnknownNameError: No such source, or it asks a role that no engine has.
        EngineError: An engine cannot work at all; what was answered stays in the journal.

    Example:
        >>> from underdog.core import Question
        >>> from underdog.engines.scripted import ScriptedEngine
        >>> from underdog.grading import open_checker
        >>> from underdog.sandbox.opening import open_sandbox
        >>> sums = [Problem(Question("a", "sums", "3 + 4?"), "7"),
        ...         Problem(Question("b", "sums", "3 + 5?"), "8")]
        >>> engine = ScriptedEngine("It is 3 + 4 = 7. The answer is 7.")
        >>> with open_sandbox("monty") as sandbox:
        ...     made = asyncio.run(collect("hinted", sums, {"main": engine}, sandbox=sandbox,
        ...                                checker=open_checker("numeric")))
        >>> made.num_accepted, made.reasons
        (1, {'wrong answer': 1})
    """
    if isinstance(source, str):
        source = sources.create(source)
    if MAIN not in engines:
        raise UsageError(f"no engine has the role {MAIN!r}, only {sorted(engines)}; add one")
    if concurrency < 1:
        raise UsageError(f"concurrency must be at least 1, not {concurrency!r}")
    seeds = _checked(problems)
    infos = {role: engine.info for role, engine in engines.items()}
    desk = Desk(checker, sandbox, shots, tuple(seeds.values()), infos, seed)
    manifest = {
        "source": source.name,
        "engines": {role: info.fingerprint for role, info in sorted(infos.items())},
        "checker": checker.name,
        "seed": seed,
    }
    with Journal(journal, manifest) as book:
        run = _Run(source, seeds, engines, desk, book, Allowance(budget, book.usage), progress)
        stopped_by = await run.finish(concurrency, budget.seconds)
        return run.collection(stopped_by, screen)


class _Run:
    """One call of `collect`."""

    def __init__(
        self,
        source: Source,
        seeds: Mapping[str, Problem],
        engines: Mapping[str, Engine],
        desk: Desk,
        book: Journal,
        allowance: Allowance,
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self._source = source
        self._seeds = seeds
        self._engines = engines
        self._desk = desk
        self._book = book
        self._allowance = allowance
        self._progress = progress
        self._failed: dict[str, list[Record]] = {}
        self._counts = [0, 0, 0]
        for key in seeds:
            if (records := book.records(key)) is not None:
                self._count(records)

    async def finish(self, concurrency: int, seconds: float | None) -> str | None:
        """Work until all seeds are done or a cap is reached; its name."""
        waiting = iter([key for key in self._seeds if self._book.records(key) is None])
        deadline = asyncio.timeout(seconds)
        try:
            async with deadline:
                await self._work_side_by_side(waiting, concurrency)
        except TimeoutError:
            if not deadline.expired():
                raise
            return "seconds"
        return self._allowance.stopped_by

    def collection(self, stopped_by: str | None, screen: Screen | None) -> Collection:
        """What there is so far, earlier calls included."""
        records: list[Record] = []
        for key in self._seeds:
            records.extend(self._book.records(key) or self._failed.get(key, []))
        return Collection(
            source=self._source.name,
            records=settled(records, screen),
            usage=self._book.usage,
            num_seeds=len(self._seeds),
            num_done=self._counts[0],
            stopped_by=stopped_by,
        )

    async def _work_side_by_side(self, waiting: Iterable[str], concurrency: int) -> None:
        async def worker() -> None:
            for key in waiting:
                await self._work(key, self._seeds[key])

        tasks = [asyncio.create_task(worker()) for _ in range(concurrency)]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _work(self, key: str, problem: Problem) -> None:
        making = self._source.make(problem, self._desk)
        replies: list[list[Reply]] | None = None
        failed, step = False, 0
        while True:
            made = await asyncio.to_thread(_advance, making, replies)
            if isinstance(made, _Made):
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
        if self._progress is not None:
            done, accepted, total = self._counts
            usage = self._book.usage
            self._progress(Progress(done, len(self._seeds), accepted, total, usage))

    def _count(self, records: Sequence[Record]) -> None:
        self._counts[0] += 1
        self._counts[1] += sum(record.accepted for record in records)
        self._counts[2] += len(records)

    async def _answer(self, seed: str, step: int, asks: Sequence[Ask]) -> list[list[Reply]] | None:
        """Replies to each ask, from the journal where they are there; `None` without budget."""
        keys: list[AskKey] = [(seed, step, _digest(place, ask)) for place, ask in enumerate(asks)]
        known = [dict(self._book.replies(key)) for key in keys]
        missing = [
            _Missing(place, ask, [n for n in range(ask.n) if n not in known[place]])
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
        self, role: str, wanted: "Sequence[_Missing]", keys: Sequence[AskKey]
    ) -> list[dict[int, Reply]] | None:
        if role not in self._engines:
            raise UnknownNameError("engine role", role, self._engines)
        engine = self._engines[role]
        worst = worst_case([(one.ask, len(one.numbers)) for one in wanted], engine.info)
        if not await self._allowance.reserve(worst):
            return None
        spent = Usage()
        try:
            rows = await _sampled(
                engine,
                [
                    one.request(self._desk.seed, key[0])
                    for one, key in zip(wanted, keys, strict=True)
                ],
            )
            replies = [one.replies(row) for one, row in zip(wanted, rows, strict=True)]
            for key, got in zip(keys, replies, strict=True):
                spent = sum((one.usage for one in got.values()), spent)
                await self._book.keep(key, got)
        finally:
            await self._allowance.settle(worst, spent)
        return replies


@dataclass(frozen=True, slots=True)
class _Missing:
    """Samples of an ask that are still to be drawn."""

    place: int
    ask: Ask
    numbers: list[int]

    def request(self, root: int, seed: str) -> GenerateRequest:
        """The request, with seeds in the 32 bits that every backend takes."""
        path = ("source", root, seed, _digest(self.place, self.ask))
        seeds = tuple(one >> 32 for one in derive_each(path, self.numbers))
        return GenerateRequest(self.ask.prompt, self.ask.params, seeds)

    def replies(self, rows: Sequence[Completion]) -> dict[int, Reply]:
        """Replies by number."""
        made = (Reply.of(self.ask, row) for row in rows)
        return dict(zip(self.numbers, made, strict=True))


@dataclass(frozen=True, slots=True)
class _Made:
    records: list[Record]


_Advanced: TypeAlias = Sequence[Ask] | _Made


def _advance(making: Making, replies: Sequence[Sequence[Reply]] | None) -> _Advanced:
    """The source's next asks, or its records; runs in a thread, since programs may run in it."""
    try:
        return next(making) if replies is None else making.send(replies)
    except StopIteration as stop:
        return _Made(stop.value)


async def _sampled(engine: Engine, requests: Sequence[GenerateRequest]) -> list[list[Completion]]:
    """Completions; a prompt that does not fit the model fails alone."""
    try:
        return await engine.generate(requests)
    except ContextError as error:
        if len(requests) > 1:
            return [(await _sampled(engine, [one]))[0] for one in requests]
        why = f"ContextError: {error}"
        return [[Completion("", "error", seed, error=why) for seed in requests[0].seeds]]


def _checked(problems: Iterable[Problem]) -> dict[str, Problem]:
    """Seeds by key."""
    seeds: dict[str, Problem] = {}
    ids: set[str] = set()
    for problem in problems:
        if problem.split.lower() in HELD_OUT:
            raise DataError(
                f"problem {problem.id!r} is from split {problem.split!r}, which is held out; "
                "make training data from the train split"
            )
        if problem.id in ids:
            raise DataError(f"two seed problems have the id {problem.id!r}; give each its own")
        ids.add(problem.id)
        seeds[_seed_key(problem)] = problem
    return seeds


def _seed_key(problem: Problem) -> str:
    asked = problem.question
    parts = [asked.text, asked.context, list(asked.choices), dict(asked.fields), problem.gold]
    content = json.dumps(parts, sort_keys=True)
    return f"{problem.id}#{hashlib.blake2b(content.encode(), digest_size=6).hexdigest()}"


def _digest(place: int, ask: Ask) -> str:
    prompt = [[turn.role, turn.content] for turn in ask.prompt.messages]
    content = json.dumps([place, ask.engine, prompt, ask.prompt.prefix, ask.params.settings()])
    return hashlib.blake2b(content.encode(), digest_size=8).hexdigest()

"""Making a data set from a plan: draw problems, verify solutions, drop repeats, write shards.

The same plan gives the same bytes, whatever the number of workers and interruptions: every shard
holds the state from which the next one starts. Memory is one shard, a few batches, and 8 bytes per
problem.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from underdog.data.dataset.arrow import Table, arrow
from underdog.data.dataset.card.data_card import (
    DataCard,
    Decontamination,
    SourceCount,
    check_files,
    read_card,
)
from underdog.data.dataset.card.page import write_card
from underdog.data.dataset.card.plan import MakePlan
from underdog.data.dataset.progress import ProgressClock, WriteProgress
from underdog.data.dataset.seen import Seen, marks_of
from underdog.data.dataset.shard_writer import ShardWriter
from underdog.data.dataset.shards import read_table
from underdog.data.decontamination import ContaminationIndex, Protection
from underdog.data.decontamination.protection import card_facts
from underdog.data.decontamination.repeats import RepeatCount
from underdog.data.making.feed import Feed, FeedState, Taken
from underdog.data.making.interleave import Exposure, Interleaver
from underdog.data.workers import Workers
from underdog.errors import ConfigError
from underdog.toml_file import StrictTable


def make(
    plan: MakePlan,
    folder: Path,
    *,
    name: str = "",
    licence: str = "apache-2.0",
    jsonl: bool = True,
    workers: int = 1,
    tests: Protection | None = None,
    progress: Callable[[WriteProgress], object] = lambda _: None,
) -> DataCard:
    """Make a data set, or resume an interrupted one.

    Args:
        plan: Plan of the data set.
        folder: Folder of the data set; created when missing.
        name: Name on the card; the folder's when empty.
        licence: SPDX name of the data's licence.
        jsonl: Whether to write the rows as JSON lines too.
        workers: Processes that draw and verify; 1 is this process.
        tests: Test sets to leave out, from `protect()`; `None` compares with none, and the card
            records that.
        progress: Called at the start and after every shard.

    Returns:
        The card, also on disk.

    Raises:
        ConfigError: The folder holds another data set, or one compared with other test sets.
        DataError: A family has no item of the split, or a file is damaged.
    """
    finished = read_card(folder)
    if finished is not None:
        _same(finished.plan, plan, folder)
        _same_tests(finished.decontamination, tests, folder)
        check_files(finished, folder)
        return finished
    with Workers(workers, tests and tests.index) as hands:
        maker = _DatasetMaker(plan, folder, hands, jsonl, tests)
        maker.resume()
        maker.run(progress)
        card = maker.card(name or folder.resolve().name, licence)
    write_card(folder, card)
    return card


class ShardState(StrictTable):
    """State in a shard's metadata: the plan, the state of each family, the test sets' digest."""

    plan: MakePlan
    feeds: tuple[FeedState, ...]
    tests: str = ""


class _DatasetMaker:
    """One data set in the making."""

    def __init__(
        self,
        plan: MakePlan,
        folder: Path,
        workers: Workers[ContaminationIndex],
        jsonl: bool,
        tests: Protection | None,
    ) -> None:
        self._tests = tests
        self._plan = plan
        self._folder = folder
        self._workers = workers
        self._shards = ShardWriter(folder, ShardState, plan.split, jsonl=jsonl, workers=workers)
        self._seen = Seen()
        self._states = [FeedState() for _ in plan.sources]
        self._num_slots = 0

    def resume(self) -> None:
        """Continue from the shards on disk, in order up to the first missing one."""
        for path, state in self._shards.resume():
            _same(state.plan, self._plan, self._folder)
            if state.tests != self._digest:
                raise _other_tests(self._folder)
            keys = read_table(path, ["key"]).column("key").unique().to_pylist()
            self._seen.add(marks_of(keys))
            self._states = list(state.feeds)
            self._num_slots = sum(one.wanted for one in self._states)

    def run(self, progress: Callable[[WriteProgress], object]) -> None:
        """Write the missing shards."""
        report = ProgressClock(progress, self._done(), self._plan.count)
        feeds = [
            Feed(self._plan, number, state, self._workers)
            for number, state in enumerate(self._states)
        ]
        while self._num_slots < self._plan.count and not all(one.saturated for one in self._states):
            self._next_shard(feeds)
            report(self._done())

    def card(self, name: str, licence: str) -> DataCard:
        """The card of the shards written so far."""
        counts = tuple(
            SourceCount(
                source=source.spec,
                wanted=state.wanted,
                problems=state.problems,
                rows=state.rows,
                drawn=state.next,
                repeats=state.repeats,
                refused=state.refused,
                saturated=state.saturated,
            )
            for source, state in zip(self._plan.sources, self._states, strict=True)
        )
        rows = sum(count.rows for count in counts)
        return DataCard(
            name=name,
            licence=licence,
            split=self._plan.split,
            problems=sum(count.problems for count in counts),
            rows=rows,
            verified=rows if self._plan.verify else 0,
            sources=counts,
            shards=self._shards.finish(),
            plan=self._plan,
            decontamination=self._decontamination(),
        )

    def _decontamination(self) -> Decontamination:
        """The comparison with test sets, from the counts of all families."""
        left_out = RepeatCount.of(state.copies for state in self._states)
        checked = sum(one.problems + one.repeats for one in self._states) + left_out.total
        return card_facts(self._tests, checked, left_out)

    @property
    def _digest(self) -> str:
        return self._tests.digest if self._tests else ""

    def _next_shard(self, feeds: Sequence[Feed]) -> None:
        size = min(self._plan.shard_problems, self._plan.count - self._num_slots)
        done = [Exposure(state.wanted, state.wanted) for state in self._states]
        turns = Interleaver([source.share for source in self._plan.sources], done)
        order = np.array(turns.choose([[1] * size] * len(feeds), size))
        taken = [
            feed.take(int((order == number).sum()), self._seen) for number, feed in enumerate(feeds)
        ]
        self._states = [feed.state for feed in feeds]
        self._num_slots += size
        table = _in_order(order, taken)
        state = ShardState(plan=self._plan, feeds=tuple(self._states), tests=self._digest)
        self._shards.write(table, state)

    def _done(self) -> int:
        return sum(state.problems for state in self._states)


def _in_order(order: "np.typing.NDArray[np.int64]", taken: Sequence[Taken]) -> Table:
    """The rows of all families, sorted by `order`, the family of each problem."""
    ranks = [
        np.flatnonzero(order == number)[one.problem_of_row] for number, one in enumerate(taken)
    ]
    rows = arrow().concat_tables([one.rows for one in taken])
    return rows.take(np.argsort(np.concatenate(ranks), kind="stable"))


def _same(made: MakePlan | None, asked: MakePlan, folder: Path) -> None:
    if made == asked:
        return
    if made is None:
        raise ConfigError(f"{folder} holds a data set of another kind; choose another folder")
    before, now = made.model_dump(), asked.model_dump()
    name = next(name for name in now if before[name] != now[name])
    raise ConfigError(
        f"{folder} holds a data set made with {name}={_brief(before[name])}, now "
        f"{name}={_brief(now[name])} is asked for; choose another folder or remove this one"
    )


def _same_tests(made: Decontamination | None, tests: Protection | None, folder: Path) -> None:
    if tests is not None and (made is None or made.digest != tests.digest):
        raise _other_tests(folder)


def _other_tests(folder: Path) -> ConfigError:
    return ConfigError(
        f"{folder} holds a data set that was compared with other test sets than those that are "
        "here now, by older rules, or with none; choose another folder, or give the same "
        "--data-dir, --test-file and --decontaminate"
    )


def _brief(value: object) -> str:
    text = str(value)
    return text if len(text) <= 80 else f"{text[:77]}..."

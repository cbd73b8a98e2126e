"""New problems of one family for a data set, from batches that workers make ahead of need.

A family whose last 2,000 draws gave no new problem is saturated: its problems, within the split and
the knobs, are used up.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from underdog.data.dataset.arrow import Table, arrow
from underdog.data.dataset.card.plan import MakePlan
from underdog.data.dataset.columns import schema
from underdog.data.dataset.seen import Seen
from underdog.data.decontamination.repeats import Repeat, counted, with_repeats
from underdog.data.making.batches import Batch, Made, Refusal, make_clear, unpacked
from underdog.data.workers import Pending, Workers
from underdog.toml_file import StrictTable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from underdog.data.decontamination import ContaminationIndex

PATIENCE = 2_000
_BATCH = 1_000
_SMALLEST = 50


class FeedState(StrictTable):
    """Counts of a family so far, and the place from which to resume.

    Attributes:
        wanted: Problems asked for.
        problems: Distinct problems given.
        rows: Rows given.
        next: Number of the next draw, from 0; equals the number of draws so far.
        stale: Draws since the last new problem.
        repeats: Draws whose canonical key had been drawn before.
        refused: Number of solutions left out, by form and reason.
        copies: Number of items left out because they repeat a test item, by test set and rule.
        saturated: Whether the last 2,000 draws gave no new problem.
    """

    wanted: int = 0
    problems: int = 0
    rows: int = 0
    next: int = 0
    stale: int = 0
    repeats: int = 0
    refused: Mapping[str, Mapping[str, int]] = {}
    copies: Mapping[str, Mapping[str, int]] = {}
    saturated: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """New problems of a family.

    Attributes:
        rows: Rows of the problems, in the order of the draws.
        problem_of_row: Index of each row's problem among the new problems.
    """

    rows: Table
    problem_of_row: "NDArray[np.int64]"


@dataclass(frozen=True, slots=True)
class _Opened:
    """A batch that a worker has made, unpacked."""

    start: int
    rows: Table
    draws: "NDArray[np.int32]"
    marks: "NDArray[np.uint64]"
    refusals: tuple[Refusal, ...]
    copies: Mapping[int, Repeat]


class Feed:
    """The new problems of one family of a plan.

    Args:
        plan: The plan.
        number: Index of the family among the plan's sources.
        state: Counts and place from which to go on.
        workers: Processes that make the batches.
    """

    def __init__(
        self, plan: MakePlan, number: int, state: FeedState, workers: "Workers[ContaminationIndex]"
    ) -> None:
        self.state = state
        self._plan = plan
        self._stream = plan.streams[number]
        self._workers = workers
        self._ahead = 1 if workers.count == 1 else max(2, ceil(workers.count / len(plan.sources)))
        self._asked = state.next
        self._coming: deque[tuple[int, Pending[Made]]] = deque()
        self._open: _Opened | None = None

    def take(self, need: int, seen: Seen) -> Taken:
        """The next `need` problems not in `seen`, which get added to it; fewer once saturated."""
        tables: list[Table] = [schema().empty_table()]
        problems: list[NDArray[np.int64]] = []
        found = 0
        while found < need and not self.state.saturated:
            table, problem = self._some(need - found, seen)
            tables.append(table)
            problems.append(problem + found)
            found += int(problem[-1]) + 1 if len(problem) else 0
        self.state = self.state.model_copy(update={"wanted": self.state.wanted + need})
        rows = arrow().concat_tables(tables)
        return Taken(rows, np.concatenate([np.empty(0, dtype=np.int64), *problems]))

    def _some(self, need: int, seen: Seen) -> "tuple[Table, NDArray[np.int64]]":
        """At most `need` new problems from the rest of the open batch: rows, and problem by row."""
        batch = self._batch(need)
        at = self.state.next - batch.start
        with_rows = np.unique(batch.draws)
        with_rows = with_rows[with_rows >= at]
        new = with_rows[seen.fresh(batch.marks[with_rows])]
        before = np.concatenate([[at - 1 - self.state.stale], new[:-1]]) if len(new) else new
        late = np.flatnonzero(new - before > PATIENCE)
        new = new[: int(late[0])] if len(late) else new
        kept = new[:need]
        last = int(kept[-1]) if len(kept) else at - 1 - self.state.stale
        end = int(kept[-1]) + 1 if len(kept) == need else min(len(batch.marks), last + 1 + PATIENCE)
        seen.add(batch.marks[kept])
        rows = np.flatnonzero(np.isin(batch.draws, kept))
        self._count(batch, at, end, len(kept), len(rows), stale=end - 1 - last)
        return batch.rows.take(rows), np.searchsorted(kept, batch.draws[rows])

    def _count(
        self, batch: _Opened, at: int, end: int, problems: int, rows: int, stale: int
    ) -> None:
        here = range(at, end)
        refusals = [(one.form, one.reason) for one in batch.refusals if one.draw in here]
        copies = [repeat for draw, repeat in batch.copies.items() if draw in here]
        draws = np.unique(batch.draws)
        given = int(np.count_nonzero((draws >= at) & (draws < end)))
        self.state = self.state.model_copy(
            update={
                "problems": self.state.problems + problems,
                "rows": self.state.rows + rows,
                "next": batch.start + end,
                "stale": stale,
                "repeats": self.state.repeats + given - problems,
                "refused": counted(self.state.refused, refusals),
                "copies": with_repeats(self.state.copies, copies),
                "saturated": stale >= PATIENCE,
            }
        )

    def _batch(self, need: int) -> _Opened:
        """The batch that holds the next draw."""
        here = self._open
        if here is not None and self.state.next < here.start + len(here.marks):
            self._ask_ahead(need)
            return here
        self._open = None
        self._ask_ahead(need)
        if not self._coming:
            self._ask(need)
        start, pending = self._coming.popleft()
        made = pending.take()
        self._open = _Opened(
            start,
            unpacked(made.rows),
            np.frombuffer(made.draws, dtype=np.int32),
            np.frombuffer(made.marks, dtype=np.uint64),
            made.refusals,
            made.copies,
        )
        return self._open

    def _ask_ahead(self, need: int) -> None:
        """Request batches ahead, but no more items than the plan can still use."""
        share = ceil(self._stream.family.share * self._plan.count) + 1
        while len(self._coming) < self._ahead:
            useful = max(need, share - self.state.problems) - (self._asked - self.state.next)
            if useful <= 0:
                return
            self._ask(useful)

    def _ask(self, useful: int) -> None:
        count = min(_BATCH, max(_SMALLEST, useful))
        batch = Batch(self._stream, self._asked, count)
        self._coming.append((self._asked, self._workers.ask_sharing(make_clear, batch)))
        self._asked += count

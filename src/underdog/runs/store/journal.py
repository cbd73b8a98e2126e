"""The journal of a store: runs, their arms, finished items, and events.

An item is one problem under one arm. It is written once, when it is finished: a second write of the
same item changes nothing. Finished items of a resumed run are read back instead of being computed.
"""
# ruff: noqa: S608  # statements are put together from the schema's own names only

import json
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from operator import attrgetter
from typing import Any

from underdog.core import Candidate, Outcome, Usage
from underdog.errors import StoreError
from underdog.measure.results import ArmResult, ItemResult
from underdog.runs.manifest import Manifest, refuse_other
from underdog.runs.store.checksums import real, row_checksum
from underdog.runs.store.database import Database
from underdog.runs.store.row_codec import cell_text, text_cell, usage_row
from underdog.runs.store.schema import USAGE_COLUMNS
from underdog.runs.store.store_errors import readable

_ITEM_COLUMNS = (
    "problem_id",
    "status",
    "score",
    "confidence",
    "answer",
    "num_solutions",
    "group_name",
    "failure",
    "grader",
    *USAGE_COLUMNS,
)
_OUTCOME_COLUMNS = (
    *_ITEM_COLUMNS,
    "arm_id",
    "place",
    "grade_detail",
    "sampled",
    "stopped_by",
    "error",
    "decision",
    "checksum",
)
_ADD_OUTCOME = (
    f"INSERT INTO outcome ({', '.join(_OUTCOME_COLUMNS)}) "
    f"VALUES ({', '.join('?' * len(_OUTCOME_COLUMNS))}) "
    "ON CONFLICT (arm_id, problem_id) DO UPDATE SET "
    f"{', '.join(f'{name} = excluded.{name}' for name in _OUTCOME_COLUMNS)} "
    "WHERE outcome.grader <> excluded.grader OR outcome.failure <> ''"
)
_DROP_OUTCOME = "DELETE FROM outcome WHERE arm_id = ? AND problem_id = ?"
_CANDIDATE = tuple(column.name for column in fields(Candidate))
_candidate_values = attrgetter(*_CANDIDATE)
_READ_ITEMS = f"SELECT {', '.join(_OUTCOME_COLUMNS)} FROM outcome WHERE arm_id = ? ORDER BY place"
_ADD_RUN = (
    "INSERT OR IGNORE INTO run (name, manifest, started_unix_s, checksum) VALUES (?, ?, ?, ?)"
)
_ADD_ARM = "INSERT OR IGNORE INTO arm (run_id, key, name, checksum) VALUES (?, ?, ?, ?)"
_ADD_EVENT = "INSERT INTO event (run_id, kind, detail, at_unix_s, checksum) VALUES (?, ?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class ArmKey:
    """Identity of an arm in a run: what its items depend on beyond the run's manifest.

    Attributes:
        model: Model name of the main engine.
        form: Name of the form.
        strategy: The strategy's name with all its parameters.
        budget: The caps, as JSON.
        engines: Engine fingerprints by role, sampling parameters and seed, as JSON.
    """

    model: str
    form: str
    strategy: str
    budget: str
    engines: str


@dataclass(frozen=True, slots=True)
class Event:
    """An event of a run, at a Unix time in seconds.

    Kinds: `started`, `resumed`, `item failed`, `graded again` and `damaged rows`.
    """

    kind: str
    detail: str
    at_unix_s: float


class Journal:
    """The runs of one store file. Use `Store.journal`."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def begin(self, name: str, manifest: Manifest) -> "Run":
        """Start the run `name`, or resume it.

        Raises:
            StoreError: A run of that name was made with another manifest; the message names the
                difference.
        """
        text = manifest.to_json()
        with self._database.transaction() as connection:
            checksum = row_checksum((name, text))
            connection.execute(_ADD_RUN, (name, text, self._clock(), checksum))
            fresh = connection.execute("SELECT changes()").fetchone()[0] == 1
        sql = "SELECT id, manifest, checksum FROM run WHERE name = ?"
        number, stored, checksum = self._database.read(sql, (name,))[0]
        _check(self._database, "run", (name, stored), checksum)
        with readable(self._database.path):
            refuse_other(self._database.path, name, stored, text)
        run = Run(self._database, number, name, self._clock)
        run.note("started" if fresh else "resumed")
        return run

    def runs(self) -> list["Run"]:
        """All runs, oldest first."""
        rows = self._database.read("SELECT id, name, manifest, checksum FROM run ORDER BY id")
        for _, name, manifest, checksum in rows:
            _check(self._database, "run", (name, manifest), checksum)
        return [Run(self._database, number, name, self._clock) for number, name, *_ in rows]


class Run:
    """One run of a store. Made by `Journal.begin`."""

    def __init__(
        self, database: Database, number: int, name: str, clock: Callable[[], float]
    ) -> None:
        self.name = name
        self._database = database
        self._number = number
        self._clock = clock

    @property
    def manifest(self) -> dict[str, Any]:
        """The run's manifest, parsed from JSON."""
        sql = "SELECT manifest FROM run WHERE id = ?"
        with readable(self._database.path):
            return json.loads(self._database.read(sql, (self._number,))[0][0])

    def arm(self, key: ArmKey, name: str) -> "ArmRecord":
        """The record of one arm, created when missing."""
        text = json.dumps(asdict(key), sort_keys=True)
        with self._database.transaction() as connection:
            checksum = row_checksum((self._number, text, name))
            connection.execute(_ADD_ARM, (self._number, text, name, checksum))
            sql = "SELECT id FROM arm WHERE run_id = ? AND key = ?"
            number = connection.execute(sql, (self._number, text)).fetchone()[0]
        return ArmRecord(self._database, self, number)

    def results(self) -> list[ArmResult]:
        """All arms with their finished items, in the order in which the arms were begun."""
        sql = "SELECT id, key, name, checksum FROM arm WHERE run_id = ? ORDER BY id"
        arms: list[ArmResult] = []
        for number, text, name, checksum in self._database.read(sql, (self._number,)):
            _check(self._database, "arm", (self._number, text, name), checksum)
            with readable(self._database.path):
                key = ArmKey(**json.loads(text))
            items = tuple(ArmRecord(self._database, self, number).items())
            arms.append(ArmResult(name, key.model, key.form, key.strategy, items))
        return arms

    def note(self, kind: str, detail: str = "") -> None:
        """Add an event."""
        row = (self._number, kind, text_cell(detail), real(self._clock()))
        with self._database.transaction() as connection:
            connection.execute(_ADD_EVENT, (*row, row_checksum(row)))

    def events(self) -> list[Event]:
        """All events, oldest first."""
        sql = "SELECT kind, detail, at_unix_s, checksum FROM event WHERE run_id = ? ORDER BY id"
        rows = self._database.read(sql, (self._number,))
        for *cells, checksum in rows:
            _check(self._database, "event", (self._number, *cells), checksum)
        with readable(self._database.path):
            return [Event(kind, cell_text(detail) or "", at) for kind, detail, at, _ in rows]


class ArmRecord:
    """The finished items of one arm. Made by `Run.arm`."""

    def __init__(self, database: Database, run: Run, number: int) -> None:
        self.run = run
        self._database = database
        self._number = number

    @property
    def damaged_rows(self) -> int:
        """Number of damaged rows found so far in the arm's store."""
        return len(self._database.damaged)

    def items(self) -> list[ItemResult]:
        """Finished items, in the order of their problems; damaged ones are left out."""
        sound: list[tuple[Any, ...]] = []
        for *cells, checksum in self._database.read(_READ_ITEMS, (self._number,)):
            if row_checksum(tuple(cells)) == checksum:
                sound.append(tuple(cells))
            else:
                self._database.note_damage("outcome", self._number, cells[0])
        with readable(self._database.path):
            return [_row_item(row[: len(_ITEM_COLUMNS)]) for row in sound]

    async def finish(
        self, place: int, item: ItemResult, outcome: Outcome, grade_detail: str
    ) -> None:
        """Write a finished item, in one transaction with the writes of concurrent tasks.

        An item that is already stored is overwritten only if it failed, was damaged, or was
        graded by something else.

        Args:
            place: Position of the problem in the run.
            item: The graded result.
            outcome: The outcome that was graded.
            grade_detail: The grader's reason for its verdict.
        """
        row = (
            *_item_row(item),
            self._number,
            place,
            text_cell(grade_detail),
            outcome.sampled,
            outcome.stopped_by,
            text_cell(outcome.error),
            _decision_json(outcome),
        )
        checked = (*row, row_checksum(row))
        place_of_row = (self._number, row[0])

        def write(connection: sqlite3.Connection) -> None:
            if ("outcome", *place_of_row) in self._database.damaged:
                connection.execute(_DROP_OUTCOME, place_of_row)
            connection.execute(_ADD_OUTCOME, checked)

        await self._database.group_commit.write(write)


def _item_row(item: ItemResult) -> Sequence[Any]:
    return (
        text_cell(item.problem_id),
        item.status,
        real(item.score),
        real(item.confidence),
        text_cell(item.answer),
        item.num_solutions,
        text_cell(item.group),
        text_cell(item.failure),
        item.grader,
        *usage_row(item.usage),
    )


def _row_item(row: tuple[Any, ...]) -> ItemResult:
    problem_id, status, score, confidence, answer, num_solutions, group, failure, grader = row[:9]
    return ItemResult(
        problem_id=cell_text(problem_id) or "",
        status=status,
        score=score,
        usage=Usage(*row[9:]),
        confidence=confidence,
        answer=cell_text(answer),
        num_solutions=num_solutions,
        group=cell_text(group) or "",
        failure=cell_text(failure) or "",
        grader=grader,
    )


def _check(database: Database, table: str, cells: tuple[object, ...], checksum: int) -> None:
    """Raise `StoreError` for a damaged row without which the run cannot be understood."""
    if row_checksum(cells) != checksum:
        raise StoreError(
            f"rollout store {database.path}: a row of table {table} is damaged; restore a copy, "
            "or give another file with --run to start anew"
        )


def _decision_json(outcome: Outcome) -> str:
    """The decision as JSON; solutions are given by engine, form and index, not copied."""
    decision = outcome.decision
    chosen = decision.solution
    return json.dumps(
        {
            "answer": decision.answer,
            "confidence": decision.confidence,
            "reason": decision.reason,
            "candidates": [
                dict(zip(_CANDIDATE, _candidate_values(one), strict=True))
                for one in decision.candidates
            ],
            "chosen": None if chosen is None else [chosen.engine, chosen.form, chosen.index],
            "drawn": [[one.engine, one.form, one.index] for one in outcome.solutions],
        }
    )

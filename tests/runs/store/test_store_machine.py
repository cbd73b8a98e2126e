"""The store against a model of itself, with crashes between and inside any two operations."""

import asyncio
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from underdog.core import Decision, Outcome, PoolKey, Solution, StoredScore, TokenTrace, Usage
from underdog.measure.results import ItemResult
from underdog.runs.manifest import Manifest
from underdog.runs.store.journal import ArmKey
from underdog.runs.store.store import Store

MANIFEST = Manifest("sums", "test", None, 3, "hash", {}, "0.1.0")
POOLS = [PoolKey("sums", f"q{number}", "e", "f", "p", "s", 1 << 63) for number in range(3)]
indices = st.lists(st.integers(0, 6), max_size=4, unique=True)
pools = st.sampled_from(POOLS)


class StoreMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.number = 0
        self.solutions: dict[tuple[PoolKey, int], Solution] = {}
        self.scores: dict[tuple[PoolKey, int], StoredScore] = {}
        self.items: dict[str, ItemResult] = {}
        self.stamp = 0
        self.open()

    def open(self) -> None:
        self.store = Store(self.folder / f"{self.number}.sqlite")
        self.arm = self.store.journal.begin("run", MANIFEST).arm(
            ArmKey("m", "f", "s", "b", "e"), "arm"
        )

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.folder)

    def new(self, index: int) -> Solution:
        self.stamp += 1
        trace = TokenTrace((-0.1 * self.stamp,))
        return Solution(index, "main", "f", f"text {self.stamp}", "1", "1", trace=trace)

    @rule(pool=pools, chosen=indices)
    def add_solutions(self, pool: PoolKey, chosen: list[int]) -> None:
        fresh = [self.new(index) for index in chosen]
        self.store.add_solutions(pool, fresh)
        for one in fresh:
            self.solutions.setdefault((pool, one.index), one)

    @rule(pool=pools, chosen=indices, score=st.none() | st.floats(-1, 1))
    def add_scores(self, pool: PoolKey, chosen: list[int], score: float | None) -> None:
        fresh = {index: StoredScore(score, Usage(verifier_calls=index)) for index in chosen}
        self.store.add_scores(pool, "v", fresh)
        for index, one in fresh.items():
            self.scores.setdefault((pool, index), one)

    @rule(place=st.integers(0, 3), score=st.floats(0, 1))
    def finish_item(self, place: int, score: float) -> None:
        item = ItemResult(f"q{place}", "right", score, Usage(calls=place))
        asyncio.run(self.arm.finish(place, item, Outcome(item.problem_id, "s", Decision("1")), ""))
        self.items.setdefault(item.problem_id, item)

    @rule()
    def close_and_open(self) -> None:
        self.store.close()
        self.open()

    @rule()
    def die(self) -> None:
        """Go on from the files as a killed process leaves them."""
        self._continue_from_copy()

    @rule(pool=pools, chosen=indices)
    def die_inside_a_transaction(self, pool: PoolKey, chosen: list[int]) -> None:
        with suppress(InterruptedError), self.store.database.transaction() as connection:
            connection.execute("INSERT INTO event VALUES (NULL, 1, 'half', 'done', 0.0, 0)")
            connection.execute("DELETE FROM solution")
            old = self.store
            self._continue_from_copy(close=False)
            raise InterruptedError
        old.close()
        assert all(event.kind != "half" for event in self.arm.run.events())

    @precondition(lambda self: self._log().exists())
    @rule(share=st.floats(0, 1))
    def lose_power(self, share: float) -> None:
        """Lose the end of the log: what is left must be true, though some of it may be missing."""
        self._continue_from_copy(keep_share=share)
        for pool in POOLS:
            rows = {(pool, one.index): one for one in self.store.solutions(pool, 0, 99)}
            assert rows.items() <= self.solutions.items()
            scores = {
                (pool, index): one for index, one in self.store.scores(pool, "v", range(9)).items()
            }
            assert scores.items() <= self.scores.items()
            self.solutions = {
                key: one for key, one in self.solutions.items() if key[0] != pool or key in rows
            }
            self.scores = {
                key: one for key, one in self.scores.items() if key[0] != pool or key in scores
            }
        kept = {item.problem_id: item for item in self.arm.items()}
        assert kept.items() <= self.items.items()
        self.items = kept

    @invariant()
    def everything_kept_is_there_and_nothing_else(self) -> None:
        for pool in POOLS:
            rows = {(pool, one.index): one for one in self.store.solutions(pool, 0, 99)}
            assert rows == {key: one for key, one in self.solutions.items() if key[0] == pool}
            scores = self.store.scores(pool, "v", range(9))
            assert scores == {key[1]: one for key, one in self.scores.items() if key[0] == pool}
        assert {item.problem_id: item for item in self.arm.items()} == self.items

    def _log(self) -> Path:
        return self.folder / f"{self.number}.sqlite-wal"

    def _continue_from_copy(self, close: bool = True, keep_share: float = 1.0) -> None:
        old, log = self.folder / f"{self.number}.sqlite", self._log()
        self.number += 1
        shutil.copy(old, self.folder / f"{self.number}.sqlite")
        if log.exists():
            data = log.read_bytes()
            self._log().write_bytes(data[: int(len(data) * keep_share)])
        if close:
            self.store.close()
        self.open()


StoreMachine.TestCase.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
TestStoreMachine = StoreMachine.TestCase

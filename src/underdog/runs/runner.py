"""Runs one arm over problems: concurrently, resumably, each answer graded when it is given.

Finished items are read back from the journal; the other problems are solved, graded by the task's
own checker, and written one by one, so that an interrupt or a kill loses only unfinished items
(whose sampled solutions are already in the store). Items that something else decided or graded
(another checker, form, sandbox, gold answer or underdog) are decided and graded again, on the same
samples. An item whose own code or verifier fails is recorded and counted as undecided; it neither
ends its siblings nor counts as finished, so that the next run tries it again. Errors that concern
the whole run end it.
"""

import asyncio
import json
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace

from underdog.core import Budget, Decision, Grade, Outcome, Problem, Quick, Strategy, Usage
from underdog.engines.fan_out import fan_out
from underdog.errors import (
    CONCERN_ALL,
    DataError,
    EngineError,
    UsageError,
    VerifierError,
)
from underdog.measure.results import ArmResult, ItemResult, ItemStatus
from underdog.runs.grader import graders, what_changed
from underdog.runs.store.journal import ArmKey, ArmRecord, Run
from underdog.strategies.running.bench import Bench
from underdog.strategies.running.run import solve

GRADED_AGAIN = "graded again"
DAMAGED = "damaged rows"
_log = logging.getLogger(__name__)
_NO_FAULT_OF_THE_MODEL = frozenset({"engine_error", "unsupported", "crashed"})


@dataclass(frozen=True, slots=True)
class Arm:
    """An arm: a strategy with a budget on a bench (a model, a form, a sampling).

    Attributes:
        name: Short name for tables, such as `0.5B cot majority@16`.
        strategy: The strategy.
        bench: Engines, form, task and sampling.
        budget: Caps per problem.
    """

    name: str
    strategy: Strategy
    bench: Bench
    budget: Budget = Budget()

    @property
    def key(self) -> ArmKey:
        """Identity of the arm in the journal: model, form, strategy, budget, sampling."""
        bench = self.bench
        engines = {role: engine.info.fingerprint for role, engine in bench.engines.items()}
        sampling = {
            "engines": engines,
            "params": bench.params.settings(),
            "root_seed": str(bench.root_seed),
            "max_tokens": bench.max_tokens,
        }
        return ArmKey(
            model=bench.engines["main"].info.model,
            form=bench.form,
            strategy=self.strategy.name,
            budget=json.dumps(asdict(self.budget), sort_keys=True),
            engines=json.dumps(sampling, sort_keys=True),
        )


@dataclass(frozen=True, slots=True)
class RunProgress:
    """Progress of an arm: items done, right answers, time.

    Attributes:
        done: Items finished or failed, those of earlier runs included.
        total: Number of items.
        resumed: Items finished by an earlier run.
        right: Items answered right so far.
        elapsed_s: Seconds since this run of the arm began.
    """

    done: int
    total: int
    resumed: int
    right: int
    elapsed_s: float

    @property
    def per_second(self) -> float:
        """Items per second in this run; 0 before the first item."""
        return (self.done - self.resumed) / self.elapsed_s if self.elapsed_s > 0 else 0.0

    @property
    def eta_s(self) -> float | None:
        """Estimated seconds to the end at the present rate; `None` before the first item."""
        return (self.total - self.done) / self.per_second if self.per_second > 0 else None


async def run_arm(
    arm: Arm,
    problems: Sequence[Problem],
    *,
    run: Run | None = None,
    concurrency: int = 16,
    progress: Callable[[RunProgress], None] | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> ArmResult:
    """Solve and grade every problem under one arm.

    Args:
        arm: The arm.
        problems: The problems, in the order of the result.
        run: Journal of finished items, for resuming; `None` keeps none.
        concurrency: Problems in flight at once. Results do not depend on it.
        progress: Called after every item.
        clock: Gives seconds from any origin, for `progress`.

    Raises:
        DataError: Two problems share an id.
        StoreError: The store cannot be written; finished items are kept.
        EngineError: The engine cannot work at all; finished items are kept.
    """
    if concurrency < 1:
        raise UsageError(f"concurrency={concurrency}; give 1 or more")
    _check_ids(problems)
    work = _Work(arm, problems, run, progress, clock)
    pending = iter(work.pending())
    await fan_out([work.drain(pending) for _ in range(min(concurrency, len(problems)))])
    work.close()
    return work.result()


class _Work:
    """The state of one arm being run."""

    def __init__(
        self,
        arm: Arm,
        problems: Sequence[Problem],
        run: Run | None,
        progress: Callable[[RunProgress], None] | None,
        clock: Callable[[], float],
    ) -> None:
        self._arm = arm
        self._problems = problems
        self._record: ArmRecord | None = run.arm(arm.key, arm.name) if run else None
        self._progress = progress
        self._clock = clock
        self._started = clock()
        self._graders = graders(arm.bench, problems)
        self._items: dict[str, ItemResult] = {}
        self._outdated: Counter[str] = Counter()
        for item in self._record.items() if self._record else ():
            self._take(item)
        self._right = sum(item.right for item in self._items.values())
        self._resumed = len(self._items)

    def _take(self, item: ItemResult) -> None:
        """Keep a stored item, unless it failed or something else graded it."""
        grader = self._graders.get(item.problem_id)
        if grader is None or item.failure:
            return
        if item.grader == grader:
            self._items[item.problem_id] = item
        else:
            self._outdated[what_changed(item.grader, grader)] += 1

    def pending(self) -> list[tuple[int, Problem]]:
        """Problems without a finished item, each with its place in the run."""
        return [
            (place, problem)
            for place, problem in enumerate(self._problems)
            if problem.id not in self._items
        ]

    async def drain(self, pending: Iterator[tuple[int, Problem]]) -> None:
        """Solve pending problems until none is left, yielding to other tasks between them."""
        for place, problem in pending:
            await asyncio.sleep(0)
            item = await self._finish(place, problem)
            self._items[problem.id] = item
            self._right += item.right
            self._report()

    def close(self) -> None:
        """Tell the run what was graded again and what was damaged."""
        if self._record is None:
            return
        for reason, count in self._outdated.items():
            text = f"{self._arm.name}: {count:,} results were graded again, as {reason}"
            self._record.run.note(GRADED_AGAIN, text)
        if damaged := self._record.damaged_rows:
            self._record.run.note(DAMAGED, f"{self._arm.name}: {damaged} rows so far")

    def result(self) -> ArmResult:
        key = self._arm.key
        items = tuple(self._items[problem.id] for problem in self._problems)
        return ArmResult(self._arm.name, key.model, key.form, key.strategy, items)

    async def _finish(self, place: int, problem: Problem) -> ItemResult:
        arm = self._arm
        try:
            outcome = await solve(arm.strategy, problem.question, arm.bench, arm.budget)
            if isinstance(arm.bench.task.checker, Quick):
                item, detail = _graded(outcome, problem, arm.bench)
            else:
                item, detail = await asyncio.to_thread(_graded, outcome, problem, arm.bench)
        except (EngineError, *CONCERN_ALL):
            raise
        except VerifierError as error:
            outcome = Outcome(problem.id, arm.strategy.name, Decision(None), error=str(error))
            item, detail = _undecided(problem, outcome), str(error)
        except Exception as error:  # noqa: BLE001  # boundary: one item's failure becomes data
            self._note_failure(problem, f"{type(error).__name__}: {error}")
            return ItemResult(problem.id, "undecided", 0.0, Usage(), group=group_of(problem))
        item = replace(item, grader=self._graders[problem.id])
        if item.failure:
            self._note_failure(problem, item.failure)
        failed = [one.detail for one in outcome.solutions if one.status == "engine_error"]
        if failed:
            why = f": {failed[0]}" if failed[0] else ""
            self._note_failure(problem, f"the engine failed on some of its samples{why}")
        elif self._record is not None:
            await self._record.finish(place, item, outcome, detail)
        return item

    def _note_failure(self, problem: Problem, reason: str) -> None:
        line = f"{self._arm.name}, {problem.id}: {reason}"
        _log.warning("item failed: %s", line)
        if self._record is not None:
            self._record.run.note("item failed", line)

    def _report(self) -> None:
        if self._progress is not None:
            elapsed_s = self._clock() - self._started
            total = len(self._problems)
            done = RunProgress(len(self._items), total, self._resumed, self._right, elapsed_s)
            self._progress(done)


def _graded(outcome: Outcome, problem: Problem, bench: Bench) -> tuple[ItemResult, str]:
    answer = outcome.decision.answer
    if outcome.verifier_failed:
        return _undecided(problem, outcome), outcome.error or ""
    if answer is None:
        status, score, detail = _unanswered(outcome), 0.0, outcome.error or ""
    else:
        grade: Grade = bench.task.checker.grade(answer, problem)
        status, score, detail = grade.status, grade.score, grade.detail
    item = ItemResult(
        problem_id=problem.id,
        status=status,
        score=score,
        usage=outcome.usage,
        confidence=outcome.decision.confidence,
        answer=answer,
        num_solutions=len(outcome.solutions),
        group=group_of(problem),
        read_again=outcome.read_again,
    )
    return item, detail


def _undecided(problem: Problem, outcome: Outcome) -> ItemResult:
    """The result of a problem whose verifier failed."""
    return ItemResult(
        problem_id=problem.id,
        status="undecided",
        score=0.0,
        usage=outcome.usage,
        num_solutions=len(outcome.solutions),
        group=group_of(problem),
        failure=outcome.error or "",
        read_again=outcome.read_again,
    )


def _unanswered(outcome: Outcome) -> ItemStatus:
    """`no_answer`, or `undecided` when every sample failed by no fault of the model."""
    statuses = {solution.status for solution in outcome.solutions}
    return "undecided" if statuses and statuses <= _NO_FAULT_OF_THE_MODEL else "no_answer"


def group_of(problem: Problem) -> str:
    """The cluster that a problem belongs to; empty when its task names none."""
    group = problem.meta.get("group", "")
    return group if isinstance(group, str) else json.dumps(group)


def _check_ids(problems: Sequence[Problem]) -> None:
    seen: set[str] = set()
    for problem in problems:
        if problem.id in seen:
            raise DataError(
                f"two problems have the id {problem.id!r}; ids must be unique in a task"
            )
        seen.add(problem.id)

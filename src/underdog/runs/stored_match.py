"""A match read back from its run: terms, results, and other strategies on its rollouts.

Nothing is sampled here, so no model is needed; for playing one see `match`.
"""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeAlias

from underdog.core import Outcome, Problem, RolloutStore, Sandbox, Task
from underdog.errors import StoreError, UnknownNameError, UnsupportedError
from underdog.measure.results import ArmResult
from underdog.runs.grader import graders, what_changed
from underdog.runs.manifest import describe
from underdog.runs.match import EVENT, Contender, Match, MatchRecord, Ring, gather, set_up
from underdog.runs.replay import ReplayEngine, replay_arm
from underdog.runs.store.journal import Run
from underdog.runs.store.store import Store
from underdog.strategies.running.run import solve
from underdog.tasks import load_task

Side: TypeAlias = Literal["small", "big"]


def recorded(run: Run) -> MatchRecord:
    """Record of a run's match, with the arms of all its continuations.

    Raises:
        StoreError: The run holds no match.
    """
    from pydantic import TypeAdapter

    adapter = TypeAdapter(MatchRecord)
    records = [adapter.validate_json(one.detail) for one in run.events() if one.kind == EVENT]
    if not records:
        raise StoreError(f"run {run.name!r} holds no match; make one with: underdog challenge")
    contenders = {
        side: replace(
            one,
            arms=tuple(
                dict.fromkeys(name for record in records for name in record.contenders[side].arms)
            ),
        )
        for side, one in records[-1].contenders.items()
    }
    return replace(records[-1], contenders=contenders)


def read_match(run: Run) -> Match:
    """Results of a run's match on the problems that all its arms have finished.

    Arms without a finished item are left out.

    Raises:
        StoreError: The run holds no match.
    """
    record = recorded(run)
    finished = {arm.name: arm for arm in run.results()}
    sides = {
        side: [finished[name] for name in one.arms if name in finished and finished[name].items]
        for side, one in record.contenders.items()
    }
    counts = Counter(
        item.problem_id for arms in sides.values() for arm in arms for item in arm.items
    )
    num_arms = sum(map(len, sides.values()))
    common = {problem_id for problem_id, count in counts.items() if count == num_arms}
    results = {side: [_only(arm, common) for arm in arms] for side, arms in sides.items()}
    return gather(run, record, results)


def find_run(store: Store, name: str) -> Run:
    """The run with the given name. Raises `UnknownNameError`."""
    runs = {run.name: run for run in store.journal.runs()}
    if name not in runs:
        raise UnknownNameError("run", name, runs)
    return runs[name]


def latest_runs(store: Store) -> list[Run]:
    """The newest run of every task and split in a store, in the order of their tasks' first runs.

    Raises:
        StoreError: The store holds no match.
    """
    newest: dict[str, Run] = {}
    for run in store.journal.runs():
        newest[run.name.partition(" ")[0]] = run
    if not newest:
        raise StoreError(f"{store.path} holds no match; make one with: underdog challenge")
    return list(newest.values())


def reopen(
    run: Run,
    store: RolloutStore,
    sandbox: Sandbox,
    *,
    task: Task | None = None,
    data_dir: str | Path | None = None,
) -> Ring:
    """The match of a run set up for replay, with `ReplayEngine`s in place of its models.

    Args:
        run: Run of the match.
        store: Store of the match's rollouts.
        sandbox: Where verifiers run programs.
        task: The match's task; `None` loads it by the spec stored in the run.
        data_dir: Folder with the task's data; the folder stored in the run when `None`.

    Raises:
        StoreError: The run holds no match, or the task's problems have changed since.
        UnknownNameError: There is no such task any more.
        DataError: The task's data is not on this machine.
        MissingExtraError: A package that reads the task's data is not installed.
    """
    record = recorded(run)
    task = task or load_task(record.task, data_dir or record.data_dir)
    contenders = {
        side: Contender(one.label, ReplayEngine(one.info), (), one.form)
        for side, one in record.contenders.items()
    }
    ring = set_up(task, contenders, replace(record.terms, split=record.split), store, sandbox)
    now = describe(ring.benches, ring.problems, task=task.name, split=ring.split)
    before = run.manifest
    known = before.get("questions")
    if known != now.questions if known else before["problems"] != now.problems:
        raise StoreError(
            f"task {record.task!r} has other problems now than when run {run.name!r} was made; "
            "replay needs the same data"
        )
    return ring


async def replay(
    ring: Ring,
    spec: str,
    *,
    side: Side = "small",
    order_seed: int | None = None,
    allow_short: bool = False,
) -> ArmResult:
    """Evaluate a strategy on a match's rollouts, under the match's budget.

    Args:
        ring: The match, reopened.
        spec: Strategy spec.
        side: Side whose rollouts are used.
        order_seed: Seed of a shuffled order of the pools; `None` keeps the order of sampling.
        allow_short: Accept pools that end before the strategy is done.

    Raises:
        StoreError: The pools end before the strategy is done.
    """
    arm = ring.arm(side, spec)
    return await replay_arm(arm, ring.problems, resample=order_seed, allow_short=allow_short)


@dataclass(frozen=True, slots=True)
class Refreshed:
    """A match whose results are all graded as they would be now.

    Attributes:
        match: The match.
        notes: What was graded again, or could not be, in words.
    """

    match: Match
    notes: tuple[str, ...] = ()


async def refreshed(match: Match, ring: Ring) -> Refreshed:
    """Decide, charge and grade again, from stored replies, what something else has graded."""
    notes: list[str] = []
    sides: dict[Side, tuple[ArmResult, ...]] = {"small": match.small, "big": match.big}
    for side, arms in sides.items():
        fresh = [await _refreshed_arm(arm, ring, side, notes) for arm in arms]
        sides[side] = tuple(fresh)
    return Refreshed(replace(match, small=sides["small"], big=sides["big"]), tuple(notes))


async def _refreshed_arm(arm: ArmResult, ring: Ring, side: Side, notes: list[str]) -> ArmResult:
    problems = {problem.id: problem for problem in ring.problems}
    now = graders(ring.benches[side], ring.problems)
    old: Counter[str] = Counter()
    stale: list[Problem] = []
    for item in arm.items:
        grader = now.get(item.problem_id, item.grader)
        if item.grader != grader and not item.failure:
            old[what_changed(item.grader, grader)] += 1
            stale.append(problems[item.problem_id])
    if not stale:
        return arm
    counted = ", ".join(f"{count:,} as {reason}" for reason, count in old.items())
    text = f"{arm.name}: {len(stale):,} of {len(arm.items):,} results"
    try:
        again = await replay(replace(ring, problems=stale), arm.strategy, side=side)
    except (StoreError, UnsupportedError) as error:
        notes.append(f"{text} are shown as they were graded then: {counted}; {error}.")
        return arm
    notes.append(f"{text} were decided, charged and graded again from stored replies: {counted}.")
    fresh = {item.problem_id: item for item in again.items}
    return replace(arm, items=tuple(fresh.get(one.problem_id, one) for one in arm.items))


async def outcomes(ring: Ring, spec: str, *, side: Side = "small") -> dict[str, Outcome]:
    """Outcomes of a strategy on the stored rollouts, by problem id.

    Problems whose verifier needs a model that is not here are left out.
    """
    arm = ring.arm(side, spec)
    found: dict[str, Outcome] = {}
    for problem in ring.problems:
        with suppress(StoreError, UnsupportedError):
            found[problem.id] = await solve(arm.strategy, problem.question, arm.bench, arm.budget)
    return found


def _only(arm: ArmResult, problem_ids: set[str]) -> ArmResult:
    return replace(arm, items=tuple(one for one in arm.items if one.problem_id in problem_ids))

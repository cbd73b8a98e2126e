"""Replays on a run's file: other strategies evaluated on the matches stored in it.

Nothing is sampled, so no model is needed. For one match see `stored_match`, for one arm `replay`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from underdog.core import Sandbox
from underdog.engines.sync import run as run_now
from underdog.errors import StoreError, UnknownNameError
from underdog.measure.summary import ArmSummary, summarize
from underdog.measure.verdict import Verdict, compare_all
from underdog.runs.curves import CurvePoint, curves, graded_pools
from underdog.runs.match import Ring
from underdog.runs.store.journal import Run
from underdog.runs.store.store import Store
from underdog.runs.stored_match import Side, latest_runs, read_match, reopen
from underdog.runs.stored_match import replay as replay_one
from underdog.sandbox import open_sandbox
from underdog.strategies import strategies

SIDES = get_args(Side)


@dataclass(frozen=True, slots=True)
class TaskReplay:
    """Replayed strategies and sample counts of one task.

    Attributes:
        run: Name of the run.
        arms: Summaries, one per strategy.
        curve: Accuracy against the number of samples; empty without counts.
        verdicts: Each further strategy against the first, corrected for their number.
        notes: What is to be known beside the numbers.
    """

    run: str
    arms: tuple[ArmSummary, ...]
    curve: tuple[CurvePoint, ...]
    verdicts: tuple[Verdict, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Strategies and sample counts to replay.

    Attributes:
        specs: Strategy specs; without specs and counts, those of the match are replayed.
        counts: Numbers of samples for the curve.
        side: Side whose rollouts are used.
        order_seed: Seed of a shuffled order of the samples; `None` keeps the order of sampling.
        allow_short: Accept pools smaller than a strategy's n.
    """

    specs: Sequence[str] = ()
    counts: Sequence[int] = ()
    side: Side = "small"
    order_seed: int | None = None
    allow_short: bool = False

    def __post_init__(self) -> None:
        if self.side not in SIDES:
            raise UnknownNameError("side", self.side, SIDES)
        for spec in self.specs:
            strategies.create(spec)


def replay(
    run: str | Path,
    *specs: str,
    counts: Sequence[int] = (),
    side: Side = "small",
    order_seed: int | None = None,
    allow_short: bool = False,
    sandbox: str = "auto",
    data_dir: str | Path | None = None,
) -> list[TaskReplay]:
    """Evaluate strategies on a run's stored rollouts, without its models.

    Args:
        run: The run's file, as `challenge(run=…)` writes it.
        specs: Strategy specs, such as `adaptive:max_n=8`; without specs and counts, those of the
            match are replayed.
        counts: Numbers of samples n for the curve: accuracy of a vote over n samples, on random
            subsets, and pass@n as an oracle bound.
        side: Side whose rollouts are used, `small` or `big`.
        order_seed: Seed of a shuffled order of the samples; `None` keeps the order of sampling.
        allow_short: Accept pools smaller than a strategy's n.
        sandbox: Sandbox for verifiers that run programs.
        data_dir: Folder with the task's data; the folder stored in the run when `None`.

    Returns:
        For the newest run of every task in the file, each strategy's accuracy with its 95%
        interval, and its cost.

    Raises:
        UsageError: A strategy or parameter is misspelt.
        StoreError: There is no such run, it holds no match, or its pools end before a strategy is
            done.
        DataError: The task's data is not on this machine.

    Example:
        >>> import tempfile
        >>> from underdog import challenge
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     _ = challenge("scripted:reply=4", tasks="addition:digits=1", limit=4,
        ...                   small_strategy="majority:n=4", run=f"{folder}/run.db")
        ...     [one] = replay(f"{folder}/run.db", "majority:n=2", "adaptive:max_n=4")
        >>> [arm.n for arm in one.arms]
        [4, 4]
    """
    wanted = Wanted(specs, counts, side, order_seed, allow_short)
    with existing_store(Path(run)) as store, open_sandbox(sandbox) as programs:
        return run_now(replays(wanted, store, programs, data_dir))


async def replays(
    wanted: Wanted, store: Store, sandbox: Sandbox, data_dir: str | Path | None = None
) -> list[TaskReplay]:
    """Replays on the newest match of every task in a store.

    Raises:
        StoreError: The store holds no match, or pools end before a strategy is done.
        DataError: A task's data is not on this machine.
    """
    return [
        await _on_task(run, store, reopen(run, store, sandbox, data_dir=data_dir), wanted)
        for run in latest_runs(store)
    ]


async def _on_task(run: Run, store: Store, ring: Ring, wanted: Wanted) -> TaskReplay:
    specs = wanted.specs or (() if wanted.counts else _played(run, wanted.side))
    arms = [
        await replay_one(
            ring,
            spec,
            side=wanted.side,
            order_seed=wanted.order_seed,
            allow_short=wanted.allow_short,
        )
        for spec in specs
    ]
    points: Sequence[CurvePoint] = ()
    if wanted.counts:
        pools = await graded_pools(ring.benches[wanted.side], ring.problems)
        points = curves(pools, seed=wanted.order_seed or 0, counts=wanted.counts)
    verdicts = compare_all(arms[1:], arms[0]) if len(arms) > 1 else ()
    summaries = tuple(map(summarize, arms))
    notes = _notes(summaries, store)
    return TaskReplay(run.name, summaries, tuple(points), tuple(verdicts), notes)


def _notes(arms: Sequence[ArmSummary], store: Store) -> tuple[str, ...]:
    notes: list[str] = []
    if again := sum(arm.read_again for arm in arms):
        notes.append(
            f"{again:,} stored replies were read again, as the checker, form, sandbox or their "
            "code has changed since."
        )
    if len(arms) > 1:
        notes.append(
            "The best of several strategies on the same problems looks better than it is: choose "
            "on a dev split, then test the one chosen on other problems."
        )
    if store.damaged_rows:
        notes.append(f"{store.damaged_rows:,} rows of the file are damaged and were not used.")
    return tuple(notes)


def _played(run: Run, side: Side) -> tuple[str, ...]:
    match = read_match(run)
    arms = match.small if side == "small" else match.big
    return tuple(arm.strategy for arm in arms)


def existing_store(path: Path) -> Store:
    """The store of an existing file. Raises `StoreError` when there is no such file."""
    if not path.exists():
        raise StoreError(f"{path}: no such run; make one with: underdog challenge --run {path}")
    return Store(path, create=False)

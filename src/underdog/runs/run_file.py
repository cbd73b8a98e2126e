"""A run's file opened again: the matches in it, and what other strategies would have made of them.

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
    """What was replayed on one task.

    Attributes:
        run: Name of the run.
        arms: One per strategy.
        curve: Accuracy against the number of samples, when counts were given.
    """

    run: str
    arms: tuple[ArmSummary, ...]
    curve: tuple[CurvePoint, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to replay.

    Attributes:
        specs: Strategy specs; those that were played when there are neither specs nor counts.
        counts: Numbers of samples for the curve.
        side: Whose rollouts to use.
        order_seed: Seed of another order of the samples; as they were drawn when `None`.
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
    """Evaluate strategies on what a run has sampled, without its models.

    Args:
        run: The run's file, as `challenge(run=…)` writes it.
        specs: Strategies, such as `adaptive:max_n=8`; those that were played when there are
            neither strategies nor counts.
        counts: Numbers of samples: the accuracy of voting on so many, over random subsets, and
            pass@n as an oracle bound.
        side: Whose rollouts to use, `small` or `big`.
        order_seed: Seed of another order of the samples; as they were drawn when `None`.
        allow_short: Accept pools smaller than a strategy's n.
        sandbox: Where programs run, should a verifier need one.
        data_dir: Folder with the task's data; where the run found it when `None`.

    Returns:
        For the newest run of every task in the file, each strategy's accuracy with its 95%
        interval, and its cost.

    Raises:
        UsageError: A strategy or parameter is misspelt.
        StoreError: There is no such run, it holds no match, or its pools end before a strategy is
            done.
        DataError: The task's data is not at hand.

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
    """Replay what is wanted on the newest match of every task in a store.

    Raises:
        StoreError: The store holds no match, or pools end before a strategy is done.
        DataError: A task's data is not at hand.
    """
    return [
        await _on_task(run, reopen(run, store, sandbox, data_dir=data_dir), wanted)
        for run in latest_runs(store)
    ]


async def _on_task(run: Run, ring: Ring, wanted: Wanted) -> TaskReplay:
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
    return TaskReplay(run.name, tuple(map(summarize, arms)), tuple(points))


def _played(run: Run, side: Side) -> tuple[str, ...]:
    match = read_match(run)
    arms = match.small if side == "small" else match.big
    return tuple(arm.strategy for arm in arms)


def existing_store(path: Path) -> Store:
    """A store that is there already. Raises `StoreError` when it is not."""
    if not path.exists():
        raise StoreError(f"{path}: no such run; make one with: underdog challenge --run {path}")
    return Store(path, create=False)

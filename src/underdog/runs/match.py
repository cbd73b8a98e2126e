"""A match: a small model's arms against a big model's, on the same problems of one task.

The small model spends test-time compute, the big one usually answers greedily. Every arm is kept in
a run of the store, so that a match resumes where it stopped, can be shown again without its models,
and other strategies can be evaluated on it afterwards (`replay`). For that the run also keeps the
terms and the `EngineInfo` of both models.

For statistics over the results see `measure`; for the page that shows them, `reports`.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from typing import TypeAlias

from underdog.core import (
    Budget,
    Engine,
    EngineInfo,
    Problem,
    RolloutStore,
    SamplingParams,
    Sandbox,
    Task,
)
from underdog.errors import UnknownNameError, UsageError
from underdog.forms import forms
from underdog.measure.results import ArmResult
from underdog.runs.manifest import describe
from underdog.runs.runner import Arm, RunProgress, run_arm
from underdog.runs.store.journal import Run
from underdog.runs.store.store import Store
from underdog.strategies import strategies
from underdog.strategies.running.bench import Bench

ArmProgress: TypeAlias = Callable[[str, RunProgress], None]

EVENT = "match"


@dataclass(frozen=True, slots=True)
class Contender:
    """One side of a match: a model and its strategies.

    Attributes:
        label: Short name of the model, for tables.
        engine: The model.
        strategies: Strategy specs, one per arm.
        form: Name of the form; `None` takes the task's default.
    """

    label: str
    engine: Engine
    strategies: tuple[str, ...]
    form: str | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """Settings of a whole match: split, seed, sampling, budget.

    Attributes:
        split: Split of the task; `None` takes `test`, or else the task's last.
        limit: Number of problems, from the first on; `None` for all.
        seed: Seed from which every sample's seed is derived.
        params: Sampling parameters for strategies that sample.
        max_tokens: Limit on a reply in tokens, in place of the form's own; `None` keeps that.
        budget: Caps per problem for the small model.
        concurrency: Problems in flight at once; results do not depend on it.
    """

    split: str | None = None
    limit: int | None = None
    seed: int = 0
    params: SamplingParams = SamplingParams()
    max_tokens: int | None = None
    budget: Budget = Budget()
    concurrency: int = 16


@dataclass(frozen=True, slots=True)
class ContenderRecord:
    """A contender as stored in the run, without its engine.

    Attributes:
        label: Short name of the model.
        form: Name of the form.
        info: The engine's declaration.
        arms: Names of the contender's arms.
    """

    label: str
    form: str
    info: EngineInfo
    arms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MatchRecord:
    """A match as stored in the run: enough to replay other strategies without the models.

    Attributes:
        task: Spec by which `load_task` finds the task again.
        data_dir: Folder with the task's data, as given; `None` for the usual places.
        split: Split of the task.
        terms: Settings of the match.
        contenders: Contenders by side, `small` and `big`.
    """

    task: str
    data_dir: str | None
    split: str
    terms: Terms
    contenders: Mapping[str, ContenderRecord]


@dataclass(frozen=True, slots=True)
class Match:
    """Results of both sides on the same problems.

    Attributes:
        run: Name of the run in the store.
        task: Task name.
        split: Split of the task.
        labels: Short model names by side.
        small: The small model's arms.
        big: The big model's arms.
        num_problems: Number of problems in the match; arms of an unfinished match have fewer
            items.
    """

    run: str
    task: str
    split: str
    labels: Mapping[str, str]
    small: tuple[ArmResult, ...]
    big: tuple[ArmResult, ...]
    num_problems: int

    @property
    def finished(self) -> bool:
        """Whether every arm answered every problem."""
        return all(len(arm.items) == self.num_problems for arm in (*self.small, *self.big))


@dataclass(frozen=True, slots=True)
class Ring:
    """A match set up to be played: the problems, and each side's bench and budget.

    Attributes:
        task: Task of the problems.
        split: Split of the task.
        problems: The problems, in order.
        labels: Short model names by side.
        benches: Benches by side.
        budgets: Caps per problem by side.
    """

    task: Task
    split: str
    problems: Sequence[Problem]
    labels: Mapping[str, str]
    benches: Mapping[str, Bench]
    budgets: Mapping[str, Budget]

    def arm(self, side: str, spec: str) -> Arm:
        """The arm of one side with a strategy spec, named as in tables."""
        bench = self.benches[side]
        name = f"{self.labels[side]} {bench.form} {spec}"
        return Arm(name, strategies.create(spec), bench, self.budgets[side])


async def play(
    task: Task,
    contenders: Mapping[str, Contender],
    terms: Terms,
    store: Store,
    sandbox: Sandbox,
    *,
    source: str | None = None,
    data_dir: str | None = None,
    progress: ArmProgress | None = None,
) -> Match:
    """Run every arm of both sides; items finished in an earlier call are not run again.

    Args:
        task: Task of the problems.
        contenders: Contenders by side, `small` and `big`.
        terms: Settings of the match.
        store: Store for rollouts and results.
        sandbox: Where programs run.
        source: Spec by which `load_task` finds the task again; the task's name when `None`.
        data_dir: Folder with the task's data, for finding it again.
        progress: Called with the arm's name and its `RunProgress` after every problem; once for
            an arm that was already finished.

    Raises:
        UsageError: The task has no such split or no problems, or two arms are the same.
        StoreError: The store holds a match of that task under other terms.
        EngineError: A model cannot work; finished items are kept.
    """
    ring = set_up(task, contenders, terms, store, sandbox)
    arms = {
        side: [ring.arm(side, spec) for spec in one.strategies] for side, one in contenders.items()
    }
    _refuse_twins([arm.name for side in arms.values() for arm in side])
    run = _begin(ring, terms, store)
    record = MatchRecord(
        task=source or task.name,
        data_dir=data_dir,
        split=ring.split,
        terms=terms,
        contenders={
            side: ContenderRecord(
                label=one.label,
                form=ring.benches[side].form,
                info=one.engine.info,
                arms=tuple(arm.name for arm in arms[side]),
            )
            for side, one in contenders.items()
        },
    )
    run.note(EVENT, json.dumps(asdict(record)))
    results = {
        side: [await _play_arm(arm, ring, run, terms, progress) for arm in arms[side]]
        for side in arms
    }
    return gather(run, record, results)


def default_split(task: Task) -> str:
    """Name of a match's default split: `test`, or else the task's last."""
    return "test" if "test" in task.splits else task.splits[-1]


def set_up(
    task: Task,
    contenders: Mapping[str, Contender],
    terms: Terms,
    store: RolloutStore,
    sandbox: Sandbox,
) -> Ring:
    """Load the problems and make a bench for each side."""
    split = terms.split or default_split(task)
    if split not in task.splits:
        raise UnknownNameError(f"split of task {task.name!r}", split, task.splits)
    problems = list(islice(task.problems(split, terms.limit), terms.limit))
    if not problems:
        raise UsageError(f"task {task.name!r} has no problems in split {split!r}")
    engines = {side: one.engine for side, one in contenders.items()}
    return Ring(
        task=task,
        split=split,
        problems=problems,
        labels={side: one.label for side, one in contenders.items()},
        benches={
            side: _bench(one, engines, task, terms, store, sandbox)
            for side, one in contenders.items()
        },
        budgets={side: terms.budget if side == "small" else Budget() for side in contenders},
    )


def _refuse_twins(names: Sequence[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"arm {name!r} is in the match twice; give another strategy or model")


def _bench(
    one: Contender,
    engines: Mapping[str, Engine],
    task: Task,
    terms: Terms,
    store: RolloutStore,
    sandbox: Sandbox,
) -> Bench:
    form = one.form or task.forms[0]
    return Bench(
        engines={**engines, "main": one.engine},
        form=form,
        task=task,
        sandbox=sandbox,
        store=store,
        params=terms.params,
        forms={form: forms.create(form)},
        root_seed=terms.seed,
        max_tokens=terms.max_tokens,
    )


def _begin(ring: Ring, terms: Terms, store: Store) -> Run:
    manifest = describe(
        ring.benches, ring.problems, task=ring.task.name, split=ring.split, limit=terms.limit
    )
    first = "" if terms.limit is None else f" first {terms.limit}"
    return store.journal.begin(f"{ring.task.name}/{ring.split}{first}", manifest)


async def _play_arm(
    arm: Arm, ring: Ring, run: Run, terms: Terms, progress: ArmProgress | None
) -> ArmResult:
    heard = False

    def told(how_far: RunProgress) -> None:
        nonlocal heard
        heard = True
        if progress is not None:
            progress(arm.name, how_far)

    result = await run_arm(
        arm, ring.problems, run=run, concurrency=terms.concurrency, progress=told
    )
    if not heard:
        n = len(result.items)
        told(RunProgress(done=n, total=n, resumed=n, right=result.num_right, elapsed_s=0.0))
    return result


def gather(run: Run, record: MatchRecord, results: Mapping[str, Sequence[ArmResult]]) -> Match:
    """The match of a run from the results by side."""
    manifest = run.manifest
    return Match(
        run=run.name,
        task=manifest["task"],
        split=record.split,
        labels={side: one.label for side, one in record.contenders.items()},
        small=tuple(results["small"]),
        big=tuple(results["big"]),
        num_problems=manifest["num_problems"],
    )

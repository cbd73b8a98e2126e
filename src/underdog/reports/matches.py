"""The fight card of a stored match: results, and the evidence for checking them.

With the task's data at hand the card also shows problems, solutions, prompts and the diagnosis;
without it (data sets are not copied into runs) it shows the numbers. No model is needed.
"""

import os
import platform
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from importlib.metadata import version
from pathlib import Path

from underdog.core import Budget, Outcome, Problem, RolloutStore, Sandbox, Task
from underdog.errors import DataError, MissingExtraError, UnknownNameError
from underdog.measure.diagnosis import Diagnosis, diagnose
from underdog.measure.results import ArmResult
from underdog.reports.build import build_card
from underdog.reports.fight_card import CardFact, Corner, FightCard, PromptText
from underdog.runs.curves import graded_pools
from underdog.runs.match import ContenderRecord, Match, MatchRecord, Ring
from underdog.runs.runner import GRADED_AGAIN
from underdog.runs.store.journal import Run
from underdog.runs.stored_match import Side, outcomes, read_match, recorded, refreshed, reopen


@dataclass(frozen=True, slots=True)
class _Evidence:
    """Parts of a card that need the task's data: problems, solutions, prompts, diagnosis."""

    problems: Sequence[Problem] = ()
    small: Mapping[str, Outcome] = field(default_factory=dict[str, Outcome])
    big: Mapping[str, Outcome] = field(default_factory=dict[str, Outcome])
    diagnosis: Diagnosis | None = None
    prompts: tuple[PromptText, ...] = ()


async def match_card(
    run: Run,
    store: RolloutStore,
    sandbox: Sandbox,
    *,
    task: Task | None = None,
    data_dir: str | Path | None = None,
    created: str | None = None,
) -> FightCard:
    """Make the fight card of a match, just played or read back.

    Args:
        run: Run of the match.
        store: Store of the match's rollouts.
        sandbox: Where verifiers run programs.
        task: The match's task; `None` loads it by the spec stored in the run.
        data_dir: Folder with the task's data; the folder stored in the run when `None`.
        created: Time of making, in words; now when `None`.

    Raises:
        StoreError: The run holds no match, or the task's problems have changed since.
        DataError: A side has not finished any problem.
    """
    match, record = read_match(run), recorded(run)
    try:
        ring = reopen(run, store, sandbox, task=task, data_dir=data_dir)
    except (DataError, MissingExtraError, UnknownNameError):
        ring = None
    notes = _notes(match, ring)
    if ring is not None:
        fresh = await refreshed(match, ring)
        match = fresh.match
        notes += fresh.notes
    evidence = _Evidence()
    if ring is not None and match.small and match.big:
        evidence = await _evidence(match, ring)
    card = build_card(
        _title(match),
        match.small,
        match.big,
        problems=evidence.problems,
        small_outcomes=evidence.small,
        big_outcomes=evidence.big,
        task=f"{match.task}, {match.split}",
        small_corner=_corner(record.contenders["small"], match.small, record.terms.budget),
        big_corner=_corner(record.contenders["big"], match.big, Budget()),
        diagnosis=evidence.diagnosis,
        notes=[*notes, *_run_notes(run, store)],
    )
    return replace(
        card,
        prompts=evidence.prompts,
        seeds=(CardFact("root seed", str(record.terms.seed)),),
        hashes=_hashes(run, record),
        machine=_machine(),
        created=time.strftime("%Y-%m-%d %H:%M %Z") if created is None else created,
    )


def _title(match: Match) -> str:
    small, big = match.labels["small"], match.labels["big"]
    if small == big and match.small:
        return f"{small}: {match.small[0].strategy} against itself alone"
    return f"{small} against {big}"


async def _evidence(match: Match, ring: Ring) -> _Evidence:
    small, big = match.small[0], match.big[0]
    return _Evidence(
        problems=ring.problems,
        small=await outcomes(ring, small.strategy),
        big=await outcomes(ring, big.strategy, side="big"),
        diagnosis=await _diagnosis(small, ring),
        prompts=(_prompt(ring, "small"), _prompt(ring, "big")),
    )


async def _diagnosis(selected: ArmResult, ring: Ring) -> Diagnosis | None:
    """Coverage against selection, where the arm chose among several samples of one pool.

    The accuracy of one sample is the mean over all samples of the pool.
    """
    drawn = {item.problem_id: item.num_solutions for item in selected.items}
    if max(drawn.values(), default=0) < 2:
        return None
    problems = [problem for problem in ring.problems if problem.id in drawn]
    pools = await graded_pools(ring.benches["small"], problems)
    if any(len(pool) < max(1, drawn[pool.problem_id]) for pool in pools):
        return None  # the samples come from several pools
    covered = {pool.problem_id: any(pool.right[: drawn[pool.problem_id]]) for pool in pools}
    means = {pool.problem_id: sum(pool.right) / len(pool) for pool in pools}
    one = replace(
        selected,
        name=f"one sample of {selected.name}",
        items=tuple(replace(item, score=means[item.problem_id]) for item in selected.items),
    )
    coverage = replace(
        selected,
        name=f"coverage of {selected.name}",
        oracle_bound=True,
        items=tuple(
            replace(item, status="right" if covered[item.problem_id] else "wrong")
            for item in selected.items
        ),
    )
    return diagnose(one, selected, coverage)


def _corner(contender: ContenderRecord, arms: Sequence[ArmResult], budget: Budget) -> Corner | None:
    if not arms:
        return None
    info = contender.info
    size = f"{info.shape.num_params / 1e6:,.0f}M parameters, " if info.shape else ""
    return Corner(
        model=contender.label,
        strategy=arms[0].strategy,
        form=contender.form,
        budget=_budget_words(budget),
        detail=f"{size}{info.engine}",
    )


def _budget_words(budget: Budget) -> str:
    caps = [(cap.name.replace("_", " "), getattr(budget, cap.name)) for cap in fields(budget)]
    return ", ".join(f"at most {value:,} {name}" for name, value in caps if value is not None)


def _prompt(ring: Ring, side: Side) -> PromptText:
    """The first problem's prompt as messages, without the model's chat template."""
    bench = ring.benches[side]
    prompt = bench.form_named(bench.form).prompt(
        ring.problems[0].question, ring.task.shots(bench.form)
    )
    turns = [f"[{message.role}]\n{message.content}" for message in prompt.messages]
    return PromptText(
        f"{ring.labels[side]}, {bench.form}", "\n\n".join([*turns, f"[reply]\n{prompt.prefix}"])
    )


def _hashes(run: Run, record: MatchRecord) -> tuple[CardFact, ...]:
    manifest = run.manifest
    models = [CardFact(one.label, one.info.fingerprint) for one in record.contenders.values()]
    prompts = [
        CardFact(f"prompts of {side}", bench["prompts"])
        for side, bench in manifest["benches"].items()
    ]
    return (*models, CardFact("problems", manifest["problems"]), *prompts)


def _machine() -> tuple[CardFact, ...]:
    return (
        CardFact("underdog", version("underdog")),
        CardFact("Python", platform.python_version()),
        CardFact("machine", f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"),
    )


def _run_notes(run: Run, store: RolloutStore) -> list[str]:
    """What the run's events and file say about its results."""
    told = [event for event in run.events() if event.kind == GRADED_AGAIN]
    notes = [f"While the run went on: {event.detail}." for event in told]
    damaged = getattr(store, "damaged_rows", 0)
    if damaged:
        notes.append(
            f"{damaged:,} rows of the run's file are damaged and were not used; run the same "
            "command again to sample them anew."
        )
    return notes


def _notes(match: Match, ring: Ring | None) -> list[str]:
    notes: list[str] = []
    if not match.finished:
        notes.append(
            f"The match is about {match.num_problems:,} problems and is not finished; the card is "
            "about those that every arm shown has finished."
        )
    if ring is None:
        notes.append("The task's data was not at hand, so problems and solutions are not shown.")
        arms = (*match.small, *match.big)
        if old := sum(not item.grader for arm in arms for item in arm.items):
            notes.append(
                f"{old:,} results were charged and graded by an older underdog; with the task's "
                "data at hand they would be graded again."
            )
    return notes

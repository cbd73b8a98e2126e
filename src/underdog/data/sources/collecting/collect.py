"""Running a source over seed problems: ask, check, keep, resume after a stop.

Seeds run concurrently and the asks of a step are submitted together, so that engines can batch.
With a journal, the same call resumes where the last one stopped, also after kill -9: no answered
ask is made again, and none is counted twice. Seeds of a held-out split are refused.

Example:
    >>> import asyncio
    >>> from underdog.core import Question
    >>> from underdog.engines.scripted import ScriptedEngine
    >>> from underdog.grading import open_checker
    >>> from underdog.sandbox.probing import open_sandbox
    >>> sums = [Problem(Question("a", "sums", "3 + 4?"), "7"),
    ...         Problem(Question("b", "sums", "3 + 5?"), "8")]
    >>> engine = ScriptedEngine("It is 3 + 4 = 7. The answer is 7.")
    >>> with open_sandbox("monty") as sandbox:
    ...     made = asyncio.run(collect("hinted", sums, {"main": engine}, sandbox=sandbox,
    ...                                checker=open_checker("numeric")))
    >>> made.num_accepted, made.reasons
    (1, {'wrong answer': 1})
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from underdog.core import Budget, Checker, Engine, Problem, Sandbox, Shot
from underdog.data.sources import sources
from underdog.data.sources.collecting.allowance import Allowance
from underdog.data.sources.collecting.collection import Collection, Screen
from underdog.data.sources.collecting.gathering import CollectProgress, Gathering
from underdog.data.sources.collecting.reply_journal import ReplyJournal
from underdog.data.sources.source import MAIN, Desk, Source, no_shots
from underdog.errors import DataError, UsageError

__all__ = ["HELD_OUT", "CollectProgress", "collect", "refuse_held_out"]

HELD_OUT = ("test", "dev", "validation", "valid", "val")


async def collect(
    source: Source | str,
    problems: Iterable[Problem],
    engines: Mapping[str, Engine],
    *,
    checker: Checker,
    sandbox: Sandbox,
    shots: Callable[[str], Sequence[Shot] | None] = no_shots,
    seed: int = 0,
    journal: Path | None = None,
    budget: Budget = Budget(),
    concurrency: int = 32,
    screen: Screen | None = None,
    wanted: int | None = None,
    progress: Callable[[CollectProgress], None] | None = None,
) -> Collection:
    """Make training data with a model.

    Args:
        source: A source or its spec, such as `hinted:form=cot,n=4`.
        problems: Seeds, from a train split.
        engines: Engines by role; `main` answers unless the source names another.
        checker: Reads and compares answers; a task's `checker`.
        sandbox: Sandbox for the replies' programs.
        shots: Worked examples by form; a task's `shots`.
        seed: Root of all randomness.
        journal: File that makes the collection resumable; `None` keeps it in memory.
        budget: Hard caps on the whole collection, earlier calls in the journal included;
            `seconds` counts from this call.
        concurrency: Number of seeds in work at a time.
        screen: Gives the reason not to use an example (it repeats a test item), or `None`.
        wanted: Accepted items at which to stop: when the finished seeds in order have this many,
            no more is asked, and the collection ends with the last of these items.
        progress: Called after every seed.

    Raises:
        DataError: A seed is from a held-out split, two seeds share an id, or the journal belongs
            to another collection.
        UnknownNameError: No such source, or no engine has a role that it asks.
        EngineError: An engine cannot work at all; the replies so far stay in the journal.
    """
    if isinstance(source, str):
        source = sources.create(source)
    if MAIN not in engines:
        raise UsageError(f"no engine has the role {MAIN!r}, only {sorted(engines)}; add one")
    if concurrency < 1:
        raise UsageError(f"concurrency must be at least 1, not {concurrency!r}")
    seeds = _checked(problems)
    infos = {role: engine.info for role, engine in engines.items()}
    desk = Desk(checker, sandbox, shots, tuple(seeds.values()), infos, seed)
    with ReplyJournal(journal, _manifest(source, desk)) as book:
        allowance = Allowance(budget, book.usage)
        run = Gathering(source, seeds, engines, desk, book, allowance, screen, wanted, progress)
        return run.collection(await run.finish(concurrency, budget.seconds))


def refuse_held_out(split: str, what: str) -> None:
    """Raise `DataError` when a split is held out, such as `test`."""
    if split.lower() in HELD_OUT:
        raise DataError(
            f"{what} is from split {split!r}, which is held out; make training data from the "
            "train split"
        )


def _manifest(source: Source, desk: Desk) -> dict[str, object]:
    """The settings on which the replies in a journal depend."""
    return {
        "source": source.name,
        "engines": {role: info.fingerprint for role, info in sorted(desk.infos.items())},
        "checker": desk.checker.name,
        "seed": desk.seed,
    }


def _checked(problems: Iterable[Problem]) -> dict[str, Problem]:
    """Seed problems by key; raises `DataError` for held-out splits and repeated ids."""
    seeds: dict[str, Problem] = {}
    ids: set[str] = set()
    for problem in problems:
        refuse_held_out(problem.split, f"problem {problem.id!r}")
        if problem.id in ids:
            raise DataError(f"two seed problems have the id {problem.id!r}; give each its own")
        ids.add(problem.id)
        seeds[_seed_key(problem)] = problem
    return seeds


def _seed_key(problem: Problem) -> str:
    asked = problem.question
    parts = [asked.text, asked.context, list(asked.choices), dict(asked.fields), problem.gold]
    content = json.dumps(parts, sort_keys=True)
    return f"{problem.id}#{hashlib.blake2b(content.encode(), digest_size=6).hexdigest()}"

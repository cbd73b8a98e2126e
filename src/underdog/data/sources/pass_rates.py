"""Pass rates of a student on the problems of a data set, for the selector `pass_rate`.

Each problem is sampled a few times and graded with its answer: a data filter, which sees gold,
never a strategy. The journal makes it resumable; a problem with several rows is sampled once.
Cost: `samples` calls per problem.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from underdog.core import Engine, Example, JSONValue, Problem, Sandbox, Usage
from underdog.data.dataset.examples import problem_of, question_of
from underdog.data.dataset.per_process import open_checker
from underdog.data.sources.collecting.collect import collect
from underdog.data.sources.replies.attempts import graded, sampling
from underdog.data.sources.source import MAIN, Ask, Desk, Exchange, Record, spelled
from underdog.errors import DataError
from underdog.forms import forms
from underdog.generators.knobs import whole


@dataclass(frozen=True, slots=True)
class PassRates:
    """Pass rates and their cost.

    Attributes:
        by_id: Share of right samples, by row id; rows without samples are missing.
        problems: Number of sampled problems.
        usage: Cost, earlier calls included.
    """

    by_id: dict[str, float]
    problems: int
    usage: Usage


@dataclass(frozen=True, slots=True)
class _Solving:
    """A source that samples a problem and counts right samples; makes no training item."""

    form: str
    k: int
    temperature: float = 0.8

    @property
    def name(self) -> str:
        return spelled("solving", self)

    def make(self, seed: Problem, desk: Desk) -> Exchange:
        form = forms.create(self.form)
        prompt = form.prompt(seed.question, desk.shots(form.name))
        [replies] = yield [Ask(prompt, sampling(form, self.temperature), self.k)]
        attempts = [graded(form, seed, reply, desk, strict=False) for reply in replies]
        read = [attempt for attempt in attempts if attempt.reason != "engine error"]
        right = sum(not attempt.reason for attempt in read)
        spent = sum((reply.usage for reply in replies), Usage())
        tags: dict[str, JSONValue] = {"rate": right / len(read)} if read else {}
        return [Record("", usage=spent, tags=tags)]


async def measure_pass_rates(
    examples: Iterable[Example],
    engine: Engine,
    sandbox: Sandbox,
    folder: Path,
    *,
    samples: int = 8,
    form: str = "",
    seed: int = 0,
    concurrency: int = 32,
) -> PassRates:
    """Sample every problem of a data set and grade the samples.

    Args:
        examples: Rows of a train split with the tags `answer` and `checker`.
        engine: The student.
        sandbox: Sandbox for programs.
        folder: Folder of the journals, from which the same call resumes.
        samples: Samples per problem.
        form: Form of the solutions; each row's own when empty.
        seed: Root seed of all sampling.
        concurrency: Number of problems in work at a time.

    Raises:
        DataError: A row is from a held-out split or cannot be graded.
        EngineError: The engine cannot work at all.
    """
    whole("samples", samples, 1, 1024)
    rows, known = list(examples), set[str]()
    groups: dict[tuple[str, str], dict[str, Problem]] = {}
    for row in rows:
        name = problem_of(row)
        if name not in known:
            kind = (str(row.tags.get("checker")), form or str(row.tags.get("form") or "cot"))
            groups.setdefault(kind, {})[name] = _problem(row)
            known.add(name)
    rates: dict[str, float] = {}
    usage = Usage()
    for (checker, written), problems in groups.items():
        made = await collect(
            _Solving(written, samples),
            problems.values(),
            {MAIN: engine},
            checker=open_checker(checker),
            sandbox=sandbox,
            seed=seed,
            journal=folder / f"{re.sub(r'[^a-z0-9]+', '-', f'{checker}-{written}')}.jsonl",
            concurrency=concurrency,
        )
        usage = usage + made.usage
        by_seed = {record.seed: record.tags.get("rate") for record in made.records}
        for name, problem in problems.items():
            if isinstance(rate := by_seed.get(problem.id), float):
                rates[name] = rate
    by_row = ((row.id, rates.get(problem_of(row))) for row in rows)
    by_id = {name: rate for name, rate in by_row if rate is not None}
    return PassRates(by_id, len(rates), usage)


def _problem(row: Example) -> Problem:
    answer, checker = row.tags.get("answer"), row.tags.get("checker")
    if answer is None or checker is None:
        raise DataError(
            f"row {row.id!r} has no {'answer' if answer is None else 'checker'}, so a sample of it "
            "cannot be graded; give pass rates with --pass-rates"
        )
    return Problem(question_of(row), str(answer), str(row.tags.get("split") or "train"))

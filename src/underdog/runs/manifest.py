"""The manifest of a run: everything that its results depend on, as plain JSON.

Two runs with equal manifests and deterministic engines give equal results. A run is resumed only
under an equal manifest; `differences` names what changed. Paths, host names and times are left
out on purpose: they do not change results.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import cast

from underdog.core import JSONValue, Problem
from underdog.errors import StoreError
from underdog.strategies.running.bench import Bench

_MISSING = "nothing"
_UNKNOWN = '""'


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """Identity of one engine of a run.

    Attributes:
        engine: Registered engine name.
        model: The model's name as the user gave it.
        fingerprint: Hash over weights, precision and engine version.
    """

    engine: str
    model: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class BenchRecord:
    """Sampling set-up of one side's arms.

    Attributes:
        models: Engines by role.
        form: Name of the default form.
        prompts: Hash over every rendered prompt of that form, worked examples included.
        params: Sampling parameters.
        root_seed: Seed from which every sample's seed is derived; text, as it may exceed 64 bits.
        max_tokens: Limit on a reply in tokens, in place of the forms' own; `None` keeps those.
    """

    models: Mapping[str, ModelRecord]
    form: str
    prompts: str
    params: Mapping[str, JSONValue]
    root_seed: str
    max_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """Task, problems, benches and code version that a run's results depend on.

    Attributes:
        task: Task name.
        split: Split of the task.
        limit: Number of problems asked for; `None` for all.
        num_problems: Number of problems in the run.
        problems: Hash over questions, gold answers and private columns, in order. With the same
            questions another one is no other run: the answers are graded again.
        benches: Sampling set-ups by name, such as `small` and `big`.
        code: Version of underdog.
        questions: Hash over the questions alone, in order; empty when unknown.
    """

    task: str
    split: str
    limit: int | None
    num_problems: int
    problems: str
    benches: Mapping[str, BenchRecord]
    code: str
    questions: str = ""

    def to_json(self) -> str:
        """Canonical JSON: equal manifests give equal text."""
        return json.dumps(asdict(self), sort_keys=True)


def describe(
    benches: Mapping[str, Bench],
    problems: Sequence[Problem],
    *,
    task: str,
    split: str,
    limit: int | None = None,
) -> Manifest:
    """The manifest of running `benches` on `problems`.

    Args:
        benches: Benches by name, such as `small` and `big`.
        problems: The run's problems, in order.
        task: Task name.
        split: Split of the task that the problems come from.
        limit: Number of problems asked for; `None` for all.
    """
    return Manifest(
        task=task,
        split=split,
        limit=limit,
        num_problems=len(problems),
        problems=_digest(map(problem_text, problems)),
        questions=_digest(map(_question_text, problems)),
        benches={name: _bench_record(bench, problems) for name, bench in benches.items()},
        code=version("underdog"),
    )


def differences(before: str, now: str) -> list[str]:
    """Differences between two manifests in JSON, one line each.

    Gold answers may differ where both tell questions from gold answers: each result says what
    graded it.
    """
    old, new = _flat(json.loads(before)), _flat(json.loads(now))
    if old.get("questions", _UNKNOWN) == _UNKNOWN:  # a manifest of an older underdog
        old.pop("questions", None)
        new.pop("questions", None)
    else:
        old["problems"] = new.get("problems", _MISSING)
    return [
        f"{path} was {old.get(path, _MISSING)}, is now {new.get(path, _MISSING)}"
        for path in sorted(old.keys() | new.keys())
        if old.get(path, _MISSING) != new.get(path, _MISSING)
    ]


def refuse_other(path: str, run: str, before: str, now: str) -> None:
    """Raise `StoreError` unless the stored manifest `before` equals `now`."""
    changed = differences(before, now)
    if changed:
        raise StoreError(
            f"run {run!r} in {path} was made differently: {'; '.join(changed)}. Give the same "
            "settings to resume it, or another file with --run to start anew"
        )


def _bench_record(bench: Bench, problems: Sequence[Problem]) -> BenchRecord:
    infos = {role: engine.info for role, engine in bench.engines.items()}
    return BenchRecord(
        models={
            role: ModelRecord(info.engine, info.model, info.fingerprint)
            for role, info in infos.items()
        },
        form=bench.form,
        prompts=_digest(_prompt_texts(bench, problems)),
        params=cast("dict[str, JSONValue]", json.loads(json.dumps(asdict(bench.params)))),
        root_seed=str(bench.root_seed),
        max_tokens=bench.max_tokens,
    )


def _prompt_texts(bench: Bench, problems: Sequence[Problem]) -> Iterator[str]:
    form = bench.form_named(bench.form)
    shots = bench.task.shots(bench.form)
    for problem in problems:
        yield json.dumps(asdict(form.prompt(problem.question, shots)))


def problem_text(problem: Problem) -> str:
    """All of a problem as canonical JSON: question, gold answer and private columns."""
    private = [problem.gold, dict(problem.meta)]
    return json.dumps([*_asked(problem), private], sort_keys=True)


def _question_text(problem: Problem) -> str:
    return json.dumps(_asked(problem), sort_keys=True)


def _asked(problem: Problem) -> list[JSONValue]:
    question = problem.question
    asked = [question.id, question.text, list(question.choices), question.context]
    return [cast("JSONValue", asked), dict(question.fields)]


def _digest(texts: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for text in texts:
        digest.update(f"{len(text)}:{text}".encode())
    return digest.hexdigest()


def _flat(value: JSONValue, path: str = "") -> dict[str, str]:
    if not isinstance(value, dict):
        return {path: json.dumps(value)}
    flat: dict[str, str] = {}
    for key, inner in value.items():
        flat |= _flat(inner, f"{path}.{key}" if path else key)
    return flat

"""What do fewer bits cost? One greedy reply to the same problems at every precision of the engine.

    python docs/studies/precision/study.py sample --model 0.5B=MODEL.gguf --data-dir DATA
    python docs/studies/precision/study.py report
    python docs/studies/precision/study.py tables

The problems choose a default, so none is of a test split: the first 200 of GSM8K's training split,
our own 40 of `underdog-words` dev, and 110 made by the `words` family for dev. The reply is a chain
of thought of at most 300 tokens. `sample` may be stopped and started again; what is finished stays
in the store. `report` writes `items.csv` from it, and from that `results.md`, `arms.csv` and
`pairs.csv`; `tables` writes these three from `items.csv` alone, without store, model or data.

The rule, set before anything was sampled: a precision that is worse than f32 by an exact McNemar
test, corrected by Bonferroni for all pairs of a model, is out; among the others, speed and memory
decide.
"""

import argparse
import asyncio
import csv
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, islice
from pathlib import Path

from underdog.core import Engine, Problem, SamplingParams, Usage
from underdog.engines.opening import open_engine
from underdog.measure.paired import mcnemar
from underdog.measure.results import ArmResult, ItemResult
from underdog.measure.summary import summarize
from underdog.measure.verdict import Verdict, compare
from underdog.runs.manifest import describe
from underdog.runs.runner import Arm, RunProgress, run_arm
from underdog.runs.store.journal import Run
from underdog.runs.store.store import Store
from underdog.sandbox.probing import open_sandbox
from underdog.strategies import strategies
from underdog.strategies.running.bench import Bench
from underdog.tasks.task_catalogue import load_task

HERE = Path(__file__).parent
PRECISIONS = ("f32", "bf16", "f16", "int8", "int8-rows", "int4")
"""`int8-rows` is what `int8` was at first, one scale for a whole row; not to be sampled again."""
DEFAULT_PRECISIONS = "int8,bf16,int4,f32"
SEED = 20261122
MAX_TOKENS = 300
ROWS = 64
CONTEXT_TOKENS = 1024
LEVEL = 0.95


@dataclass(frozen=True)
class Part:
    """Problems of one task."""

    task: str
    split: str
    limit: int

    def problems(self, data_dir: str | None) -> list[Problem]:
        """Its first problems, in the task's own order."""
        task = load_task(self.task, data_dir=data_dir)
        return list(islice(task.problems(self.split, self.limit), self.limit))


PARTS = (
    Part("gsm8k", "train", 200),
    Part("underdog-words", "dev", 40),
    Part("words", "dev", 110),
)


@dataclass(frozen=True)
class Place:
    """Where the study's files are.

    Attributes:
        store: The rollouts and what was made of them.
        data_dir: Folder with the data sets.
        parts: What is asked.
    """

    store: Path
    data_dir: str | None = None
    parts: Sequence[Part] = PARTS


async def sample(place: Place, model: str, precisions: Iterable[str]) -> None:
    """Ask one model everything at each precision, one after the other."""
    label, _, path = model.partition("=")
    if "|" in label or not path:
        raise SystemExit(f"--model {model!r}: give LABEL=MODEL.gguf, no | in the label")
    for precision in precisions:
        engine = engine_at(path, precision)
        try:
            await ask(place, engine, label, precision)
        finally:
            await engine.aclose()


def engine_at(path: str, precision: str) -> Engine:
    """The CPU engine over a file, with room for all rows that are asked at once."""
    if path.startswith("scripted:"):
        return open_engine(path)
    options = f"precision={precision},max_rows={ROWS},context_tokens={CONTEXT_TOKENS}"
    return open_engine(f"openvino:model={path},{options}")


async def ask(place: Place, engine: Engine, label: str, precision: str) -> None:
    """Run greedy chain of thought on every part, so that the results are in the store."""
    begun = time.monotonic()
    params = SamplingParams(temperature=0.0)
    with open_sandbox("monty", workers=1) as sandbox, Store(place.store) as store:
        for part in place.parts:
            task = load_task(part.task, data_dir=place.data_dir)
            problems = part.problems(place.data_dir)
            bench = Bench(
                {"main": engine},
                "cot",
                task,
                sandbox,
                store,
                params,
                root_seed=SEED,
                max_tokens=MAX_TOKENS,
            )
            manifest = describe(
                {"main": bench}, problems, task=part.task, split=part.split, limit=part.limit
            )
            run = store.journal.begin(f"{label}|{precision}|{part.task}", manifest)
            arm = Arm(f"{label} {precision}", strategies.create("greedy"), bench)
            result = await run_arm(arm, problems, run=run, concurrency=ROWS, progress=_say(arm))
            print(
                f"{arm.name}, {part.task}: {result.num_right}/{len(result.items)} right, "
                f"{result.usage.generated_tokens} tokens, {time.monotonic() - begun:.0f} s so far",
                flush=True,
            )


def _say(arm: Arm) -> Callable[[RunProgress], None]:
    def told(progress: RunProgress) -> None:
        if progress.done % 20 == 0:
            left = progress.eta_s or 0.0
            line = f"  {arm.name}: {progress.done}/{progress.total}, {left:.0f} s left"
            print(line, file=sys.stderr)

    return told


def arms_of(place: Place, store: Store) -> dict[str, dict[str, dict[str, ArmResult]]]:
    """Finished arms: by model, precision, and part, with `all` for the parts together."""
    wanted = {part.task: part.limit for part in place.parts}
    found: dict[str, dict[str, dict[str, ArmResult]]] = {}
    asked: dict[str, str] = {}
    for run in store.journal.runs():
        label, precision, part = run.name.split("|")
        arm = _only(run)
        problems = asked.setdefault(part, run.manifest["problems"])
        if run.manifest["problems"] != problems:
            raise SystemExit(f"{run.name} was asked other problems; sample {part} in a new store")
        if part in wanted and len(arm.items) == wanted[part]:
            found.setdefault(label, {}).setdefault(precision, {})[part] = arm
        elif part in wanted:
            print(f"{run.name}: {len(arm.items)} of {wanted[part]}; left out", file=sys.stderr)
    whole = {
        label: {
            precision: {**parts, "all": _together([parts[name] for name in wanted])}
            for precision, parts in sorted(of_label.items(), key=lambda one: _order(one[0]))
            if parts.keys() == wanted.keys()
        }
        for label, of_label in found.items()
    }
    return {label: arms for label, arms in whole.items() if arms}


def _order(precision: str) -> int:
    return PRECISIONS.index(precision)


def _only(run: Run) -> ArmResult:
    [arm] = run.results()
    return arm


def _together(parts: Sequence[ArmResult]) -> ArmResult:
    return replace(parts[0], items=tuple(item for part in parts for item in part.items))


@dataclass(frozen=True)
class Pair:
    """Two precisions of a model on the same problems.

    Attributes:
        model: Whose.
        verdict: Left against right, corrected for all pairs of the model.
    """

    model: str
    verdict: Verdict


def pairs_of(model: str, arms: Mapping[str, Mapping[str, ArmResult]]) -> list[Pair]:
    """Every two precisions of a model; the one with fewer bits is compared with the other."""
    couples = [(low, high) for high, low in combinations([one["all"] for one in arms.values()], 2)]
    return [
        Pair(model, compare(low, high, level=LEVEL, comparisons=len(couples)))
        for low, high in couples
    ]


def report(place: Place, out: Path) -> None:
    """Write what is finished, problem by problem, and the tables of it."""
    with Store(place.store, create=False) as store:
        arms = arms_of(place, store)
    if not arms:
        raise SystemExit(f"{place.store} holds no finished precision; run: study.py sample")
    out.mkdir(parents=True, exist_ok=True)
    write_rows(out / "items.csv", item_rows(arms))
    write_tables(arms, out, place.parts)


def kept_arms(path: Path) -> dict[str, dict[str, dict[str, ArmResult]]]:
    """The arms of a file of outcomes; costs and answers are not in it."""
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    found: dict[str, dict[str, dict[str, list[ItemResult]]]] = {}
    for row in rows:
        for precision in (name for name in PRECISIONS if row[name]):
            right = float(row[precision] == "right")
            item = ItemResult(row["id"], row[precision], right, Usage())  # type: ignore[arg-type]
            parts = found.setdefault(row["model"], {}).setdefault(precision, {"all": []})
            parts["all"].append(item)
            parts.setdefault(row["problems"], []).append(item)
    return {
        label: {
            precision: {
                part: ArmResult(f"{label} {precision}", label, "cot", "greedy", tuple(items))
                for part, items in parts.items()
            }
            for precision, parts in of_label.items()
        }
        for label, of_label in found.items()
    }


def write_tables(
    arms: Mapping[str, Mapping[str, Mapping[str, ArmResult]]], out: Path, parts: Sequence[Part]
) -> None:
    """Write the statistics."""
    pairs = [pair for model, of_model in arms.items() for pair in pairs_of(model, of_model)]
    write_rows(out / "arms.csv", arm_rows(arms))
    if pairs:
        write_rows(out / "pairs.csv", [pair_row(pair) for pair in pairs])
    asked = ", ".join(f"{part.limit} of {part.task} {part.split}" for part in parts)
    text = [
        "# What fewer bits cost",
        "",
        f"Greedy chain of thought of at most {MAX_TOKENS} tokens; {asked}. Written by `study.py`.",
        "",
        *markdown(arm_rows(arms)),
        "",
        *(markdown([pair_row(pair) for pair in pairs]) if pairs else []),
        "",
        "Differences are in shares of all problems, with 95% intervals that hold for all pairs of "
        "a model together; p is McNemar's exact test, and after Bonferroni's correction for them.",
    ]
    (out / "results.md").write_text("\n".join(text) + "\n")


def arm_rows(arms: Mapping[str, Mapping[str, Mapping[str, ArmResult]]]) -> list[dict[str, object]]:
    """One row for a model, a precision, and a part."""
    rows: list[dict[str, object]] = []
    for model, of_model in arms.items():
        for precision, parts in of_model.items():
            for part in sorted(parts, key=lambda name: name != "all"):
                one = summarize(replace(parts[part], name=f"{model} {precision} {part}"))
                rows.append(
                    {
                        "model": model,
                        "precision": precision,
                        "problems": part,
                        "n": one.n,
                        "right": one.num_right,
                        "no answer": one.num_no_answer,
                        "accuracy": round(one.accuracy.value, 4),
                        "low": round(one.accuracy.interval.low, 4),
                        "high": round(one.accuracy.interval.high, 4),
                        "interval": one.accuracy.interval.method,
                    }
                )
    return rows


def pair_row(pair: Pair) -> dict[str, object]:
    """A pair with its test."""
    verdict = pair.verdict
    ends = verdict.difference.interval
    return {
        "arm": verdict.left,
        "against": verdict.right,
        "n": verdict.n,
        "only arm": verdict.left_only,
        "only other": verdict.right_only,
        "difference": round(verdict.difference.value, 4),
        "low": round(ends.low, 4),
        "high": round(ends.high, 4),
        "p": round(mcnemar(verdict.left_only, verdict.right_only), 5),
        "p corrected": round(verdict.p_value, 5),
        "verdict": verdict.words,
    }


def item_rows(arms: Mapping[str, Mapping[str, Mapping[str, ArmResult]]]) -> list[dict[str, object]]:
    """One row for every problem of a model: which precisions were right."""
    rows: list[dict[str, object]] = []
    for model, of_model in arms.items():
        marks: dict[tuple[str, str], dict[str, object]] = {}
        for precision, parts in of_model.items():
            for part in (name for name in parts if name != "all"):
                for item in parts[part].items:
                    marks.setdefault((part, item.problem_id), {})[precision] = item.status
        rows += [
            {"model": model, "problems": part, "id": name}
            | {precision: row.get(precision, "") for precision in PRECISIONS}
            for (part, name), row in marks.items()
        ]
    return rows


def markdown(rows: Sequence[Mapping[str, object]]) -> list[str]:
    """A table."""
    lines = [f"| {' | '.join(rows[0])} |", f"|{' --- |' * len(rows[0])}"]
    return lines + [f"| {' | '.join(map(str, row.values()))} |" for row in rows]


def write_rows(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    """A CSV file."""
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main(arguments: Sequence[str] | None = None) -> None:
    """Sample or report."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", choices=("sample", "report", "tables"))
    parser.add_argument("--model", action="append", default=[], help="LABEL=MODEL.gguf")
    parser.add_argument("--precisions", default=DEFAULT_PRECISIONS)
    parser.add_argument("--store", type=Path, default=Path("runs/precision.db"))
    parser.add_argument("--data-dir")
    parser.add_argument("--out", type=Path, default=HERE)
    given = parser.parse_args(arguments)
    place = Place(given.store, given.data_dir)
    if given.what == "report":
        report(place, given.out)
        return
    if given.what == "tables":
        write_tables(kept_arms(given.out / "items.csv"), given.out, place.parts)
        return
    precisions = given.precisions.split(",")
    if unknown := [name for name in precisions if name not in PRECISIONS]:
        raise SystemExit(f"--precisions: {unknown[0]!r}; give some of {', '.join(PRECISIONS)}")
    if not given.model:
        raise SystemExit("sample what? give --model LABEL=MODEL.gguf")
    given.store.parent.mkdir(parents=True, exist_ok=True)
    for model in given.model:
        asyncio.run(sample(place, model, precisions))


if __name__ == "__main__":
    main()

"""A 135M model, trained for minutes, against untouched models of 0.5B and 1.5B on five tasks.

    study="python docs/studies/small-beats-big/study.py"
    $study data
    underdog train docs/studies/small-beats-big/recipes/intents.toml --out runs/beats/intents
    $study run intents trained --model runs/beats/intents
    $study run intents listed --model MODEL.gguf --label "1.5B Coder" --split dev
    $study baseline-data && $study baseline  # needs scikit-learn
    $study collect

`run` may be stopped and started again. `collect` writes items.csv and arms.csv beside this file,
from which tables.py makes everything else.
"""

import argparse
import asyncio
import csv
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from contests import Asked, Contest, Prompting, contests, digest, rows

from underdog.core import Engine, Problem, SamplingParams, Usage
from underdog.data.dataset.blocks import JsonLines
from underdog.data.decontamination import protect
from underdog.data.mixing.recipe import MixFile, PoolTable, open_mix
from underdog.engines.opening import open_engine
from underdog.forms import forms
from underdog.measure.results import ArmResult, ItemResult
from underdog.runs.manifest import describe
from underdog.runs.runner import Arm, RunProgress, run_arm
from underdog.runs.store.store import Store
from underdog.sandbox.probing import open_sandbox
from underdog.strategies import strategies
from underdog.strategies.running.bench import Bench

HERE = Path(__file__).parent
TRAINED, BAG, EMPTY = "trained", "bag of words", "always {}"


@dataclass(frozen=True)
class Played:
    """One arm on one task: who was asked how, on which problems, and what it cost."""

    contest: Contest
    prompting: Prompting
    label: str
    split: str
    number: int | None
    first: int | None


def write_data(out: Path) -> None:
    """Training rows of the tasks with data of their own; README has the commands for the others."""
    for contest in contests().values():
        if hasattr(contest.task, "spec") and "train" in contest.task.splits:
            path = out / "data" / f"{contest.name}.jsonl"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("".join(rows(contest.all_of("train"))))
            print(path)
    full = [one for one in contests()["entities"].all_of("train") if kept_in_second(one)]
    (out / "data" / "entities-2.jsonl").write_text("".join(rows(full)))


def kept_in_second(problem: Problem) -> bool:
    """All texts with entities and every third without: the share of dev, not that of train."""
    return problem.gold != "{}" or digest(problem.id) % 3 == 0


async def play(played: Played, engine: Engine, out: Path) -> ArmResult:
    """Run one arm greedily; finished problems are read back."""
    contest, way = played.contest, played.prompting
    task = Asked(contest, way, contest.name)
    constraint = contest.constraint() if way.constrained else None
    with open_sandbox("auto") as sandbox, Store(out / f"{contest.name}.db") as store:
        bench = Bench(
            engines={"main": engine},
            form=way.form,
            task=task,
            sandbox=sandbox,
            store=store,
            params=SamplingParams(temperature=0.0, constraint=constraint),
            forms={way.form: forms.create(way.form)},
            max_tokens=way.max_tokens,
        )
        problems = list(task.problems(played.split, played.number))[: played.first]
        name = f"{played.split} {played.label} {way.name} {len(problems)} from {problems[0].id}"
        manifest = describe(
            {"main": bench}, problems, task=contest.name, split=played.split, limit=played.number
        )
        run = store.journal.begin(name, manifest)
        arm = Arm(name, strategies.create("greedy"), bench)
        began = time.process_time()
        result = await run_arm(arm, problems, run=run, concurrency=24, progress=tell)
        spent = time.process_time() - began
    keep(out, played, result, spent)
    return result


def tell(progress: RunProgress) -> None:
    """How far an arm is."""
    print(f"{progress.done}/{progress.total} {progress.right} right", flush=True)


def keep(out: Path, played: Played, result: ArmResult, cpu_s: float) -> None:
    """One file per arm: its items, and the processor seconds of all calls together."""
    name = f"{played.contest.name}.{played.split}.{played.label}.{played.prompting.name}.json"
    path = out / "arms" / name
    before = json.loads(path.read_text())["cpu_s"] if path.is_file() else 0.0
    arm = {
        "task": played.contest.name,
        "split": played.split,
        "model": played.label,
        "prompting": played.prompting.name,
        "form": played.prompting.form,
        "cpu_s": round(before + cpu_s, 2),
        "items": [
            {
                "problem": item.problem_id,
                "status": item.status,
                "score": round(item.score, 4),
                "prompt_tokens": item.usage.prompt_tokens,
                "generated_tokens": item.usage.generated_tokens,
                "gflops": round(item.usage.flops / 1e9, 2),
                "answer": item.answer,
            }
            for item in result.items
        ],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(arm, indent=1))
    print(f"{name}: {result.num_right} of {len(result.items)} right, {arm['cpu_s']:.0f} CPU s")


def run(given: argparse.Namespace) -> None:
    """Play one arm."""
    contest = contests()[given.task]
    ways = {way.name: way for way in contest.promptings}
    ways[TRAINED] = Prompting(TRAINED, constrained=True, max_tokens=contest.trained_tokens)
    way, first = ways[given.prompting], given.first
    played = Played(contest, way, given.label, given.split, given.limit, first)
    asyncio.run(opened(played, given.model, given.out, given.threads))


async def opened(played: Played, model: str, out: Path, threads: int) -> None:
    """Play one arm with a model on this machine."""
    engine = open_engine(f"openvino:{model}", threads=threads, context_tokens=4096)
    try:
        await play(played, engine, out)
    finally:
        await engine.aclose()


def baseline(out: Path) -> None:
    """Bag of words and pairs of words, logistic regression, strength chosen on dev."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    read = json.loads((out / "baseline.json").read_text())
    began = time.process_time()

    def fitted(strength: float):
        words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
        model = make_pipeline(words, LogisticRegression(C=strength, max_iter=2000))
        return model.fit(*read["train"])

    models = {strength: fitted(strength) for strength in (3.0, 10.0, 30.0)}
    on_dev = {strength: model.score(*read["dev"]) for strength, model in models.items()}
    best = max(on_dev, key=on_dev.__getitem__)
    texts, gold = read["test"]
    found = models[best].predict(texts)
    print(f"{on_dev} on dev, {time.process_time() - began:.0f} CPU s")
    contest, way = contests()["intents"], Prompting("logistic regression")
    played = Played(contest, way, BAG, "test", None, None)
    items = [
        ItemResult(name, "right" if one == other else "wrong", float(one == other), Usage())
        for name, one, other in zip(read["test_ids"], found, gold, strict=True)
    ]
    keep(out, played, ArmResult(BAG, BAG, "", "", tuple(items)), 0.0)


def baseline_data(out: Path) -> None:
    """The texts and labels that the baseline is given; scikit-learn may live elsewhere."""
    contest = contests()["intents"]
    seen = trained_on(out / "data" / "intents.jsonl")
    told = {"train": [one for one in contest.all_of("train") if one.id in seen]}
    told["dev"] = list(contest.all_of("dev"))
    told["test"] = contest.chosen("test")
    lists = {
        split: [[one.question.text for one in problems], [one.gold for one in problems]]
        for split, problems in told.items()
    }
    ids = {"test_ids": [one.id for one in told["test"]]}
    (out / "baseline.json").write_text(json.dumps(lists | ids))


def keep_empty(out: Path) -> None:
    """What answering every text with {} would be worth."""
    contest, way = contests()["entities"], Prompting("nothing")
    played = Played(contest, way, EMPTY, "test", None, None)
    grades = [(one, contest.checker.grade("{}", one)) for one in contest.chosen("test")]
    items = [ItemResult(one.id, grade.status, grade.score, Usage()) for one, grade in grades]
    keep(out, played, ArmResult(EMPTY, EMPTY, "", "", tuple(items)), 0.0)


def trained_on(rows: Path) -> set[str]:
    """Ids of the rows that repeat no test item: those that `underdog train` reads."""
    whole = JsonLines.of(rows)
    pool = PoolTable(share=1.0, jsonl=str(rows))
    mixture = open_mix(MixFile(pools={"data": pool}), tests=protect())
    ids: set[str] = set()
    for piece in mixture.stream(items=sum(whole.sizes)):
        ids |= {example.id for example in piece.examples}
        if piece.places[0].next >= sum(whole.sizes):
            break
    return ids


def collect(out: Path, into: Path = HERE) -> None:
    """The outcomes of all finished arms, as two tables beside this file."""
    arms = [json.loads(path.read_text()) for path in sorted((out / "arms").glob("*.json"))]
    items: list[dict[str, object]] = []
    for arm in arms:
        key = {name: arm[name] for name in ("task", "split", "model", "prompting")}
        items += [
            key | {name: value for name, value in item.items() if name != "answer"}
            for item in arm["items"]
        ]
    write_csv(into / "items.csv", items)
    heads = ("task", "split", "model", "prompting", "form", "cpu_s")
    write_csv(into / "arms.csv", [{name: arm[name] for name in heads} for arm in arms])


def write_csv(path: Path, table: Sequence[dict[str, object]]) -> None:
    """Rows with their names in the first line."""
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(table[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, default=Path("runs/beats"))
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("data", "baseline-data", "baseline", "empty", "collect"):
        commands.add_parser(name)
    one = commands.add_parser("run")
    one.add_argument("task", choices=list(contests()))
    one.add_argument("prompting")
    one.add_argument("--model", required=True)
    one.add_argument("--label", default="135M")
    one.add_argument("--split", default="test")
    one.add_argument("--limit", type=int, help="problems drawn, in place of the contest's number")
    one.add_argument("--first", type=int, help="only the first so many of them")
    one.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    match given.command:
        case "data":
            write_data(given.out)
        case "run":
            run(given)
        case "baseline-data":
            baseline_data(given.out)
        case "baseline":
            baseline(given.out)
        case "empty":
            keep_empty(given.out)
        case _:
            collect(given.out)


if __name__ == "__main__":
    main()

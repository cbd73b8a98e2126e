"""The first match: what test-time compute is worth to small models on GSM8K.

Sampling and reporting are apart, so that every rule is evaluated on the same stored solutions:

    python docs/studies/first-match/study.py sample --model 0.5B=MODEL.gguf --rules majority:n=16
    python docs/studies/first-match/study.py report --reference 1.5B

`sample` fills the store and may be stopped and started again; `report` samples nothing.
"""

import argparse
import asyncio
import csv
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from pydantic import TypeAdapter

from underdog.core import Budget, EngineInfo, Outcome, Problem, SamplingParams
from underdog.engines.opening import open_engine
from underdog.errors import StoreError
from underdog.measure.results import ArmResult
from underdog.measure.summary import summarize
from underdog.measure.verdict import compare_all
from underdog.reports.build import build_card
from underdog.reports.charts import accuracy_vs_cost
from underdog.reports.fight_card import CardFact
from underdog.reports.figure import svg
from underdog.reports.html import write_fight_card
from underdog.reports.plain_text import arms_table, fight_card_text
from underdog.runs.curves import curves, graded_pools
from underdog.runs.replay import PoolView, ReplayEngine, replay_arm
from underdog.runs.runner import Arm, RunProgress, run_arm
from underdog.runs.store.store import Store
from underdog.sandbox.probing import open_sandbox
from underdog.strategies import strategies
from underdog.strategies.running.bench import Bench
from underdog.strategies.running.run import solve
from underdog.tasks.task_catalogue import load_task
from underdog.verifiers import verifiers

HERE = Path(__file__).parent
NUM_PROBLEMS = 200
SEED = 20261122
PARAMS = SamplingParams(temperature=0.7, top_p=0.95, top_logprobs=10)
FORMS = ("cot", "program")
COUNTS = (1, 2, 4, 8, 16, 32)
FREE_VERIFIERS = (
    "mean_logprob",
    "self_certainty",
    "deepconf(kind=tail,window=32)",
    "deepconf(kind=lowest,window=32)",
    "execution",
)
HEADLINE = ("0.5B", "cot", "majority(n=16)")
CARD_RULES = (
    "majority(n=16)",
    "greedy",
    "majority(n=4)",
    "majority(n=8)",
    "adaptive(max_n=16,level=0.95,min_n=3,wave=1)",
    "weighted(n=16,verifier=mean_logprob,temperature=1)",
    "best_of_n(n=16,verifier=mean_logprob)",
)
INFOS = TypeAdapter(dict[str, EngineInfo])


def rules(n: int) -> list[str]:
    """Every strategy that is replayed at n samples."""
    specs = [f"majority(n={n})"]
    for verifier in FREE_VERIFIERS[:-1]:
        specs.append(f"weighted(n={n},verifier={verifier},temperature=1)")
        specs.append(f"best_of_n(n={n},verifier={verifier})")
    specs += [
        f"deepconf(n={n},keep=0.5,verifier=deepconf(kind=tail,window=32))",
        f"deepconf(n={n},keep=0.9,verifier=deepconf(kind=tail,window=32))",
        f"adaptive(max_n={n},level=0.95,min_n=3,wave=1)",
        f"early_stopping(max_n={n},window=4)",
        f"cross_form(n={n},forms=cot+program)",
    ]
    return specs


@dataclass(frozen=True)
class Place:
    """Where the study's files are."""

    store: Path
    data_dir: str | None

    @property
    def infos(self) -> Path:
        """What each sampled engine said of itself."""
        return self.store.with_suffix(".engines.json")

    def known(self) -> dict[str, EngineInfo]:
        """Engines by label."""
        return INFOS.validate_json(self.infos.read_bytes()) if self.infos.exists() else {}


def first_problems(place: Place, limit: int) -> list[Problem]:
    """The first problems of the test split, in the data's own order."""
    task = load_task("gsm8k", data_dir=place.data_dir)
    return list(islice(task.problems("test", limit), limit))


async def sample(
    place: Place, model: str, forms: Sequence[str], specs: Sequence[str], limit: int
) -> None:
    """Run arms live, so that their solutions are in the store."""
    label, _, spec = model.partition("=")
    engine = open_engine(spec)
    known = place.known() | {label: engine.info}
    place.infos.parent.mkdir(parents=True, exist_ok=True)
    place.infos.write_bytes(INFOS.dump_json(known, indent=1))
    problems = first_problems(place, limit)
    started = time.monotonic()
    with open_sandbox("monty", workers=2) as sandbox, Store(place.store) as store:
        task = load_task("gsm8k", data_dir=place.data_dir)
        for form in forms:
            bench = Bench({"main": engine}, form, task, sandbox, store, PARAMS, root_seed=SEED)
            for rule in specs:
                arm = Arm(f"{label} {form} {rule}", strategies.create(rule), bench)
                result = await run_arm(
                    arm, problems, concurrency=8, progress=lambda p, a=arm: _say(a.name, p)
                )
                used = result.usage
                line = (
                    f"{arm.name}: {result.num_right}/{len(result.items)} right, "
                    f"{used.generated_tokens} tokens, {time.monotonic() - started:.0f} s"
                )
                print(line, flush=True)
    await engine.aclose()


def _say(name: str, progress: RunProgress) -> None:
    if progress.done % 20 == 0:
        eta = progress.eta_s or 0.0
        print(f"  {name}: {progress.done}/{progress.total}, {eta:.0f} s left", file=sys.stderr)


def benches(place: Place, store: Store, sandbox: object) -> dict[tuple[str, str], Bench]:
    """A bench for every model and form, whose engines only say what they were."""
    task = load_task("gsm8k", data_dir=place.data_dir)
    made = {name: verifiers.create(name) for name in FREE_VERIFIERS}
    return {
        (label, form): Bench(
            {"main": ReplayEngine(info)},
            form,
            task,
            sandbox,  # type: ignore[arg-type]
            store,
            PARAMS,
            verifiers=made,
            root_seed=SEED,
        )
        for label, info in place.known().items()
        for form in FORMS
    }


def replayed(bench: Bench, label: str, problems: Sequence[Problem], rule: str) -> ArmResult | None:
    """A rule's result from stored solutions, or `None` when they do not suffice."""
    arm = Arm(f"{label} {bench.form} {rule}", strategies.create(rule), bench, Budget())
    try:
        return asyncio.run(replay_arm(arm, problems))
    except StoreError as error:
        print(f"left out: {error}", file=sys.stderr)
        return None


def report(place: Place, reference: str, limit: int, out: Path) -> None:
    """Write the tables: arms with intervals and costs, paired verdicts, curves, gaps."""
    problems = first_problems(place, limit)
    with open_sandbox("monty", workers=2) as sandbox, Store(place.store, create=False) as store:
        table = benches(place, store, sandbox)
        arms = [
            arm
            for (label, _), bench in table.items()
            for rule in ["greedy", *(rule for n in (4, 8, 16, 32) for rule in rules(n))]
            if (arm := replayed(replace(bench, store=PoolView(store)), label, problems, rule))
        ]
        _write_arms(arms, out / "arms.csv")
        _write_verdicts(arms, reference, out / "verdicts.csv")
        _write_curves(table, problems, out)
        _write_tables(arms, out / "gaps.csv", out / "results.md")
        _write_card(arms, table, reference, problems, out)
    facts = {
        "problems": f"gsm8k test, the first {limit}",
        "seed": SEED,
        "params": TypeAdapter(SamplingParams).dump_python(PARAMS),
        "engines": json.loads(INFOS.dump_json(place.known())),
    }
    out.joinpath("facts.json").write_text(json.dumps(facts, indent=1, sort_keys=True) + "\n")


def _write_card(
    arms: Sequence[ArmResult],
    table: dict[tuple[str, str], Bench],
    reference: str,
    problems: Sequence[Problem],
    out: Path,
) -> None:
    """The fight card of the match named beforehand, and its figure."""
    named = {arm.name: arm for arm in arms}
    label, form, rule = HEADLINE
    small = [
        named[name] for name in (f"{label} {form} {one}" for one in CARD_RULES) if name in named
    ]
    big = [named[name] for name in (f"{reference} {form} greedy",) if name in named]
    if not small or small[0].strategy != rule or not big:
        print("no card: the arms named beforehand are not stored", file=sys.stderr)
        return
    card = build_card(
        "First match",
        small,
        big,
        problems=problems,
        small_outcomes=_outcomes(table[label, form], rule, problems),
        big_outcomes=_outcomes(table[reference, form], "greedy", problems),
        task="GSM8K test, the first 200",
        notes=["Every arm is replayed from the same stored solutions; seconds are not compared."],
    )
    hashes = [CardFact(name, info.fingerprint) for name, info in _infos(table).items()]
    card = replace(card, seeds=(CardFact("root seed", str(SEED)),), hashes=tuple(hashes))
    write_fight_card(card, out / "card.html")
    (out / "figure.svg").write_text(svg(accuracy_vs_cost(card)))
    (out / "card.md").write_text(fight_card_text(card, markdown=True))


def _infos(table: dict[tuple[str, str], Bench]) -> dict[str, EngineInfo]:
    return {label: bench.engines["main"].info for (label, _), bench in table.items()}


def _outcomes(bench: Bench, rule: str, problems: Sequence[Problem]) -> dict[str, Outcome]:
    view = replace(bench, store=PoolView(bench.store))

    async def all_of_them() -> dict[str, Outcome]:
        strategy = strategies.create(rule)
        return {one.id: await solve(strategy, one.question, view) for one in problems}

    return asyncio.run(all_of_them())


def _write_rows(path: Path, rows: Sequence[dict[str, object]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _write_tables(arms: Sequence[ArmResult], gaps: Path, path: Path) -> None:
    """The arms and the gaps as Markdown, for people."""
    lines = ["# All arms", "", arms_table([summarize(arm) for arm in arms], markdown=True), ""]
    if gaps.exists():
        with gaps.open() as file:
            rows = list(csv.reader(file))
        lines += ["# Share of the gap between one sample and coverage that a rule closes", ""]
        lines += [
            f"| {' | '.join(rows[0])} |",
            "| --- | --- " + "| ---: " * (len(rows[0]) - 2) + "|",
        ]
        lines += [f"| {' | '.join(row)} |" for row in rows[1:]]
    path.write_text("\n".join(lines) + "\n")


def _write_arms(arms: Sequence[ArmResult], path: Path) -> None:
    rows: list[dict[str, object]] = []
    for arm in arms:
        one = summarize(arm)
        rows.append(
            {
                "model": arm.name.split()[0],
                "form": arm.form,
                "strategy": arm.strategy,
                "n": one.n,
                "right": one.num_right,
                "no_answer": one.num_no_answer,
                "accuracy": round(one.accuracy.value, 4),
                "low": round(one.accuracy.interval.low, 4),
                "high": round(one.accuracy.interval.high, 4),
                "samples": round(one.num_solutions / one.n, 2),
                "generated_tokens": round(one.usage.generated_tokens / one.n, 1),
                "prompt_tokens": round(one.usage.prompt_tokens / one.n, 1),
                "gflops": round(one.flops_per_problem / 1e9, 1),
                "gflops_per_right": round(one.flops_per_right.value / 1e9, 1),
            }
        )
    _write_rows(path, rows)


def _write_verdicts(arms: Sequence[ArmResult], reference: str, path: Path) -> None:
    rows: list[dict[str, object]] = []
    for form in FORMS:
        against = [
            arm for arm in arms
            if arm.name.startswith(f"{reference} ") and arm.form == form
            and arm.strategy == "greedy"
        ]  # fmt: skip
        others = [arm for arm in arms if not arm.name.startswith(f"{reference} ")]
        if not against or not others:
            continue
        verdicts = compare_all(others, against[0])
        for arm, one in zip(others, verdicts, strict=True):
            rows.append(
                {
                    "arm": arm.name,
                    "against": one.right,
                    "difference": round(one.difference.value, 4),
                    "low": round(one.difference.interval.low, 4),
                    "high": round(one.difference.interval.high, 4),
                    "only_arm": one.left_only,
                    "only_reference": one.right_only,
                    "p_corrected": round(one.p_value, 5),
                    "verdict": one.words,
                }
            )
    if rows:
        _write_rows(path, rows)


def _write_curves(
    table: dict[tuple[str, str], Bench], problems: Sequence[Problem], out: Path
) -> None:
    rows: list[dict[str, object]] = []
    gaps: list[dict[str, object]] = []
    for (label, form), bench in table.items():
        pools = asyncio.run(graded_pools(bench, problems, FREE_VERIFIERS))
        if min(map(len, pools), default=0) < 4:
            continue
        points = curves(pools, seed=SEED, counts=COUNTS)
        for point in points:
            rows.append(
                {
                    "model": label,
                    "form": form,
                    "rule": point.rule,
                    "n": point.n,
                    "accuracy": round(point.accuracy.value, 4),
                    "low": round(point.accuracy.interval.low, 4),
                    "high": round(point.accuracy.interval.high, 4),
                    "oracle_bound": point.oracle_bound,
                }
            )
        best = max(point.n for point in points)
        at = {point.rule: point.accuracy.value for point in points if point.n == best}
        single = next(
            point.accuracy.value for point in points if point.rule == "pass" and point.n == 1
        )
        for rule, value in at.items():
            if rule != "pass" and at["pass"] > single:
                gaps.append(
                    {
                        "model": label,
                        "form": form,
                        "n": best,
                        "one_sample": round(single, 4),
                        "coverage": round(at["pass"], 4),
                        "rule": rule,
                        "selected": round(value, 4),
                        "gap_closed": round((value - single) / (at["pass"] - single), 4),
                    }
                )
    if rows:
        _write_rows(out / "curves.csv", rows)
        _write_rows(out / "gaps.csv", gaps)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("command", choices=["sample", "report"])
    parser.add_argument("--store", type=Path, default=Path("runs/first-match.db"))
    parser.add_argument("--data-dir")
    parser.add_argument("--limit", type=int, default=NUM_PROBLEMS)
    parser.add_argument("--model", help="LABEL=ENGINE-SPEC, for sample")
    parser.add_argument("--forms", default="+".join(FORMS))
    parser.add_argument("--rules", default="greedy", help="strategies joined by +, for sample")
    parser.add_argument("--reference", default="1.5B", help="label, for report")
    parser.add_argument("--out", type=Path, default=HERE)
    options = parser.parse_args()
    place = Place(options.store, options.data_dir)
    if options.command == "sample":
        forms, specs = options.forms.split("+"), options.rules.split("+")
        asyncio.run(sample(place, options.model, forms, specs, options.limit))
    else:
        report(place, options.reference, options.limit, options.out)


if __name__ == "__main__":
    main()

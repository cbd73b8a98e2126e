"""The first match: what test-time compute is worth to small models on GSM8K.

Sampling and reporting are apart, so that every rule is evaluated on the same stored solutions:

    python docs/studies/first-match/study.py sample --model 0.5B=MODEL.gguf --rules majority:n=16
    python docs/studies/first-match/study.py report

`sample` fills the store and may be stopped and started again; `report` samples nothing. It writes
the outcome of every problem; `tables.py` makes everything else of them, also without the store.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from itertools import islice
from pathlib import Path

import outcomes
import tables
from pydantic import TypeAdapter
from tables import COUNTS, FORMS, SEED

from underdog.core import Budget, EngineInfo, Outcome, Problem, SamplingParams
from underdog.engines.opening import open_engine
from underdog.errors import StoreError
from underdog.measure.results import ArmResult
from underdog.reports.html import write_fight_card
from underdog.runs.curves import graded_pools
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
PARAMS = SamplingParams(temperature=0.7, top_p=0.95, top_logprobs=10)
FREE_VERIFIERS = ("mean_logprob", "self_certainty", "deepconf(kind=tail,window=32)")
INFOS = TypeAdapter(dict[str, EngineInfo])


def rules(size: int, form: str) -> list[str]:
    """Every strategy that is replayed on pools of one size: all at the full size, votes below."""
    specs = ["greedy", *(f"majority(n={n})" for n in COUNTS if 4 <= n <= size)]
    if form == FORMS[0] and size >= 4:
        specs += [f"cross_form(n={n},forms=cot+program)" for n in COUNTS if 4 <= n <= 2 * size]
    if size < 4:
        return specs
    for verifier in FREE_VERIFIERS:
        specs.append(f"weighted(n={size},verifier={verifier},temperature=1)")
        specs.append(f"best_of_n(n={size},verifier={verifier})")
    return [
        *specs,
        f"deepconf(n={size},keep=0.5,verifier={FREE_VERIFIERS[-1]})",
        f"deepconf(n={size},keep=0.9,verifier={FREE_VERIFIERS[-1]})",
        f"adaptive(max_n={size},level=0.95,min_n=3,wave=1)",
        f"early_stopping(max_n={size},window=4)",
    ]


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


def report(place: Place, limit: int, out: Path) -> None:
    """Write the outcomes of every problem, and from them all tables (see `tables`)."""
    problems = first_problems(place, limit)
    with open_sandbox("monty", workers=2) as sandbox, Store(place.store, create=False) as store:
        view = PoolView(store)
        table = {
            key: replace(bench, store=view) for key, bench in benches(place, store, sandbox).items()
        }
        pools = {key: asyncio.run(graded_pools(bench, problems)) for key, bench in table.items()}
        arms = [
            arm
            for key, bench in table.items()
            for rule in rules(min(map(len, pools[key])), key[1])
            if (arm := replayed(bench, key[0], problems, rule))
        ]
        if not arms:
            raise SystemExit(f"{place.store}: no arm has all of the first {limit} problems")
        outcomes.write_rows(out / "items.csv", outcomes.item_rows(arms))
        rows = [
            row
            for (label, form), found in pools.items()
            if min(map(len, found))
            for row in outcomes.pool_rows(label, form, found)
        ]
        outcomes.write_rows(out / "pools.csv", rows, outcomes.POOL_COLUMNS)
        facts = {
            "problems": f"gsm8k test, the first {limit}",
            "seed": SEED,
            "params": TypeAdapter(SamplingParams).dump_python(PARAMS),
            "engines": json.loads(INFOS.dump_json(place.known())),
            "underdog": version("underdog"),
        }
        text = json.dumps(facts, indent=1, sort_keys=True)
        (out / "facts.json").write_text(text + "\n")
        tables.write(out, tables.pages_of(out))
        _write_page(table, problems, out)


def _write_page(
    table: dict[tuple[str, str], Bench], problems: Sequence[Problem], out: Path
) -> None:
    """The whole card; it quotes the benchmark's questions, so it is not kept."""
    match = outcomes.read_match(out)
    sides = [name.split(" ", 2) for name in tables.headline_of(match)]
    if any(name not in match.arms for name in tables.headline_of(match)):
        print("no card: its arms are not stored", file=sys.stderr)
        return
    small, big = (_outcomes(table[label, form], rule, problems) for label, form, rule in sides)
    card = tables.card_of(match, problems=problems, small_outcomes=small, big_outcomes=big)
    write_fight_card(card, out / "card.html")


def _outcomes(bench: Bench, rule: str, problems: Sequence[Problem]) -> dict[str, Outcome]:
    async def all_of_them() -> dict[str, Outcome]:
        strategy = strategies.create(rule)
        return {one.id: await solve(strategy, one.question, bench) for one in problems}

    return asyncio.run(all_of_them())


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
    parser.add_argument("--out", type=Path, default=HERE)
    options = parser.parse_args()
    place = Place(options.store, options.data_dir)
    if options.command == "sample":
        forms, specs = options.forms.split("+"), options.rules.split("+")
        asyncio.run(sample(place, options.model, forms, specs, options.limit))
    else:
        report(place, options.limit, options.out)


if __name__ == "__main__":
    main()

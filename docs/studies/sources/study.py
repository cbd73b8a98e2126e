"""What a small model's training data is worth keeping: acceptance and cost of every source.

Collecting and reporting are apart; `collect` may be stopped and started again:

    python docs/studies/sources/study.py collect --model 0.5B=openvino:MODEL.gguf --out runs/sources
    python docs/studies/sources/study.py report --out runs/sources
    python docs/studies/sources/study.py tables

Seeds are train problems only. `report` writes results.csv and teachers.csv beside this file, and
from them results.md; `tables` writes that again from the two alone.
"""

import argparse
import asyncio
import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict
from itertools import islice
from pathlib import Path

from underdog.core import Engine, Problem
from underdog.data.sources import sources
from underdog.data.sources.collecting.collect import CollectProgress, collect
from underdog.data.sources.collecting.collection import Collection
from underdog.data.sources.collecting.sampling_report import sampling_report
from underdog.data.sources.documents import passages
from underdog.data.sources.stories import story_seeds
from underdog.engines.opening import open_engine
from underdog.grading import open_checker
from underdog.measure.intervals import exact_interval
from underdog.sandbox.probing import open_sandbox
from underdog.tasks import load_task

HERE = Path(__file__).parent
DOCS = HERE.parents[1]
SEED = 20261122
NUM_SEEDS = 20
SINGLE = (
    "self:form=program,k=2",
    "hinted:form=program,n=2",
    "perturb:n=2,copies=3",
    "tinygsm:n=1,agree=3",
    "self:form=cot,k=2,max_tokens=200",
    "hinted:form=cot,n=2,max_tokens=200",
    "paraphrase:form=program,n=1,k=2",
    "evolve:n=1,k=4",
    "documents:n=1,confirm=1",
    "stories:n=1,max_tokens=250",
)
PAIRS = (
    "matched:form=program,n=1",
    "teachers:source=hinted(form=program,n=1)",
)


def seeds(spec: str, data_dir: str | None, limit: int) -> Iterator[Problem]:
    """The seeds that a source works on."""
    if spec.startswith("stories"):
        return story_seeds(limit, SEED)
    if spec.startswith("documents"):
        pages = sorted(DOCS.glob("*.md"))
        return islice(passages(pages, longest=120), 0, 4 * limit, 4)
    return load_task("gsm8k", data_dir=data_dir).problems("train", limit)


async def run(
    spec: str, engines: Mapping[str, Engine], label: str, args: argparse.Namespace
) -> None:
    """Collect one source and keep its row."""
    target = args.out / f"{label}-{spec.replace(':', '-').replace(',', '-')}.json"
    if target.exists():
        return
    grounded = spec.startswith("documents")
    checker = open_checker("text" if grounded else "numeric")
    with open_sandbox("monty") as sandbox:
        made = await collect(
            spec,
            seeds(spec, args.data_dir, args.seeds),
            engines,
            checker=checker,
            sandbox=sandbox,
            seed=SEED,
            journal=target.with_suffix(".jsonl"),
            concurrency=NUM_SEEDS,
            progress=lambda now: say(label, spec, now),
        )
    target.write_text(json.dumps(as_row(label, spec, made), indent=1))


def say(label: str, spec: str, now: CollectProgress) -> None:
    """One line per five seeds."""
    if now.done % 5 == 0:
        tokens = now.usage.generated_tokens
        print(
            f"{label} {spec}: {now.done}/{now.total}, {now.accepted} kept, {tokens} tokens",
            flush=True,
        )


def as_row(label: str, spec: str, made: Collection) -> dict[str, object]:
    """What is reported of a collection."""
    return {
        "model": label,
        "source": spec,
        "seeds": made.num_done,
        "records": len(made.records),
        "accepted": made.num_accepted,
        "reasons": dict(made.reasons),
        "usage": asdict(made.usage),
        "sampling": [asdict(one) for one in sampling_report(made)],
        "by_teacher": {
            role: sum(one.accepted for one in made.records if one.teacher == role)
            for role in sorted({one.teacher for one in made.records})
        },
    }


async def collect_all(args: argparse.Namespace) -> None:
    """Every source with every model, then the sources that need two."""
    args.out.mkdir(parents=True, exist_ok=True)
    models = dict(one.partition("=")[::2] for one in args.model)
    async with AsyncExitStack() as stack:
        opened: dict[str, Engine] = {}
        for label, spec in models.items():
            opened[label] = open_engine(spec)
            stack.push_async_callback(opened[label].aclose)
        for label, engine in opened.items():
            for spec in SINGLE:
                await run(spec, {"main": engine}, label, args)
        if len(opened) == 2:
            strong, weak = opened.values()
            matched = {"main": strong, "strong": strong, "weak": weak}
            await run(PAIRS[0], matched, "both", args)
            await run(PAIRS[1], {"main": strong, "other": weak}, "both", args)


def report(args: argparse.Namespace) -> None:
    """Write the counts, and the tables of them."""
    rows = [json.loads(path.read_text()) for path in sorted(args.out.glob("*.json"))]
    order = [sources.create(spec).name for spec in (*SINGLE, *PAIRS)]
    rows.sort(key=lambda row: (row["model"], order.index(sources.create(row["source"]).name)))
    counts = [count_row(row) for row in rows]
    write_rows(HERE / "results.csv", counts)
    write_rows(HERE / "teachers.csv", [one for row in rows for one in teacher_rows(row)])
    tables(HERE)


def tables(folder: Path) -> None:
    """Write results.md from the counts."""
    counts, teachers = (read_rows(folder / name) for name in ("results.csv", "teachers.csv"))
    parts = ["# Results", "", *table(counts), "", *teacher_table(teachers)]
    (folder / "results.md").write_text("\n".join(parts) + "\n")


def count_row(row: dict) -> dict[str, object]:
    """One model and source."""
    used = row["usage"]
    reasons = "; ".join(f"{reason} {n}" for reason, n in row["reasons"].items())
    return (
        {name: row[name] for name in ("model", "source", "seeds", "records", "accepted")}
        | {name: used[name] for name in ("calls", "prompt_tokens", "generated_tokens")}
        | {"reasons": reasons}
    )


def teacher_rows(row: dict) -> Iterator[dict[str, object]]:
    """What the sources with two models report of each."""
    empty = dict.fromkeys(("samples", "right", "covered", "distinct", "flawed", "kept"), "")
    for one in row["sampling"]:
        numbers = {
            "samples": one["num_samples"],
            "right": one["num_right"],
            "covered": one["num_covered"],
            "distinct": one["num_distinct"],
            "flawed": one["num_flawed"],
        }
        named = {"source": row["source"], "teacher": one["teacher"], "problems": row["seeds"]}
        yield named | empty | numbers
    if row["model"] == "both" and not row["sampling"]:
        for role, count in row["by_teacher"].items():
            named = {"source": row["source"], "teacher": role, "problems": row["seeds"]}
            yield named | empty | {"kept": count}


def table(rows: Sequence[Mapping[str, str]]) -> list[str]:
    """Acceptance and cost per source."""
    lines = [
        "| model | source | records | kept | acceptance, 95% interval | generated tokens per kept "
        "| why others were refused |",
        "| --- | --- | ---: | ---: | ---: | ---: | --- |",
    ]
    for row in rows:
        kept, of = int(row["accepted"]), int(row["records"])
        tokens = f"{int(row['generated_tokens']) / kept:,.0f}" if kept else "–"
        lines.append(
            f"| {row['model']} | `{row['source']}` | {of} | {kept} | {share(kept, of)} | {tokens} "
            f"| {row['reasons'].replace(';', ',')} |"
        )
    return lines


def teacher_table(rows: Sequence[Mapping[str, str]]) -> list[str]:
    """Coverage per teacher, and what was kept of each."""
    lines = [
        "## Two models",
        "",
        "| source | model | samples | right | coverage, 95% interval | kept |",
        "| --- | --- | ---: | ---: | ---: | ---: |",
    ]
    for row in rows:
        covered = share(int(row["covered"]), int(row["problems"])) if row["covered"] else ""
        lines.append(
            f"| `{row['source']}` | {row['teacher']} | {row['samples']} | {row['right']} "
            f"| {covered} | {row['kept']} |"
        )
    return lines


def share(part: int, of: int) -> str:
    """A share with its exact interval."""
    bounds = exact_interval(part, of)
    return f"{part / of:.0%} ({bounds.low:.0%}–{bounds.high:.0%})"


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def write_rows(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    """Write a CSV file; nothing without rows."""
    if not rows:
        return
    with path.open("w", newline="") as file:
        out = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        out.writeheader()
        out.writerows(rows)


def main() -> None:
    """Parse and run."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", choices=("collect", "report", "tables"))
    parser.add_argument(
        "--model", action="append", default=[], help="LABEL=ENGINE SPEC, strong first"
    )
    parser.add_argument("--out", type=Path, default=Path("runs/sources"))
    parser.add_argument("--data-dir")
    parser.add_argument("--seeds", type=int, default=NUM_SEEDS)
    args = parser.parse_args()
    if args.what == "collect":
        asyncio.run(collect_all(args))
    elif args.what == "report":
        report(args)
    else:
        tables(HERE)


if __name__ == "__main__":
    main()

"""The first match's outcomes: every problem of every arm, and what each of its samples was worth.

`items.csv` has a row for each problem of each arm, `pools.csv` one for each pool of samples, and
`facts.json` what was sampled and how. No question, reply or gold answer is in them.
"""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from underdog.core import Usage
from underdog.measure.results import ArmResult, ItemResult
from underdog.runs.curves import GradedPool

POOL_COLUMNS = ("model", "form", "problem", "generated_tokens", "samples")


@dataclass(frozen=True)
class Match:
    """What the two files of outcomes hold.

    Attributes:
        arms: Results by arm name.
        pools: Graded pools by model and form, problems in one order.
        facts: Models, engines and settings.
    """

    arms: Mapping[str, ArmResult]
    pools: Mapping[tuple[str, str], Sequence[GradedPool]]
    facts: Mapping[str, object]

    @property
    def n(self) -> int:
        """Number of problems."""
        return len(next(iter(self.arms.values())).items)


def item_rows(arms: Iterable[ArmResult]) -> list[dict[str, object]]:
    """One row for each problem of each arm."""
    return [
        {
            "model": arm.name.split()[0],
            "form": arm.form,
            "strategy": arm.strategy,
            "problem": item.problem_id,
            "status": item.status,
            "samples": item.num_solutions,
            "prompt_tokens": item.usage.prompt_tokens,
            "generated_tokens": item.usage.generated_tokens,
            "gflops": round(item.usage.flops / 1e9, 3),
        }
        for arm in arms
        for item in arm.items
    ]


def pool_rows(model: str, form: str, pools: Iterable[GradedPool]) -> list[dict[str, object]]:
    """One row for each pool; of each sample `R` or `W` and the number of its answer, or `-`."""
    rows: list[dict[str, object]] = []
    for pool in pools:
        names = {key: n for n, key in enumerate(dict.fromkeys(pool.keys), 1) if key is not None}
        marks = [
            "-" if key is None else f"{'R' if right else 'W'}{names[key]}"
            for key, right in zip(pool.keys, pool.right, strict=True)
        ]
        spent = sum(pool.generated_tokens)
        values = (model, form, pool.problem_id, spent, " ".join(marks))
        rows.append(dict(zip(POOL_COLUMNS, values, strict=True)))
    return rows


def read_match(folder: Path) -> Match:
    """The outcomes in a folder."""
    items: dict[tuple[str, str, str], list[ItemResult]] = {}
    for row in read_rows(folder / "items.csv"):
        usage = Usage(
            calls=int(row["samples"]),
            prompt_tokens=int(row["prompt_tokens"]),
            generated_tokens=int(row["generated_tokens"]),
            flops=float(row["gflops"]) * 1e9,
        )
        right = float(row["status"] == "right")
        item = ItemResult(
            row["problem"],
            row["status"],  # type: ignore[arg-type]
            right,
            usage,
            num_solutions=int(row["samples"]),
        )
        items.setdefault((row["model"], row["form"], row["strategy"]), []).append(item)
    pools: dict[tuple[str, str], list[GradedPool]] = {}
    for row in read_rows(folder / "pools.csv"):
        marks = row["samples"].split()
        pools.setdefault((row["model"], row["form"]), []).append(
            GradedPool(
                row["problem"],
                "",
                tuple(None if mark == "-" else mark[1:] for mark in marks),
                tuple(mark.startswith("R") for mark in marks),
                {},
                (int(row["generated_tokens"]),),
            )
        )
    facts = json.loads((folder / "facts.json").read_text())
    models = {label: info["model"] for label, info in facts["engines"].items()}
    arms = {
        f"{label} {form} {rule}": ArmResult(
            f"{label} {form} {rule}", models.get(label, label), form, rule, tuple(rows), False, True
        )
        for (label, form, rule), rows in items.items()
    }
    return Match(arms, pools, facts)


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def write_rows(
    path: Path, rows: Sequence[Mapping[str, object]], columns: Sequence[str] = ()
) -> None:
    """A CSV file; without rows or columns, none, and an old one goes."""
    columns = columns or list(rows[0] if rows else ())
    if not columns:
        path.unlink(missing_ok=True)
        return
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)

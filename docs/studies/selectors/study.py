"""Which selectors keep wrong answers? A tenth of generated items gets one; who picks them?

Run `python docs/studies/selectors/study.py`, and again with `--model PATH.gguf` for the selectors
that need a language model. Two data sets: one-digit sums, where a tiny proxy can learn the rule
and wrong answers should stand out late in training, and word problems with worked solutions,
where only the stated answer is wrong. `--keep items.csv` adds every item's outcome to a file, from
which `--tables items.csv` prints the tables of all seeds together.
"""

import argparse
import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from random import Random

from underdog.core.example import Example, Segment
from underdog.data.dataset.examples import example_of
from underdog.data.selectors import Aids, Keep, select
from underdog.data.selectors.measuring.proxy import Proxy
from underdog.data.selectors.ngram_proxy import NgramProxy
from underdog.data.selectors.trajectories import Trajectories
from underdog.engines.opening import open_engine
from underdog.engines.sync import SyncEngine
from underdog.forms import forms
from underdog.generators import families
from underdog.generators.drawing import generate
from underdog.measure.intervals import exact_interval
from underdog.seeds import derive

KEEP = Keep(share=0.1)
SETS = (("sums", "addition:digits=1,wording=plain", "answer"), ("stories", "words", "cot"))
BY_PROXY = (
    "random",
    "longest",
    "diversity",
    "diversity:by=facility",
    "s2l:clusters=20",
    "learning_percentage:clusters=20,guard=false",
    "learning_percentage:clusters=20",
    "learning_percentage:clusters=1",
)
BY_ENGINE = ("random", "highest_loss", "ifd", "ifd:guard=false", "ic_ifd", "nuggets:anchors=10")
FILTERS = ("exact", "minhash", "sketch")


def main() -> None:
    """Print one table per data set."""
    options = _options()
    if options.tables is not None:
        print("\n".join(pooled(options.tables)))
        return
    for name, family, form in SETS:
        if name not in options.sets:
            continue
        rows, wrong = spoilt(family, form, options.items, options.seed)
        print(f"\n{name}: {len(rows)} items, {len(wrong)} of them wrong", flush=True)
        if options.model is None:
            kind = Proxy if options.proxy == "transformer" else NgramProxy
            losses = kind(epochs=options.epochs).record(rows, options.seed)
            kept = _by_proxy(rows, wrong, losses, options.seed)
            lines = [_line(spec, len(rows), chosen, wrong) for spec, chosen in kept.items()]
            if options.keep is not None:
                add_outcomes(options.keep, (name, options.seed), rows, wrong, kept)
        else:
            few = rows[: options.scored]
            spec = f"openvino:model={options.model},threads=1"
            with SyncEngine(open_engine(spec)) as model:
                aids = Aids(engine=model, seed=options.seed)
                lines = [
                    _line(each, len(few), _kept(each, few, KEEP, aids), wrong) for each in BY_ENGINE
                ]
        head = "| selector | of | kept | wrong among kept | 95% interval |"
        print("\n".join([head, "| --- | ---: | ---: | ---: | --- |", *lines]), flush=True)


def _by_proxy(
    rows: list[Example], wrong: frozenset[str], losses: Trajectories, seed: int
) -> dict[str, frozenset[str]]:
    """Ids of the items that each selector keeps."""
    for label, which in (("right", False), ("wrong", True)):
        some = losses.take([row.id for row in rows if (row.id in wrong) is which]).mean(axis=0)
        print(f"proxy's mean loss on {label} ones: {' '.join(f'{loss:.2f}' for loss in some)}")
    aids = Aids(trajectories=losses, seed=seed)
    some = {spec: _kept(spec, rows, KEEP, aids) for spec in BY_PROXY}
    return some | {spec: _kept(spec, rows, None, aids) for spec in FILTERS}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--items", type=int, default=1_000)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--proxy", choices=("ngram", "transformer"), default="ngram")
    parser.add_argument("--scored", type=int, default=200, help="items that the model scores")
    parser.add_argument("--model", type=Path, help="run the selectors that need an engine")
    parser.add_argument("--sets", nargs="+", default=[name for name, _, _ in SETS])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="CSV file that outcomes are added to")
    parser.add_argument("--tables", type=Path, help="print the tables of such a file")
    return parser.parse_args()


def spoilt(family: str, form: str, count: int, seed: int) -> tuple[list[Example], frozenset[str]]:
    """Training items of which every tenth, on average, states another item's answer.

    Returns:
        The items, and the ids of the wrong ones.
    """
    rows = list(islice(_items(family, form, seed), count))
    rng = Random(derive("spoilt", family, seed))
    wrong = {row.id for row in rng.sample(rows, count // 10)}
    answers = [str(row.tags["answer"]) for row in rows]
    given = [_with_other(row, answers, rng) if row.id in wrong else row for row in rows]
    return given, frozenset(wrong)


def _items(family: str, form: str, seed: int) -> Iterator[Example]:
    writer, made = forms.create(form), families.create(family)
    for item in generate(made, "train", seed):
        row = example_of(item, writer, family, made.checker, instruction=False)
        if row is not None:
            yield row


def _with_other(row: Example, answers: Sequence[str], rng: Random) -> Example:
    """The item with the last mention of its answer replaced by another item's."""
    gold = str(row.tags["answer"])
    other = rng.choice([answer for answer in answers if answer != gold])
    *before, last = row.segments
    head, _, tail = last.text.rpartition(gold)
    return replace(row, segments=(*before, Segment(head + other + tail, last.role, last.weight)))


def _kept(spec: str, rows: Sequence[Example], keep: Keep | None, aids: Aids) -> frozenset[str]:
    return frozenset(one.example.id for one in select(spec, rows, keep, aids) if one.kept)


def _line(spec: str, of: int, kept: frozenset[str], wrong: frozenset[str]) -> str:
    return f"| `{spec}` | {of} | {len(kept)} | {_share(len(kept & wrong), len(kept))} |"


def _share(bad: int, of: int, level: float = 0.95) -> str:
    if not of:
        return " | "
    ends = exact_interval(bad, of, level)
    return f"{bad / of:.1%} | {ends.low:.0%} to {ends.high:.0%}"


def add_outcomes(
    path: Path,
    run: tuple[str, int],
    rows: Sequence[Example],
    wrong: frozenset[str],
    kept: Mapping[str, frozenset[str]],
) -> None:
    """Add a row per item: set, seed, place, whether it is wrong, and who kept it, by number."""
    fresh = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if fresh:
            writer.writerow(["set", "seed", "item", "wrong", "kept_by"])
        for place, row in enumerate(rows):
            who = [str(number) for number, ids in enumerate(kept.values()) if row.id in ids]
            writer.writerow([*run, place, int(row.id in wrong), " ".join(who)])


def pooled(path: Path) -> Iterator[str]:
    """Tables of all seeds together; the intervals of a set hold for all its selectors at once."""
    level = 1.0 - 0.05 / len((*BY_PROXY, *FILTERS))
    with path.open(newline="") as file:
        outcomes = list(csv.DictReader(file))
    for name in dict.fromkeys(row["set"] for row in outcomes):
        some = [row for row in outcomes if row["set"] == name]
        yield from (
            f"\n{name}:\n",
            "| selector | kept, by seed | wrong, by seed | all | interval, corrected |",
        )
        yield "| --- | ---: | ---: | ---: | ---: |"
        for number, spec in enumerate((*BY_PROXY, *FILTERS)):
            mine = [row for row in some if str(number) in row["kept_by"].split()]
            seeds = dict.fromkeys(row["seed"] for row in some)
            each = [[row for row in mine if row["seed"] == seed] for seed in seeds]
            wrong = [sum(row["wrong"] == "1" for row in rows) for rows in each]
            counts = ", ".join(str(len(rows)) for rows in each)
            bad = ", ".join(map(str, wrong))
            yield f"| `{spec}` | {counts} | {bad} | {_share(sum(wrong), len(mine), level)} |"


if __name__ == "__main__":
    main()

"""Items per second on one core, exact traces included, against reasoning-gym in the same run.

    pip install 'underdog[reasoning-gym]'
    python benchmarks/generators.py [--items 5000] [--repeats 5] [--output docs/…/benchmark.md]

Each round times both sides right after one another; the table has the median of the rounds, by the
processor time of this process, which other work on the machine hardly touches. Settings are matched
where both sides have them: as many numbers, digits and places. Items are taken one by one, as a
data set is written. Another column has the ratio when all are kept in a list: the larger an item,
the more that costs, in memory and in passes of Python's collector. Ours writes question, answer,
every step with its formula, value and sentence, the canonical key and the split; reasoning-gym
writes question, answer and metadata, and no steps except for `gsm_symbolic`.
"""

import argparse
import gc
import platform
import statistics
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from itertools import islice
from pathlib import Path

from underdog.core import Item
from underdog.errors import MissingExtraError, UnderdogError
from underdog.generators import families
from underdog.generators.drawing import generate

Setting = int | str


@dataclass(frozen=True, slots=True)
class Pair:
    """What is compared.

    Attributes:
        ours: Spec of our family.
        theirs: Data set of reasoning-gym.
        settings: Its settings, matched to ours.
    """

    ours: str
    theirs: str
    settings: Mapping[str, Setting]


PAIRS = (
    Pair("chain:operators=+-,brackets=0,min_terms=2,max_terms=6,digits=4", "chain_sum",
         {"min_terms": 2, "max_terms": 6, "min_digits": 1, "max_digits": 4}),
    Pair("decimals:operators=+-,min_terms=2,max_terms=6,digits=3,places=4", "decimal_chain_sum",
         {"min_terms": 2, "max_terms": 6, "min_digits": 1, "max_digits": 3,
          "min_decimal_places": 1, "max_decimal_places": 4}),
    Pair("decimals:digits=2,places=3,min_terms=2,max_terms=2", "decimal_arithmetic",
         {"min_terms": 2, "max_terms": 2, "min_num_decimal_places": 1,
          "max_num_decimal_places": 3}),
    Pair("gcd_lcm:kind=gcd,largest=1000,shared=1", "gcd", {"min_value": 1, "max_value": 1000}),
    Pair("gcd_lcm:kind=lcm,largest=100,shared=1", "lcm", {"min_value": 1, "max_value": 100}),
    Pair("multiplication:digits=5,product_digits=10", "products",
         {"min_digits": 1, "max_digits": 5}),
    Pair("chain:min_terms=2,max_terms=6,digits=4", "basic_arithmetic",
         {"min_terms": 2, "max_terms": 6, "min_digits": 1, "max_digits": 4}),
    Pair("fractions:operators==,largest=1000", "fraction_simplification",
         {"min_value": 1, "max_value": 1000}),
    Pair("words", "gsm_symbolic", {}),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rate:
    """Items per second of both sides, and what one of ours holds.

    Attributes:
        pair: What is compared.
        ours_per_s: Our items, taken one by one.
        theirs_per_s: Theirs.
        kept_ratio: How many of ours in the time of one of theirs when all are kept.
        steps: Mean number of steps of ours.
    """

    pair: Pair
    ours_per_s: float
    theirs_per_s: float
    kept_ratio: float
    steps: float

    @property
    def ratio(self) -> float:
        """How many of ours in the time of one of theirs."""
        return self.ours_per_s / self.theirs_per_s


def seconds(work: Callable[[], object]) -> float:
    """Processor seconds of one call; what was there before is none of the collector's business."""
    gc.collect()
    gc.freeze()
    began = time.process_time()
    work()
    return time.process_time() - began


def their_items(pair: Pair, count: int, seed: int) -> Iterator[object]:
    """Items of reasoning-gym, one by one."""
    try:
        package = import_module("reasoning_gym")
    except ImportError as error:
        raise MissingExtraError("reasoning-gym", "reasoning-gym") from error
    data = package.create_dataset(pair.theirs, seed=seed, size=count, **pair.settings)
    return (data[index] for index in range(count))


def our_items(pair: Pair, count: int, seed: int) -> Iterator[Item]:
    """Items of our family, as a training set takes them."""
    return islice(generate(families.create(pair.ours), "train", seed), count)


def compare(pair: Pair, items: int, repeats: int) -> Rate:
    """Time both sides in turn; one small round before warms imports and caches."""
    list(our_items(pair, 100, 0))
    list(their_items(pair, 100, 0))
    passing = rounds(pair, items, repeats, pass_by)
    keeping = rounds(pair, items, repeats, list)
    sample = list(our_items(pair, 500, 0))
    return Rate(
        pair,
        items / passing[0],
        items / passing[1],
        keeping[1] / keeping[0],
        sum(len(item.steps) for item in sample) / len(sample),
    )


def rounds(
    pair: Pair, items: int, repeats: int, take: Callable[[Iterator[object]], object]
) -> tuple[float, float]:
    """Median seconds of our side and theirs."""
    ours: list[float] = []
    theirs: list[float] = []
    for seed in range(1, repeats + 1):
        ours.append(seconds(lambda seed=seed: take(our_items(pair, items, seed))))
        theirs.append(seconds(lambda seed=seed: take(their_items(pair, items, seed))))
    return statistics.median(ours), statistics.median(theirs)


def pass_by(items: Iterator[object]) -> None:
    """Take items one by one and keep none."""
    deque(items, maxlen=0)


def table(rates: list[Rate], items: int, repeats: int) -> str:
    """The results as a Markdown page."""
    lines = [
        "# Generators against reasoning-gym",
        "",
        f"Items per second on one core, {items:,} items, median of {repeats} rounds, processor "
        f"time; Python {platform.python_version()} on {platform.machine()}. Ours include the exact "
        "steps (mean number shown); theirs have none, except a text in gsm_symbolic.",
        "",
        "| ours | theirs | ours, items/s | theirs, items/s | ratio | ratio, kept in a list "
        "| our steps per item |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for rate in rates:
        lines.append(
            f"| `{rate.pair.ours}` | `{rate.pair.theirs}` | {rate.ours_per_s:,.0f} "
            f"| {rate.theirs_per_s:,.0f} | {rate.ratio:.2f} | {rate.kept_ratio:.2f} "
            f"| {rate.steps:.1f} |"
        )
    return "\n".join([*lines, "", "Made by `python benchmarks/generators.py`.", ""])


def main() -> None:
    """Compare all pairs and write the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--items", type=int, default=5_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--output", type=Path)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore", SyntaxWarning)
    try:
        rates = [compare(pair, arguments.items, arguments.repeats) for pair in PAIRS]
    except UnderdogError as error:
        parser.exit(2, f"{error}\n")
    page = table(rates, arguments.items, arguments.repeats)
    print(page)
    if arguments.output is not None:
        arguments.output.parent.mkdir(parents=True, exist_ok=True)
        arguments.output.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()

"""What one generated item costs at least, part by part, and how far whole families are from it.

    python benchmarks/generator_floor.py

Each part is timed alone, as the fastest of many rounds by the processor time of this process: the
hash that seeds an item's stream, the hash that decides its split, the problem with its id and
private columns, the item, and the texts of one step. The last column of the second table is what a
family spends beyond the parts that no item of so many steps can do without.
"""

import time
import timeit
from collections.abc import Callable
from itertools import islice

from underdog.core.item import Draft, Item, steps_of
from underdog.core.problem import new_problem
from underdog.generators import families
from underdog.generators.drawing import SHARES, generate, split_of
from underdog.generators.streams import HashedStream
from underdog.seeds import digest_each

_ROUNDS, _CALLS = 25, 2_000
_FAMILIES = (
    "addition:digits=4",
    "chain:operators=+-,brackets=0,min_terms=2,max_terms=6,digits=4",
    "gcd_lcm:kind=gcd,largest=1000,shared=1",
    "multiplication:digits=5,product_digits=10",
    "fractions:operators==,largest=1000",
)


def fastest_us(work: Callable[[], object]) -> float:
    """Microseconds of one call."""
    timer = timeit.Timer(work, timer=time.process_time)
    return min(timer.repeat(_ROUNDS, _CALLS)) / _CALLS * 1e6


def write_step(total: int, added: int) -> object:
    """The least that a step of a calculation takes: a value and two texts with it."""
    value = str(total + added)
    return value, f"{total} + {added}", f"{total} + {added} = {value}."


def parts() -> dict[str, float]:
    """Microseconds of everything that an item needs, apart from its steps."""
    digests, stream = digest_each(("floor", 1)), HashedStream()
    row = ("total", "12 + 34", "46", "12 + 34 = 46.", "")
    problem = new_problem("floor", "floor", "", (), "", "46", "train", {})
    return {
        "seed of the stream": fastest_us(lambda: stream.restart(next(digests))),
        "split, one hash for each of 1.25 draws": 1.25
        * fastest_us(lambda: split_of("add:1234,5678")),
        "problem, id and private columns": fastest_us(
            lambda: new_problem(
                f"floor-train-0-{1234}",
                "floor",
                "What is 12 + 34?",
                (),
                "",
                "46",
                "train",
                {"family": "floor", "key": "add:12,34", "difficulty": 2},
            )
        ),
        "draft": fastest_us(lambda: Draft("What?", "46", (), "add:12,34", 2, {})),
        "item": fastest_us(lambda: Item(problem, (), "add:12,34")),
        "a step: value, formula and sentence": fastest_us(lambda: write_step(12, 34)),
        "a step: its object": fastest_us(lambda: steps_of((row, row, row, row))) / 4,
    }


def family_us(spec: str) -> tuple[float, float]:
    """Microseconds of one item of a training set, and its mean number of steps."""
    family = families.create(spec)
    items = list(islice(generate(family, "train", 0), _CALLS))
    steps = sum(len(item.steps) for item in items) / len(items)

    def make() -> None:
        for _ in islice(generate(family, next(iter(SHARES)), 0), _CALLS):
            pass

    best = min(timeit.Timer(make, timer=time.process_time).repeat(_ROUNDS, 1))
    return best / _CALLS * 1e6, steps


def main() -> None:
    """Print both tables."""
    costs = parts()
    print("| part | µs |\n| --- | ---: |")
    for name, cost in costs.items():
        print(f"| {name} | {cost:.2f} |")
    by_step = [cost for name, cost in costs.items() if name.startswith("a step")]
    fixed = sum(costs.values()) - sum(by_step)
    print("\n| family | µs | steps | floor, µs | beyond, µs |\n| --- | ---: | ---: | ---: | ---: |")
    for spec in _FAMILIES:
        cost, steps = family_us(spec)
        floor = fixed + steps * sum(by_step)
        print(f"| `{spec}` | {cost:.1f} | {steps:.1f} | {floor:.1f} | {cost - floor:.1f} |")


if __name__ == "__main__":
    main()

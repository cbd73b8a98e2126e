"""Where the time of a word problem goes, and what its strings and tuples cost at the very least.

    python benchmarks/word_problems.py [--items 2000] [--rounds 9]

Processor time, garbage collection off, least of the rounds. The floor is measured on real items:
everything is drawn and known beforehand, and only what nobody can leave out is done again: fill the
texts in, part them, build the steps, the draft, the problem and the item.
"""

import argparse
import gc
import time
from collections import deque
from collections.abc import Callable, Iterable
from itertools import islice
from random import Random

from underdog.core.item import Draft, Item, steps_of
from underdog.generators import families
from underdog.generators.drawing import generate, split_of
from underdog.generators.key_first import KeyFirst
from underdog.generators.stories.writer import Planner, Style, Writer, built_in

_MARK = "\0"


class Constant(KeyFirst[None]):
    """A family that always writes the same draft: what an item costs beside its words."""

    name, version, checker, forms = "constant", 1, "numeric", ("cot",)

    def __init__(self, draft: Draft) -> None:
        self._draft = draft

    def draw(self, rng: Random) -> tuple[str, None]:
        """The same key each time."""
        return self._draft.key, None

    def write(self, rng: Random, key: str, numbers: None) -> Draft:
        """The same draft each time."""
        return self._draft


def least(rounds: int, count: int, work: Callable[[], Iterable[object]]) -> float:
    """Microseconds per item of the quickest round."""
    found: list[float] = []
    for _ in range(rounds):
        began = time.process_time()
        deque(work(), maxlen=0)
        found.append(time.process_time() - began)
    return min(found) / count * 1e6


def known(item: Item) -> tuple[str, tuple[str, ...], tuple[tuple[str, str, str], ...]]:
    """An item as one text with a hole for each of its numbers, what fills it, and its constants."""
    texts = [item.problem.question.text]
    for step in item.steps:
        texts += (step.text, step.question)
    filled: list[str] = []
    pieces: list[str] = []
    for word in _MARK.join(texts).replace("%", "%%").split(" "):
        number = word.isdigit()
        pieces.append("%s" if number else word)
        if number:
            filled.append(word)
    return " ".join(pieces), tuple(filled), tuple(step[:3] for step in item.steps)


def build(text: str, words: tuple[str, ...], rows: tuple[tuple[str, str, str], ...]) -> object:
    """The strings and steps of an item that is known."""
    said, *told = (text % words).split(_MARK)
    each = iter(told)
    names, formulas, values = zip(*rows, strict=True)
    return said, steps_of(zip(names, formulas, values, each, each, strict=True))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--items", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=9)
    arguments = parser.parse_args()
    count, rounds = arguments.items, arguments.rounds
    family = families.create("words")
    items = list(islice(generate(family, "train", 1), 4 * count))[:count]
    writer = Writer(Planner(built_in(), 2, 5), Style())
    rng = Random(1)
    sketches = [writer.sketch(rng) for _ in range(count)]
    ready = [known(item) for item in items]
    constant = Constant(writer.write(rng, *sketches[0]))
    split = split_of(constant.draw(rng)[0])
    gc.disable()

    works: dict[str, Callable[[], Iterable[object]]] = {
        "a whole item of split train": lambda: islice(generate(family, "train", 2), count),
        "a whole item of split test": lambda: islice(generate(family, "test", 2), count),
        "draw plan and numbers, write the key": lambda: map(writer.sketch, [rng] * count),
        "write words and steps": lambda: (writer.write(rng, *one) for one in sketches),
        "floor: its strings and steps": lambda: (build(*one) for one in ready),
        "floor: seed, split, problem, item": lambda: islice(generate(constant, split, 2), count),
    }
    print("| what | us per item |\n| --- | ---: |")
    for name, work in works.items():
        print(f"| {name} | {least(rounds, count, work):.1f} |")


if __name__ == "__main__":
    main()

"""Lists of numbers in order: the k-th smallest or largest, the median, the spread.

The answer is one number, so that the numeric checker reads it however the list is written.
"""

from random import Random

from underdog.core.item import Draft
from underdog.generators import families
from underdog.generators.craft.notation import ordinal
from underdog.generators.craft.worked_steps import Trace
from underdog.generators.knobs import kinds_of, span, whole

KINDS = ("smallest", "largest", "median", "range")
_ASKED = (
    "What is {target} of the numbers {numbers}?",
    "Find {target} of {numbers}.",
    "Given the list {numbers}, what is {target}?",
    "Look at {numbers}. Give {target}.",
)


@families.register("number_sort")
class NumberSort:
    """The k-th smallest or largest of some numbers, their median or their range.

    Args:
        kind: One of the kinds, or `mixed`.
        numbers: Most numbers.
        min_numbers: Fewest numbers.
        size: Largest absolute value of a number.
    """

    name = "number_sort"
    version = 1
    checker = "numeric"
    forms = ("answer", "cot", "program")

    def __init__(
        self, kind: str = "mixed", numbers: int = 9, min_numbers: int = 4, size: int = 100
    ) -> None:
        self._kinds = kinds_of("kind", kind, KINDS, "mixed")
        self._fewest, self._most = span("min_numbers", min_numbers, "numbers", numbers, 3, 30)
        self._size = whole("size", size, 20, 10**6)

    def draft(self, rng: Random) -> Draft:
        """Draft of a problem: a list of different numbers."""
        kind = rng.choice(self._kinds)
        count = rng.randint(self._fewest, self._most)
        count -= kind == "median" and count % 2 == 0
        low = -self._size if rng.random() < 0.3 else 0
        numbers = rng.sample(range(low, self._size + 1), count)
        trace = Trace()
        in_order = sorted(numbers)
        text = f"In order they are {', '.join(map(str, in_order))}."
        trace.add("in_order", f"sorted({numbers})", str(in_order), text)
        target, key = _pick(trace, rng, in_order, kind)
        return Draft(
            text=rng.choice(_ASKED).format(target=target, numbers=", ".join(map(str, numbers))),
            answer=trace.answer,
            steps=trace.steps,
            key=f"number_sort:{key}:{','.join(map(str, in_order))}",
            difficulty=count / 2 + KINDS.index(kind) / 2,
            meta={"kind": kind},
        )


def _pick(trace: Trace, rng: Random, numbers: list[int], kind: str) -> tuple[str, str]:
    count = len(numbers)
    if kind == "range":
        low, high = numbers[0], numbers[-1]
        text = f"The largest is {high} and the smallest is {low}, so they differ by {high - low}."
        trace.add("range", "in_order[-1] - in_order[0]", high - low, text)
        return "the difference between the largest and the smallest", "range"
    if kind == "median":
        middle = count // 2
        text = f"The middle one of {count} is the {ordinal(middle + 1)}: {numbers[middle]}."
        trace.add("median", f"in_order[{middle}]", numbers[middle], text)
        return "the median", f"rank{middle}"
    place = rng.randint(1, min(count - 1, 4))
    index = place - 1 if kind == "smallest" else count - place
    nth = "" if place == 1 else f"{ordinal(place)} "
    text = f"The {nth}{kind} is {numbers[index]}."
    trace.add("number", f"in_order[{index}]", numbers[index], text)
    return f"the {nth}{kind}", f"rank{index}"

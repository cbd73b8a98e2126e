"""Kinds of counting problems with wide ranges: multiples, at least one of a group, neighbours.

Each function adds its steps to a trace and returns the question and its part of the key. `size` is
the knob of the family `counting`.
"""

from math import comb, factorial, lcm
from random import Random

from underdog.generators.craft.worked_steps import Trace

_MULTIPLES = (
    "How many whole numbers from {a} to {b} are divisible by {k}?",
    "How many multiples of {k} are there from {a} to {b}, both included?",
    "Houses are numbered {a} to {b}. How many have a number that {k} divides?",
    "Of the tickets with numbers {a} to {b}, each with a multiple of {k} wins. How many win?",
)
_EITHER = (
    "How many whole numbers from 1 to {n} are divisible by {p} or by {q}?",
    "Days are numbered 1 to {n}. A bus comes on days divisible by {p}, a tram on days divisible by "
    "{q}. On how many days does at least one of them come?",
    "Of the numbers 1 to {n}, how many are a multiple of {p}, of {q} or of both?",
)
_NEITHER = (
    "How many whole numbers from 1 to {n} are divisible neither by {p} nor by {q}?",
    "Of the numbers 1 to {n}, those divisible by {p} or by {q} are crossed out. How many are left?",
)
_SOME = (
    "A group of {k} is chosen from {n} women and {m} men. How many choices have at least one man?",
    "A box has {n} red and {m} blue pens, all different. In how many ways can you take {k} of them "
    "so that at least one is blue?",
    "From {n} old and {m} new books, {k} are lent out. In how many ways can at least one of these "
    "be new?",
)
_TOGETHER = (
    "In how many ways can {n} people stand in a queue if {k} friends among them stay next to each "
    "other?",
    "{n} different books are put on a shelf. {k} of them, by one author, must stand side by side. "
    "How many orders are there?",
)
_SHARED = (
    "In how many ways can {n} equal sweets be shared among {k} children, if a child may get none?",
    "How many ways are there to put {n} equal balls into {k} different boxes?",
    "A shop sells {k} kinds of rolls. How many different bags of {n} rolls can be bought?",
)


def multiples(rng: Random, trace: Trace, size: int) -> tuple[str, str]:
    """Multiples of a number in a span."""
    k = rng.randint(2, size)
    a = rng.randint(1, 40 * size)
    b = a + rng.randint(2 * k, 40 * size)
    trace.add("upto", f"{b} // {k}", b // k, f"Up to {b} there are {b // k} multiples of {k}.")
    before = (a - 1) // k
    text = f"Below {a} there are {before}."
    trace.add("below", f"{a - 1} // {k}", before, text)
    trace.add("multiples", "upto - below", b // k - before, "So {}.")
    return rng.choice(_MULTIPLES).format(a=a, b=b, k=k), f"multiples:{k}:{a},{b}"


def either(rng: Random, trace: Trace, size: int) -> tuple[str, str]:
    """Multiples of one of two numbers, or of neither."""
    p, q = sorted(rng.sample(range(2, size + 1), 2))
    n = rng.randint(3 * q, 60 * size)
    common = lcm(p, q)
    trace.add("first", f"{n} // {p}", n // p, f"{n // p} numbers are divisible by {p}.")
    trace.add("second", f"{n} // {q}", n // q, f"{n // q} numbers are divisible by {q}.")
    both = n // common
    trace.add(
        "both", f"{n} // {common}", both, f"{both} are divisible by both, that is by {common}."
    )
    total = n // p + n // q - both
    trace.add("either", "first + second - both", total, "So {} are divisible by one of them.")
    if rng.random() < 0.5:
        return rng.choice(_EITHER).format(n=n, p=p, q=q), f"either:{n},{p},{q}"
    trace.add("neither", f"{n} - either", n - total, "The others are {}.")
    return rng.choice(_NEITHER).format(n=n, p=p, q=q), f"neither:{n},{p},{q}"


def some(rng: Random, trace: Trace, size: int) -> tuple[str, str]:
    """Choices from two groups with at least one member of the second group."""
    n, m = rng.randint(4, size), rng.randint(2, size)
    k = rng.randint(2, 3)
    every, none = comb(n + m, k), comb(n, k)
    orders = factorial(k)
    for name, count, what in (("every", n + m, "in all"), ("without", n, "without one of these")):
        formula = " * ".join(str(count - taken) for taken in range(k)) + f" // {orders}"
        trace.add(name, formula, comb(count, k), f"There are {{}} choices {what}.")
    trace.add("some", "every - without", every - none, "So {}.")
    return rng.choice(_SOME).format(n=n, m=m, k=k), f"some:{n},{m},{k}"


def together(rng: Random, trace: Trace, size: int) -> tuple[str, str]:
    """Rows in which some of the things stand next to each other."""
    n = rng.randint(4, max(5, size - 2))
    k = rng.randint(2, n - 2)
    blocks = n - k + 1
    text = f"Taken as one, they make {blocks} things to order: {{}} ways."
    trace.add("rows", " * ".join(map(str, range(blocks, 0, -1))), factorial(blocks), text)
    inside = " * ".join(map(str, range(k, 0, -1)))
    trace.add("inside", inside, factorial(k), "Among themselves they have {} orders.")
    trace.add("ways", "rows * inside", factorial(blocks) * factorial(k), "Together {}.")
    return rng.choice(_TOGETHER).format(n=n, k=k), f"together:{n},{k}"


def shared(rng: Random, trace: Trace, size: int) -> tuple[str, str]:
    """Ways to share equal things among different takers."""
    n, k = rng.randint(2, size), rng.randint(2, 4)
    places, bars = n + k - 1, k - 1
    text = f"The {n} things and {bars} borders between the takers fill {{}} places."
    trace.add("places", f"{n} + {bars}", places, text)
    formula = " * ".join(f"(places - {taken})" if taken else "places" for taken in range(bars))
    formula += f" // {factorial(bars)}"
    trace.add("ways", formula, comb(places, bars), "The borders can lie in {} ways.")
    return rng.choice(_SHARED).format(n=n, k=k), f"shared:{n},{k}"

"""Counting arrangements: rows, committees, handshakes, paths, letter orders, divisors, codes.

Kinds: `rows` (ordered choice), `groups` (unordered choice), `teams` (from two groups), `pairs`
(handshakes and matches), `paths` (on a grid), `letters` (orders of a word's letters), `divisors`,
`codes` (independent places), `outfits` (product rule), `multiples` (in a span), `either` (multiples
of one of two numbers, or of neither), `some` (at least one of a kind), `together` (neighbours),
`shared` (equal things).
"""

from collections import Counter
from collections.abc import Callable
from math import comb, factorial, perm, prod
from random import Random

from underdog.core.item import Draft
from underdog.generators import families
from underdog.generators.chance.tallies import either, multiples, shared, some, together
from underdog.generators.craft.notation import listed, plural
from underdog.generators.craft.worked_steps import Trace
from underdog.generators.form_sets import CALCULATED
from underdog.generators.knobs import one_of, whole

_ROWS = (
    "In how many ways can {k} of {n} people stand in a queue?",
    "A club of {n} members elects {k} different people to {k} different posts. In how many ways "
    "can this happen?",
    "{n} runners start a race without ties. How many different results are there for the first "
    "{k} places?",
)
_GROUPS = (
    "How many different groups of {k} can be chosen from {n} people?",
    "A shop has {n} kinds of fruit. In how many ways can you choose {k} different kinds?",
    "How many ways are there to choose {k} books out of {n} different books?",
)
_TEAMS = (
    "A team needs {k} of {n} players and {m} of {p} coaches. How many teams are possible?",
    "A menu has {n} starters and {p} desserts, all different. In how many ways can you choose {k} "
    "of the starters and {m} of the desserts?",
)
_PAIRS = (
    "{n} people meet and each shakes hands once with every other. How many handshakes are there?",
    "{n} teams play a league in which each pair meets once. How many matches are played?",
    "{n} points lie on a circle. How many straight lines join two of them?",
)
_PATHS = (
    "On a grid, how many shortest paths lead from the corner to the point {k} steps right and {m} "
    "steps up, moving only right and up?",
    "A robot makes {k} moves east and {m} moves north, in any order. How many routes are there?",
)
_LETTERS = (
    "How many different orders of the letters of the word {word} are there?",
    "In how many distinguishable ways can the letters of {word} be arranged?",
)
_DIVISORS = (
    "How many positive divisors does {n} have?",
    "How many positive whole numbers divide {n} without remainder?",
)
_CODES = (
    "A code has {letters} from an alphabet of {n}, then {digits} from 0 to 9; repeats are "
    "allowed. How many codes are there?",
    "A password consists of {symbols} out of a set of {n}, followed by {decimal_digits}, "
    "with repeats allowed. How many passwords are possible?",
)
_WORDS = (
    "LEVEL", "BANANA", "LETTER", "COFFEE", "PEPPER", "ROBOT", "MUMMY", "KAYAK", "TOMATO", "SILVER",
    "COCOA", "PLANET", "BOTTLE", "BALLOON", "SEVEN", "NOON", "RIVER", "CANAL", "PAPAYA", "GARDEN",
    "SUMMER", "WINDOW", "CARROT", "BUTTER", "MIRROR", "ONION", "TEETH", "ERROR", "LLAMA", "RADAR",
)  # fmt: skip
_OUTFITS = ("shirts", "hats", "scarves", "coats", "pairs of shoes", "belts", "bags")


@families.register("counting")
class Counting:
    """Permutations, combinations, paths, divisors and the product rule.

    Args:
        kind: One of the kinds, or `mixed`.
        size: Largest number of things to choose from, 5 to 30.
    """

    name = "counting"
    version = 2
    checker = "numeric"
    forms = CALCULATED

    def __init__(self, kind: str = "mixed", size: int = 12) -> None:
        chosen = one_of("kind", kind, (*KINDS, "mixed"))
        self._kinds = KINDS if chosen == "mixed" else (chosen,)
        self._size = whole("size", size, 5, 30)

    def draft(self, rng: Random) -> Draft:
        """Draft of a problem: one count."""
        kind = rng.choice(self._kinds)
        trace = Trace()
        text, key = _WRITE[kind](rng, trace, self._size)
        return Draft(
            text=text,
            answer=trace.answer,
            steps=trace.steps,
            key=f"counting:{key}",
            difficulty=len(trace.steps) + len(trace.answer) / 2,
            meta={"kind": kind},
        )


def _falling(n: int, k: int) -> str:
    return " * ".join(str(n - taken) for taken in range(k))


def _choose(trace: Trace, n: int, k: int, prefix: str, what: str) -> str:
    """Add the steps for n over k; returns the name of the last one, or `n` itself for k = 1."""
    if k == 1:
        return str(n)
    ordered, orders, name = f"{prefix}in_order", f"{prefix}orders", f"{prefix}choices"
    trace.add(ordered, _falling(n, k), perm(n, k), f"In order, {what} can be chosen in {{}} ways.")
    text = f"Each choice of {k} comes in {{}} orders."
    trace.add(orders, _falling(k, k), factorial(k), text)
    trace.add(name, f"{ordered} // {orders}", comb(n, k), "Without order there are {}.")
    return name


def _rows(rng: Random, trace: Trace, size: int) -> tuple[str, str]:
    n = rng.randint(4, size)
    k = rng.randint(2, min(n - 1, 4))
    text = f"There are {n} choices for the first place and one fewer for each next: {{}}."
    trace.add("ways", _falling(n, k), perm(n, k), text)
    return rng.choice(_ROWS).format(n=n, k=k), f"perm:{n},{k}"


def _groups(rng: Random, trace: Trace, size: int) -> tuple[str, str]:
    n = rng.randint(4, size)
    k = rng.randint(2, min(n - 1, 4))
    _choose(trace, n, k, "", f"{k} of {n}")
    return rng.choice(_GROUPS).format(n=n, k=k), f"comb:{n},{min(k, n - k)}"


def _teams(rng: Random, trace: Trace, size: int) -> tuple[str, str]:
    n, p = rng.randint(4, size), rng.randint(3, max(4, size // 2))
    k, m = rng.randint(2, 3), rng.randint(1, 2)
    first = _choose(trace, n, k, "first_", f"{k} of {n}")
    second = _choose(trace, p, m, "second_", f"{m} of {p}")
    trace.add("total", f"{first} * {second}", comb(n, k) * comb(p, m), "Together {} ways.")
    parts = sorted([(n, min(k, n - k)), (p, min(m, p - m))])
    return rng.choice(_TEAMS).format(n=n, k=k, p=p, m=m), f"teams:{parts}"


def _pairs(rng: Random, trace: Trace, size: int) -> tuple[str, str]:
    n = rng.randint(4, 5 * size)
    text = f"Each of the {n} goes with {n - 1} others: {{}}."
    trace.add("counted_twice", f"{n} * {n - 1}", n * (n - 1), text)
    trace.add("pairs", "counted_twice // 2", comb(n, 2), "That counts each pair twice, so {}.")
    return rng.choice(_PAIRS).format(n=n), f"comb:{n},2"


def _paths(rng: Random, trace: Trace, size: int) -> tuple[str, str]:
    k, m = rng.randint(2, max(3, size // 2)), rng.randint(2, 4)
    n, less = k + m, min(k, m)
    trace.add("moves", f"{k} + {m}", n, "There are {} moves.")
    _choose(trace, n, less, "", f"the places of {less} moves in one direction")
    return rng.choice(_PATHS).format(k=k, m=m), f"comb:{n},{less}"


def _letters(rng: Random, trace: Trace, size: int) -> tuple[str, str]:
    word = rng.choice([word for word in _WORDS if len(word) <= max(5, size - 3)])
    repeats = {letter: n for letter, n in Counter(word).items() if n > 1}
    n = len(word)
    trace.add("orders", _falling(n, n), factorial(n), f"{n} letters have {{}} orders.")
    if repeats:
        same = prod(map(factorial, repeats.values()))
        named = listed([f"{letter} occurs {count} times" for letter, count in repeats.items()])
        formula = " * ".join(_falling(count, count) for count in repeats.values())
        trace.add("same", formula, same, f"{named}, so each order is counted {{}} times.")
        trace.add("different", "orders // same", factorial(n) // same, "That leaves {}.")
    shape = sorted(Counter(word).values())
    return rng.choice(_LETTERS).format(word=word), f"letters:{shape}"


def _divisors(rng: Random, trace: Trace, size: int) -> tuple[str, str]:
    primes = rng.sample((2, 3, 5, 7, 11, 13)[: max(3, size // 3)], rng.randint(2, 3))
    powers = {prime: rng.randint(1, 4 if prime < 5 else 2) for prime in sorted(primes)}
    n = prod(prime**power for prime, power in powers.items())
    written = " * ".join(f"{p}^{e}" if e > 1 else str(p) for p, e in powers.items())
    formula = " * ".join(f"({e} + 1)" for e in powers.values())
    count = prod(e + 1 for e in powers.values())
    text = f"{n} = {written}. Each power may be left out or used up to its size: {{}}."
    trace.add("divisors", formula, count, text)
    return rng.choice(_DIVISORS).format(n=n), f"divisors:{n}"


def _codes(rng: Random, trace: Trace, size: int) -> tuple[str, str]:
    n, k, m = rng.randint(3, 2 * size), rng.randint(1, 3), rng.randint(1, 3)
    first = "letter_parts"
    text = "The first part can be written in {} ways."
    trace.add(first, f"{n} ** {k}", n**k, text)
    trace.add("digit_parts", f"10 ** {m}", 10**m, "The digits can be written in {} ways.")
    trace.add("codes", f"{first} * digit_parts", n**k * 10**m, "Together {}.")
    text = rng.choice(_CODES).format(
        n=n,
        letters=plural(k, "letter"),
        symbols=plural(k, "symbol"),
        digits=plural(m, "digit"),
        decimal_digits=plural(m, "decimal digit"),
    )
    return text, f"codes:{n},{k},{m}"


def _outfits(rng: Random, trace: Trace, size: int) -> tuple[str, str]:
    counts = [rng.randint(2, size) for _ in range(rng.randint(2, 5))]
    kinds = rng.sample(_OUTFITS, len(counts))
    owned = listed([f"{n} {kind}" for n, kind in zip(counts, kinds, strict=True)])
    formula = " * ".join(map(str, counts))
    trace.add("outfits", formula, prod(counts), "One of each can be chosen in {} ways.")
    text = rng.choice(
        (
            "Someone owns {owned}. In how many ways can they put on one of each?",
            "From {owned}, one of each is packed. How many different packings are there?",
        )
    ).format(owned=owned)
    return text, f"product:{','.join(map(str, sorted(counts)))}"


_WRITE: dict[str, Callable[[Random, Trace, int], tuple[str, str]]] = {
    "rows": _rows,
    "groups": _groups,
    "teams": _teams,
    "pairs": _pairs,
    "paths": _paths,
    "letters": _letters,
    "divisors": _divisors,
    "codes": _codes,
    "outfits": _outfits,
    "multiples": multiples,
    "either": either,
    "some": some,
    "together": together,
    "shared": shared,
}
KINDS = tuple(_WRITE)

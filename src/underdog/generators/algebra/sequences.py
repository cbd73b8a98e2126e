"""Number sequences that grow by a rule: the next term, or the n-th when the rule is named.

Rules: `arithmetic`, `geometric`, `quadratic` (constant second differences) and `fibonacci` (each
term the sum of the two before). The terms shown fix the rule among these: no two rules continue
them differently. How many terms are shown does not change the key.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from underdog.core.item import Draft
from underdog.generators import families
from underdog.generators.craft.notation import operand, ordinal
from underdog.generators.craft.worked_steps import Trace
from underdog.generators.form_sets import CALCULATED
from underdog.generators.knobs import kinds_of, whole

RULES = ("arithmetic", "geometric", "quadratic", "fibonacci")
_NEXT = (
    "What number comes next: {terms}, ...?",
    "Find the next term of the sequence {terms}, ...",
    "The sequence {terms} continues by the same rule. What is the next number?",
    "Which number continues the sequence {terms}, ...?",
)
_NTH = (
    "{kind} starts {terms}, ... What is its {nth} term?",
    "{kind} begins with {terms}, ... Find the {nth} term.",
    "The first terms of a sequence are {terms}. It is {low_kind}. What is the {nth} term?",
)
_KIND = {
    "arithmetic": "An arithmetic sequence",
    "geometric": "A geometric sequence",
    "quadratic": "A sequence with constant second differences",
    "fibonacci": "A sequence in which each term from the third on is the sum of the two before it",
}


@dataclass(frozen=True, slots=True)
class _Terms:
    """The shown terms and the wanted position, counted from 1."""

    terms: tuple[int, ...]
    position: int

    @property
    def is_next(self) -> bool:
        return self.position == len(self.terms) + 1


@families.register("sequences")
class Sequences:
    """Arithmetic, geometric, quadratic and Fibonacci-like sequences: next or n-th term.

    Args:
        rule: One of the rules, or `mixed`.
        max_position: Latest term that may be asked for.
        size: Largest first term and difference.
    """

    name = "sequences"
    version = 1
    checker = "numeric"
    forms = CALCULATED

    def __init__(self, rule: str = "mixed", max_position: int = 12, size: int = 15) -> None:
        self._rules = kinds_of("rule", rule, RULES, "mixed")
        self._furthest = whole("max_position", max_position, 6, 40)
        self._size = whole("size", size, 3, 1000)

    def draft(self, rng: Random) -> Draft:
        """Draft of a problem: one sequence."""
        rule = rng.choice(self._rules)
        terms = _GROW[rule](self._start(rng, rule), self._furthest)
        shown = rng.randint(4, 5) + (rule in ("quadratic", "fibonacci"))
        furthest = min(self._furthest, 9) if rule == "geometric" else self._furthest
        is_next = rng.random() < 0.5 or shown + 2 > furthest
        position = shown + 1 if is_next else rng.randint(shown + 2, furthest)
        asked = _Terms(tuple(terms[:shown]), position)
        templates = _NEXT if is_next else _NTH
        trace = Trace()
        _TRACE[rule](asked, trace)
        return Draft(
            text=rng.choice(templates).format(
                terms=", ".join(map(str, asked.terms)),
                nth=ordinal(position),
                kind=_KIND[rule],
                low_kind=_KIND[rule][0].lower() + _KIND[rule][1:],
            ),
            answer=trace.answer,
            steps=trace.steps,
            key=f"sequence:{','.join(map(str, terms[:5]))}:{position}",
            difficulty=RULES.index(rule) + (position - shown) / 4,
            meta={"rule": rule, "position": position},
        )

    def _start(self, rng: Random, rule: str) -> tuple[int, ...]:
        sign = rng.choice((-1, 1, 1))
        first, change = rng.randint(1, self._size), sign * rng.randint(1, self._size)
        if rule == "geometric":
            return rng.choice((-1, 1, 1, 1)) * first, rng.choice((-3, -2, 2, 2, 3, 4, 5))
        if rule == "quadratic":
            return first, change, rng.choice((-1, 1, 1)) * rng.randint(1, 6)
        if rule == "fibonacci":
            return first, rng.randint(1, self._size)
        return rng.choice((-1, 1, 1)) * first, change


def _arithmetic(start: tuple[int, ...], count: int) -> list[int]:
    return [start[0] + start[1] * place for place in range(count)]


def _geometric(start: tuple[int, ...], count: int) -> list[int]:
    return [start[0] * start[1] ** place for place in range(count)]


def _quadratic(start: tuple[int, ...], count: int) -> list[int]:
    first, change, second = start
    return [first + change * n + second * (n * (n - 1) // 2) for n in range(count)]


def _fibonacci(start: tuple[int, ...], count: int) -> list[int]:
    terms = [*start]
    while len(terms) < count:
        terms.append(terms[-1] + terms[-2])
    return terms


def _arithmetic_steps(asked: _Terms, trace: Trace) -> None:
    first, second, last = asked.terms[0], asked.terms[1], asked.terms[-1]
    change, moves = second - first, asked.position - 1
    trace.add("difference", f"{second} - {operand(first)}", change, "Each term changes by {}.")
    if asked.is_next:
        trace.add("term", f"{last} + difference", last + change, "The next term is {}.")
        return
    text = f"The {ordinal(asked.position)} term is {moves} changes after the first: {{}}."
    trace.add("term", f"{first} + {moves} * difference", first + moves * change, text)


def _geometric_steps(asked: _Terms, trace: Trace) -> None:
    first, second, last = asked.terms[0], asked.terms[1], asked.terms[-1]
    ratio, moves = second // first, asked.position - 1
    trace.add("ratio", f"{second} // {operand(first)}", ratio, "Each term is multiplied by {}.")
    if asked.is_next:
        trace.add("term", f"{operand(last)} * ratio", last * ratio, "The next term is {}.")
        return
    text = f"The {ordinal(asked.position)} term is {moves} multiplications on: {{}}."
    trace.add("term", f"{operand(first)} * ratio ** {moves}", first * ratio**moves, text)


def _quadratic_steps(asked: _Terms, trace: Trace) -> None:
    one, two, three = asked.terms[:3]
    change, growth = two - one, three - 2 * two + one
    trace.add("difference_1", f"{two} - {operand(one)}", change, "The first difference is {}.")
    trace.add(
        "difference_2", f"{three} - {operand(two)}", three - two, "The second difference is {}."
    )
    trace.add(
        "growth",
        "difference_2 - difference_1",
        growth,
        "Each difference changes by {} from the last.",
    )
    if asked.is_next:
        before, last = asked.terms[-2:]
        formula = f"{last} - {operand(before)} + growth"
        value = last - before + growth
        trace.add("next_difference", formula, value, "The next difference is {}.")
        trace.add("term", f"{last} + next_difference", last + value, "The next term is {}.")
        return
    moves = asked.position - 1
    counted = moves * (moves - 1) // 2
    text = f"In {moves} moves that change counts {{}} times."
    trace.add("counted", f"{moves} * {moves - 1} // 2", counted, text)
    value = one + moves * change + counted * growth
    formula = f"{one} + {moves} * difference_1 + counted * growth"
    trace.add("term", formula, value, f"The {ordinal(asked.position)} term is {{}}.")


def _fibonacci_steps(asked: _Terms, trace: Trace) -> None:
    terms = [*asked.terms]
    names = [str(term) for term in terms]
    while len(terms) < asked.position:
        place = len(terms) + 1
        terms.append(terms[-1] + terms[-2])
        names.append(f"term_{place}")
        text = f"The {ordinal(place)} term is {{}}."
        trace.add(names[-1], f"{names[-3]} + {names[-2]}", terms[-1], text)


_GROW: dict[str, Callable[[tuple[int, ...], int], list[int]]] = {
    "arithmetic": _arithmetic,
    "geometric": _geometric,
    "quadratic": _quadratic,
    "fibonacci": _fibonacci,
}
_TRACE: dict[str, Callable[[_Terms, Trace], None]] = {
    "arithmetic": _arithmetic_steps,
    "geometric": _geometric_steps,
    "quadratic": _quadratic_steps,
    "fibonacci": _fibonacci_steps,
}

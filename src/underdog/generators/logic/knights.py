"""Knights, who always tell the truth, and knaves, who always lie: who is what?

Claims are drawn until exactly one assignment fits all of them (checked by trying all 2^n). The
solution goes through the assignments and gives the first claim that contradicts each wrong one.
Puzzles that differ only in names or in who comes first share a key.
"""

from collections.abc import Sequence
from itertools import permutations, product
from random import Random

from underdog.core.item import Draft
from underdog.generators import families
from underdog.generators.craft.notation import listed
from underdog.generators.craft.word_lists import PEOPLE
from underdog.generators.craft.worked_steps import Trace
from underdog.generators.knobs import span
from underdog.generators.logic.claims import Kinds, Statement, random_claim

_OPENINGS = (
    "On an island knights always tell the truth and knaves always lie. You meet {names}.",
    "{names} live where everyone is either a knight, who says only what is true, or a knave, who "
    "says only what is false.",
    "Knights never lie and knaves never tell the truth. {names} are each one or the other.",
)
_ASKED = (
    "What is each of them? Answer with knight or knave for each, in the order {order}.",
    "Give knight or knave for {order}, in this order, parted by commas.",
)


@families.register("knights")
class Knights:
    """Knights and knaves with exactly one solution.

    Args:
        people: Most people, 2 to 4.
        min_people: Fewest people.
    """

    name = "knights"
    version = 1
    checker = "text"
    forms = ("answer", "cot", "program")

    def __init__(self, people: int = 3, min_people: int = 2) -> None:
        self._fewest, self._most = span("min_people", min_people, "people", people, 2, 4)

    def draft(self, rng: Random) -> Draft:
        """Draft of a problem: one puzzle."""
        count = rng.randint(self._fewest, self._most)
        names = rng.sample(PEOPLE, count)
        claims, solution = _puzzle(rng, count)
        trace = Trace()
        _try_all(trace, names, claims)
        said = [f'{names[claim.speaker]} says: "{claim.said(names)}"' for claim in claims]
        opening = rng.choice(_OPENINGS).format(names=listed(names))
        asked = rng.choice(_ASKED).format(order=listed(names))
        return Draft(
            text=" ".join([opening, *said, asked]),
            answer=_kinds(solution),
            steps=trace.steps,
            key=_key(claims),
            difficulty=count + len({claim.kind for claim in claims}) / 4,
            meta={"people": count, "knights": sum(solution)},
        )


def _kinds(solution: Kinds) -> str:
    return ", ".join("knight" if is_knight else "knave" for is_knight in solution)


def _cases(count: int) -> list[Kinds]:
    return list(product((True, False), repeat=count))


def _puzzle(rng: Random, count: int) -> tuple[list[Statement], Kinds]:
    while True:
        claims = [random_claim(rng, speaker, count) for speaker in range(count)]
        fitting = [case for case in _cases(count) if all(claim.fits(case) for claim in claims)]
        if len(fitting) == 1:
            return claims, fitting[0]


def _key(claims: Sequence[Statement]) -> str:
    """Canonical key: the first in order of the claims' texts under all numberings of the people."""
    writings = [
        " ".join(sorted(claim.renamed(places).written() for claim in claims))
        for places in permutations(range(len(claims)))
    ]
    return f"knights:{min(writings)}"


def _try_all(trace: Trace, names: Sequence[str], claims: Sequence[Statement]) -> None:
    cases = _cases(len(names))
    for place, case in enumerate(cases, 1):
        wrong = next((claim for claim in claims if not claim.fits(case)), None)
        parts = [f"{case[claim.speaker]} == ({claim.formula(case)})" for claim in claims]
        text = _verdict(names, case, wrong)
        trace.add(f"case_{place}", " and ".join(parts), str(wrong is None), text)
    fits = next(case for case in cases if all(claim.fits(case) for claim in claims))
    options = ", ".join(f"(case_{n}, '{_kinds(case)}')" for n, case in enumerate(cases, 1))
    formula = f"[kinds for fits, kinds in [{options}] if fits][0]"
    trace.add("kinds", formula, _kinds(fits), f"So {_sentence(names, fits, 'is a ')}.")


def _sentence(names: Sequence[str], case: Kinds, verb: str) -> str:
    return listed(
        [
            f"{name} {verb}{'knight' if is_knight else 'knave'}"
            for name, is_knight in zip(names, case, strict=True)
        ]
    )


def _verdict(names: Sequence[str], case: Kinds, wrong: Statement | None) -> str:
    told = f"Suppose {_sentence(names, case, 'is a ')}"
    if wrong is None:
        return f"{told}: every claim fits."
    speaker = names[wrong.speaker]
    if wrong.holds(case):
        return f"{told}: no, the knave {speaker} would have said something true."
    return f"{told}: no, the knight {speaker} would have said something false."

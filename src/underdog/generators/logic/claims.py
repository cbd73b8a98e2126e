"""Claims of knights and knaves about each other: in words, as a formula, and whether they hold.

People are named by their indices. A case says of each person whether they are a knight (`True`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random

Kinds = tuple[bool, ...]
_SYMMETRIC = ("same", "differ", "both", "either")


@dataclass(frozen=True, slots=True)
class Statement:
    """The claim of one person.

    Attributes:
        speaker: Index of the person who makes the claim.
        kind: `is`, `same`, `differ`, `both`, `either`, `exactly` or `least`.
        who: Indices of the people in the claim; empty for `exactly` and `least`.
        values: Whether each of them is said to be a knight; for `exactly` and `least`, whether
            knights are counted.
        number: Count of people, for `exactly`.
    """

    speaker: int
    kind: str
    who: tuple[int, ...] = ()
    values: tuple[bool, ...] = ()
    number: int = 0

    def formula(self, case: Kinds) -> str:
        """A Python expression of the claim with the values of `case`."""
        people = [str(case[place]) for place in self.who]
        if self.kind in ("same", "differ"):
            return f"{people[0]} {'==' if self.kind == 'same' else '!='} {people[1]}"
        if self.kind in ("exactly", "least"):
            count = f"{[*case]}.count({self.values[0]})"
            return f"{count} == {self.number}" if self.kind == "exactly" else f"{count} >= 1"
        parts = [f"{one} == {value}" for one, value in zip(people, self.values, strict=True)]
        return " and ".join(parts) if self.kind != "either" else " or ".join(parts)

    def holds(self, case: Kinds) -> bool:
        """Whether the claim is true in a case."""
        people = [case[place] for place in self.who]
        return _HOLDS[self.kind](self, case, people)

    def fits(self, case: Kinds) -> bool:
        """Whether the speaker would make the claim: a knight if it is true, a knave if not."""
        return case[self.speaker] == self.holds(case)

    def said(self, names: Sequence[str]) -> str:
        """The claim as a sentence in the first person."""
        if self.kind in ("exactly", "least"):
            noun = _noun(self.values[0])
            if self.kind == "least":
                return f"At least one of us is a {noun}."
            if self.number == 0:
                return f"None of us is a {noun}."
            verb = "is" if self.number == 1 else "are"
            return f"Exactly {self.number} of us {verb} {noun}{'s' * (self.number > 1)}."
        if self.kind in ("same", "differ"):
            ends = {"same": "the same kind", "differ": "different kinds"}
            people = sorted(self.who, key=lambda place: place == self.speaker)
            first, second = (self._name(place, names) for place in people)
            return f"{first} and {second} are of {ends[self.kind]}."
        parts = [
            f"{self._name(place, names)} {'am' if place == self.speaker else 'is'} a {_noun(value)}"
            for place, value in zip(self.who, self.values, strict=True)
        ]
        joint = {"is": "", "both": " and ", "either": " or "}[self.kind]
        return joint.join(parts) + (", or both." if self.kind == "either" else ".")

    def renamed(self, places: Sequence[int]) -> "Statement":
        """The claim with index `places[i]` for person `i`; symmetric claims in a fixed order."""
        who = [places[place] for place in self.who]
        values = list(self.values)
        if self.kind in ("same", "differ"):
            who.sort()
        elif self.kind in _SYMMETRIC:
            pairs = sorted(zip(who, values, strict=True))
            who, values = [place for place, _ in pairs], [value for _, value in pairs]
        return replace(self, speaker=places[self.speaker], who=tuple(who), values=tuple(values))

    def written(self) -> str:
        """The claim as a short text for keys."""
        people = ",".join(map(str, self.who))
        kinds = "".join("+" if value else "-" for value in self.values)
        return f"{self.speaker}:{self.kind}{people}{kinds}{self.number or ''}"

    def _name(self, place: int, names: Sequence[str]) -> str:
        return "I" if place == self.speaker else names[place]


def _noun(is_knight: bool) -> str:
    return "knight" if is_knight else "knave"


_HOLDS: dict[str, Callable[[Statement, Kinds, list[bool]], bool]] = {
    "is": lambda claim, case, people: people[0] == claim.values[0],
    "same": lambda claim, case, people: people[0] == people[1],
    "differ": lambda claim, case, people: people[0] != people[1],
    "both": lambda claim, case, people: tuple(people) == claim.values,
    "either": lambda claim, case, people: any(
        one == value for one, value in zip(people, claim.values, strict=True)
    ),
    "exactly": lambda claim, case, people: case.count(claim.values[0]) == claim.number,
    "least": lambda claim, case, people: claim.values[0] in case,
}


def random_claim(rng: Random, speaker: int, count: int) -> Statement:
    """A random claim of `speaker` among `count` people; never about the speaker alone."""
    kind = rng.choice(("is", "is", "same", "differ", "both", "either", "exactly", "least"))
    others = [place for place in range(count) if place != speaker]
    value = rng.random() < 0.5
    if kind == "is":
        return Statement(speaker, kind, (rng.choice(others),), (value,))
    if kind == "least":
        return Statement(speaker, kind, (), (value,))
    if kind == "exactly":
        return Statement(speaker, kind, (), (value,), rng.randint(0, count - 1))
    who = tuple(rng.sample(range(count), 2))
    if kind in ("same", "differ"):
        return Statement(speaker, kind, who)
    return Statement(speaker, kind, who, (value, rng.random() < 0.5))

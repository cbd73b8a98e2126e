"""Chains of "every" and "no" about made-up kinds of things: does a conclusion follow?

Premises are `Every A is a B.` and `No A is a B.`; a conclusion about every or no thing of a kind
follows or does not (yes or no). Some premises lead astray; none contradict each other, so that no
kind need be empty.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from underdog.core.item import Draft
from underdog.generators import families
from underdog.generators.craft.worked_steps import Trace
from underdog.generators.knobs import span, whole

_ONSETS = (
    "bl", "br", "d", "dr", "f", "fl", "g", "gr", "k", "l", "m", "n", "p", "pl", "r", "s", "t", "tr",
    "v", "z",
)  # fmt: skip
_RIMES = (
    "ovim", "emlo", "urbit", "azep", "oquil", "iltor", "ubrin", "opand", "efro", "arnix", "ilgo",
    "ezmu", "unvel",
)  # fmt: skip
_ASKED = {
    "every": (
        "Does it follow that every {a} is a {b}?",
        "Must every {a} be a {b}?",
        "Can we conclude that each {a} is a {b}?",
    ),
    "no": (
        "Does it follow that no {a} is a {b}?",
        "Can we conclude that there is no {a} that is a {b}?",
        "Is it certain that not a single {a} is a {b}?",
    ),
}
Link = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Premises:
    """The premises of a syllogism.

    Attributes:
        every: Pairs (A, B): every A is a B.
        no: Pairs (A, B): no A is a B.
    """

    every: tuple[Link, ...]
    no: tuple[Link, ...]

    def kinds_of(self, kind: str) -> list[str]:
        """All kinds that every thing of `kind` belongs to, itself first."""
        found = [kind]
        for known in found:
            found += [b for a, b in self.every if a == known and b not in found]
        return found

    def excludes(self, first: str, second: str) -> bool:
        """Whether the premises rule out a thing of both kinds."""
        ours, theirs = self.kinds_of(first), self.kinds_of(second)
        return any((a in ours and b in theirs) or (b in ours and a in theirs) for a, b in self.no)


@families.register("syllogism")
class Syllogism:
    """Whether a conclusion follows from a chain of premises.

    Args:
        links: Most links in the chain.
        min_links: Fewest links.
        extra: Most premises beside the chain.
    """

    name = "syllogism"
    version = 2
    checker = "label:labels=yes|no"
    forms = ("answer", "cot", "program")

    def __init__(self, links: int = 5, min_links: int = 2, extra: int = 3) -> None:
        self._fewest, self._most = span("min_links", min_links, "links", links, 1, 10)
        self._extra = whole("extra", extra, 0, 6)

    def draft(self, rng: Random) -> Draft:
        """Draft of a problem: premises, and a conclusion that follows about half the time."""
        count = rng.randint(self._fewest, self._most)
        extra = rng.randint(0, self._extra)
        words = _made_up(rng, count + 1 + extra)
        chain, beside = words[: count + 1], words[count + 1 :]
        premises = self._premises(rng, chain, beside)
        while any(premises.excludes(word, word) for word in words):
            premises = self._premises(rng, chain, beside)
        form = "no" if premises.no and rng.random() < 0.75 else "every"
        first, second = self._conclusion(rng, chain, beside, form, premises)
        trace = Trace()
        _follow(trace, premises, first, second, form)
        return Draft(
            text=f"{_sentence(rng, premises)} {rng.choice(_ASKED[form]).format(a=first, b=second)}",
            answer=trace.answer,
            steps=trace.steps,
            key=syllogism_key(premises, first, second, form),
            difficulty=count + extra / 4 + (form == "no"),
            meta={"links": count, "extra": extra, "conclusion": form},
        )

    def _premises(self, rng: Random, chain: Sequence[str], beside: Sequence[str]) -> Premises:
        every = list(pairwise(chain))
        no: list[Link] = []
        if rng.random() < 0.5:
            no.append(every.pop())
        for word in beside:
            known = rng.choice(chain)
            pick = rng.random()
            if pick < 0.4:
                every.append((word, known))
            elif pick < 0.8:
                every.append((known, word))
            else:
                no.append((known, word))
        return Premises(tuple(every), tuple(no))

    def _conclusion(
        self,
        rng: Random,
        chain: Sequence[str],
        beside: Sequence[str],
        form: str,
        premises: Premises,
    ) -> Link:
        """Kinds (first, second) of the conclusion, which follows for about half of the draws.

        The ends of the chain where they fit, else a random fitting pair.
        """
        words = [*chain, *beside]
        pairs = [(a, b) for a in words for b in words if a != b]
        wanted = rng.random() < 0.5
        fitting = [pair for pair in pairs if follows(premises, *pair, form) == wanted]
        ends = (chain[0], chain[-1])
        if ends in fitting:
            return ends
        related = [pair for pair in fitting if pair[0] in chain and pair[1] in chain]
        return rng.choice(related or fitting or pairs)


def follows(premises: Premises, first: str, second: str, form: str) -> bool:
    """Whether every (or no, by `form`) thing of the first kind must be of the second."""
    if form == "every":
        return second in premises.kinds_of(first)
    return premises.excludes(first, second)


def _made_up(rng: Random, count: int) -> list[str]:
    words = [onset + rime for onset in _ONSETS for rime in _RIMES]
    return rng.sample(words, count)


def _sentence(rng: Random, premises: Premises) -> str:
    every = ("Every {a} is a {b}.", "Each {a} is a {b}.", "Any {a} is a {b}.")
    no = ("No {a} is a {b}.", "Not a single {a} is a {b}.")
    lines = [rng.choice(every).format(a=a, b=b) for a, b in premises.every]
    lines += [rng.choice(no).format(a=a, b=b) for a, b in premises.no]
    return " ".join(rng.sample(lines, len(lines)))


def syllogism_key(premises: Premises, first: str, second: str, form: str) -> str:
    """Canonical key of a conclusion: the tree of premises, with one of its two kinds as the root.

    Neither the words nor the order of the premises matter, nor the order of the kinds after "no".

    Example:
        >>> syllogism_key(Premises((("blim", "drop"),), ()), "blim", "drop", "every")
        'syllogism:every:.(>*)'
    """
    trees = [_tree(premises, first, second)]
    if form == "no":
        trees.append(_tree(premises, second, first))
    return f"syllogism:{form}:{min(trees)}"


def _tree(premises: Premises, kind: str, marked: str, parent: str = "") -> str:
    """The tree of premises from the root `kind` as text, without the branch to `parent`.

    Branches are sorted by their text; the kind `marked` is written `*`.
    """
    links = [(">", b) for a, b in premises.every if a == kind]
    links += [("<", a) for a, b in premises.every if b == kind]
    links += [("#", b if a == kind else a) for a, b in premises.no if kind in (a, b)]
    branches = sorted(
        mark + _tree(premises, other, marked, kind) for mark, other in links if other != parent
    )
    here = "*" if kind == marked else "."
    return f"{here}({''.join(branches)})" if branches else here


def _follow(trace: Trace, premises: Premises, first: str, second: str, form: str) -> None:
    kinds = _collect(trace, premises, first, "kinds")
    known = trace.steps[-1].name
    if form == "every":
        answer = "yes" if second in kinds else "no"
        text = f"A {first} need not be a {second}: no."
        if answer == "yes":
            text = f"So every {first} is a {second}: yes."
        trace.add("follows", f"'yes' if '{second}' in {known} else 'no'", answer, text)
        return
    others = _collect(trace, premises, second, "others")
    other = trace.steps[-1].name
    barriers = [
        pair
        for pair in premises.no
        if (pair[0] in kinds and pair[1] in others) or (pair[1] in kinds and pair[0] in others)
    ]
    formula = (
        f"[(a, b) for a, b in {[*premises.no]} "
        f"if a in {known} and b in {other} or b in {known} and a in {other}]"
    )
    text = "No premise keeps one of the first kinds apart from one of the second: no."
    if barriers:
        text = f"But no {barriers[0][0]} is a {barriers[0][1]}, which keeps them apart: yes."
    trace.add("barriers", formula, str(barriers), text)
    answer = "yes" if barriers else "no"
    verb = "follows" if barriers else "does not follow"
    trace.add("follows", "'yes' if barriers else 'no'", answer, f"The conclusion {verb}.")


def _collect(trace: Trace, premises: Premises, start: str, name: str) -> list[str]:
    """Add steps that gather all kinds that things of the kind `start` belong to."""
    kinds = premises.kinds_of(start)
    known = f"{name}_0"
    trace.add(known, f"['{start}']", str([start]), f"Take any {start}.")
    for place, kind in enumerate(kinds[1:], 1):
        source = next(a for a in kinds if (a, kind) in premises.every)
        formula = f"{known} + ['{kind}']"
        known = f"{name}_{place}"
        text = f"Every {source} is a {kind}, so it is a {kind}."
        trace.add(known, formula, str(kinds[: place + 1]), text)
    return kinds

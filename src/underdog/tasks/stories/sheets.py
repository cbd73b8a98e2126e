"""Sheets: a target's sentences, question and steps with every choice of wording made ready.

A script is one choice of wordings, compiled when it is first drawn: all texts of a target are
filled in at once and parted afterwards. A ledger says how the steps are put together from them.
"""

from collections.abc import Mapping, Sequence, Set
from functools import cache, lru_cache
from math import prod
from operator import itemgetter
from typing import Literal, NamedTuple

from underdog.tasks.stories.formulas import NAME, Number
from underdog.tasks.stories.nouns import number_form
from underdog.tasks.stories.parts import IT, Calc, Target
from underdog.tasks.stories.programs import places_of
from underdog.tasks.stories.slots import (
    BREAK,
    NOWHERE,
    Pattern,
    Pick,
    compiled,
    nouns_of,
    slots_of,
)

Wordings = Literal["all", "seen", "unseen"]
WORDINGS: tuple[Wordings, ...] = ("all", "seen", "unseen")
MOST_VARIETY = 3
_KEPT_SCRIPTS = 256


class Choice(NamedTuple):
    """Which wordings may be used.

    Attributes:
        wordings: `unseen` is the last wording of every sentence, `seen` the others.
        variety: 0 always takes the first of them, 3 any.
    """

    wordings: Wordings = "all"
    variety: int = MOST_VARIETY

    def of(self, wordings: tuple[str, ...]) -> tuple[str, ...]:
        """Those of a sentence."""
        if len(wordings) == 1:
            return wordings
        if self.wordings == "unseen":
            return wordings[-1:]
        if self.wordings == "seen":
            wordings = wordings[:-1]
        return wordings if self.variety == MOST_VARIETY else wordings[: 1 + self.variety]


class Script(NamedTuple):
    """One choice of wordings.

    Attributes:
        pattern: All texts of the target with `BREAK` between them: text and sub-question of every
            step, then the question (or how a continuation calls the answer), then the sentences.
        sentences: Patterns of the sentences.
        question: Pattern of the question.
    """

    pattern: Pattern
    sentences: tuple[str, ...]
    question: str


class Ledger(NamedTuple):
    """How the steps of a target are put together.

    Attributes:
        hanging: Formulas that go on from an earlier step, cut where its name belongs.
        fixed: Names, and formulas that go on from nothing.
        pick: Takes five words per step from the numbers, the hanging formulas, the fixed words and
            the texts.
        names: Names of the steps.
        last: Name of the last one.
    """

    hanging: tuple[tuple[str, ...], ...]
    fixed: tuple[str, ...]
    pick: Pick
    names: frozenset[str]
    last: str


class Sheet:
    """A target with its wordings.

    Args:
        target: The target.
        choice: Which wordings may be used.
        asked: Whether its answer is asked for; otherwise a continuation calls it by a phrase.
    """

    __slots__ = (
        "_forms",
        "_said",
        "_scripts",
        "_thing",
        "_turns",
        "choices",
        "count",
        "nouns",
        "target",
    )

    def __init__(self, target: Target, choice: Choice, asked: bool) -> None:
        ending, places = target.asked.ending, places_of(target)
        phrase = "" if ending is None else ending.phrase
        self.target = target
        self.nouns = nouns_of(target)
        self._said = tuple(choice.of(tell.wordings) for tell in target.tells)
        self._turns = choice.of(target.asked.questions) if asked else (phrase,)
        self.count = prod(map(len, (*self._said, self._turns)))
        self.choices = self.count * len(self.nouns)
        self._scripts: dict[int, Script] = {}
        self._forms = [(form, places[name]) for name, form in target.part.forms if name in places]
        self._thing = _thing(target)

    def script(self, place: int) -> Script:
        """One of the `count` choices of wordings."""
        script = self._scripts.get(place)
        if script is None:
            if len(self._scripts) >= _KEPT_SCRIPTS:
                self._scripts.clear()
            script = self._scripts[place] = self._script(place)
        return script

    def forms(self, values: Sequence[Number]) -> Sequence[str]:
        """The special forms of the numbers."""
        return [number_form(form, values[place]) for form, place in self._forms]

    def reached(self, phrase: str, nouns: Sequence[str], before: Sequence[str]) -> Sequence[str]:
        """The words that a continuation may say of what it goes on from.

        Args:
            phrase: How the answer is called.
            nouns: The nouns drawn.
            before: The same words for this target.
        """
        things = (*nouns, *before[2:], *NOWHERE)[self._thing]
        return (phrase, phrase[:1].upper() + phrase[1:], *things)

    def _script(self, place: int) -> Script:
        chosen: list[str] = []
        for wordings in (self._turns, *self._said):
            place, left = divmod(place, len(wordings))
            chosen.append(wordings[left])
        steps = (text for calc in self.target.steps for text in (calc.text, calc.questions[0]))
        pattern = compiled(BREAK.join((*steps, *chosen)), *slots_of(self.target))
        return Script(pattern, tuple(chosen[1:]), chosen[0])


class Book(dict[tuple[Target, bool], Sheet]):
    """Sheets of one choice of wordings, made when they are first asked for."""

    def __init__(self, choice: Choice) -> None:
        super().__init__()
        self._choice = choice

    def __missing__(self, key: tuple[Target, bool]) -> Sheet:
        target, asked = key
        sheet = self[key] = Sheet(target, self._choice, asked)
        return sheet


book_of = cache(Book)
"""The one book of a choice."""


@lru_cache(maxsize=1 << 13)
def ledger_of(target: Target, renamed: tuple[tuple[str, str], ...] = ()) -> Ledger:
    """The ledger of a target.

    Args:
        target: The target.
        renamed: Pairs of a name that another part of the story has taken, and the new one.
    """
    new, code = dict(renamed), not target.part.decimals
    formulas = {
        calc.name: _cut(calc.formula.code if code else calc.formula.source, new)
        for calc in target.steps
    }
    hanging = {name: cut for name, cut in formulas.items() if len(cut) > 1}
    names = [new.get(name, name) for name in map(_name, target.solution)]
    fixed = ("", *names, *(cut[0] for cut in formulas.values() if len(cut) == 1))
    numbers = places_of(target)
    after = len(numbers) + len(hanging)
    of_hanging = {name: len(numbers) + place for place, name in enumerate(hanging)}
    of_fixed = {text: after + place for place, text in enumerate(fixed)}
    of_texts = {name: after + len(fixed) + 2 * place for place, name in enumerate(formulas)}
    picks: list[int] = []
    for written, name in zip(target.solution, names, strict=True):
        picks.append(of_fixed[name])
        if isinstance(written, str):
            picks += [numbers[written], numbers[written], of_fixed[""], of_fixed[""]]
        else:
            formula = of_hanging.get(written.name, of_fixed.get(formulas[written.name][0], 0))
            text = of_texts[written.name]
            picks += [formula, numbers[written.name], text, text + 1]
    return Ledger(tuple(hanging.values()), fixed, itemgetter(*picks), frozenset(names), names[-1])


def renamed(target: Target, taken: Set[str]) -> tuple[tuple[str, str], ...]:
    """New names for those of a target's that are taken, `left_2` for `left`."""
    pairs: list[tuple[str, str]] = []
    taken = set(taken)
    for name in map(_name, target.solution):
        free, number = name, 2
        while free in taken:
            free, number = f"{name}_{number}", number + 1
        taken.add(free)
        if free != name:
            pairs.append((name, free))
    return tuple(pairs)


def _name(written: str | Calc) -> str:
    return written if isinstance(written, str) else written.name


def _cut(formula: str, new: Mapping[str, str]) -> tuple[str, ...]:
    """A formula with its names changed, cut where the name of what it goes on from belongs."""
    text = NAME.sub(lambda match: BREAK if match[0] == IT else new.get(match[0], match[0]), formula)
    return tuple(text.split(BREAK))


def _thing(target: Target) -> slice:
    """Where the nouns of what a continuation counts stand: among nouns, things before, no nouns."""
    ending, picks = target.asked.ending, list(target.part.picks)
    noun = ending.noun if ending else ""
    place = len(picks) + (1 if not noun else 0)
    if noun in picks:
        place = picks.index(noun)
    return slice(4 * place, 4 * place + 4)

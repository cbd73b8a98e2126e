"""Sheets: a target's sentences, question and steps in all choices of wordings, compiled.

A script is one choice of wordings, compiled when it is first drawn: all texts of a target are
filled in at once and split afterwards. A ledger has the names and formulas of the steps.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache, lru_cache
from math import prod
from operator import itemgetter
from typing import Literal

from underdog.generators.stories.sheets.formulas import NAME
from underdog.generators.stories.sheets.people import LETTERS
from underdog.generators.stories.sheets.story_parts import IT, Calc, Target
from underdog.generators.stories.writer.programs import places_of
from underdog.generators.stories.writer.word_slots import (
    BREAK,
    NO_THINGS,
    Pick,
    WordPattern,
    compiled,
    nouns_of,
    slots_of,
)

Wordings = Literal["all", "seen", "unseen"]
WORDINGS: tuple[Wordings, ...] = ("all", "seen", "unseen")
MOST_VARIETY = 3
_KEPT_SCRIPTS = 256


@dataclass(frozen=True, slots=True)
class WordingChoice:
    """The wordings that sentences may use.

    Attributes:
        wordings: `unseen` for the last wording of every sentence, `seen` for the others, or `all`.
        variety: From 0 (the first of these wordings) to 3 (any of them).
    """

    wordings: Wordings = "all"
    variety: int = MOST_VARIETY

    def of(self, wordings: tuple[str, ...]) -> tuple[str, ...]:
        """The allowed wordings among those of a sentence."""
        if len(wordings) == 1:
            return wordings
        if self.wordings == "unseen":
            return wordings[-1:]
        if self.wordings == "seen":
            wordings = wordings[:-1]
        return wordings if self.variety == MOST_VARIETY else wordings[: 1 + self.variety]


@dataclass(frozen=True, slots=True)
class Script:
    """One choice of wordings.

    Attributes:
        pattern: All texts of the target with `BREAK` between them: text and sub-question of every
            step, both empty for a given number, then the question (or the noun phrase for the
            answer), then the sentences. Its words are in the order of `slots_of`.
        sentences: Patterns of the sentences.
        question: Pattern of the question.
    """

    pattern: WordPattern
    sentences: tuple[str, ...]
    question: str

    def tell(self, words: Sequence[str]) -> list[str]:
        """All texts of the target, filled in."""
        return self.pattern.fill(words).split(BREAK)


@dataclass(frozen=True, slots=True)
class StepTexts:
    """The names and formulas of a target's steps (its ledger).

    Attributes:
        names: Names of the steps, in order.
        pick: Takes formula and value of each step in turn from one sequence: the values as texts,
            the fixed formulas, the hanging formulas.
        fixed: Formulas without the result of an earlier part of the story.
        hanging: Formulas with that result, cut at the places of its name.
    """

    names: tuple[str, ...]
    pick: Pick
    fixed: tuple[str, ...]
    hanging: tuple[tuple[str, ...], ...]


class Sheet:
    """A target with its wordings.

    Args:
        target: The target.
        choice: The allowed wordings.
        asked: Whether the problem asks for the target's answer; otherwise a continuation follows,
            which names the answer by a noun phrase.

    Attributes:
        ledger: Names and formulas of the steps.
        width: Number of a script's texts that belong to the steps.
        nouns: Every choice of nouns.
        count: Number of scripts.
        choices: Number of choices of nouns and wordings.
        special: Special forms of numbers in the sentences, each with the index of its number.
        people: Bit mask of the target's people: bit 0 for `A`, bit 1 for `B`, ….
        scripts: Compiled scripts by number; emptied when there are too many.
    """

    def __init__(self, target: Target, choice: WordingChoice, asked: bool) -> None:
        ending, places = target.asked.ending, places_of(target)
        phrase = "" if ending is None else ending.phrase
        self.target, self.asked, self.ledger = target, asked, ledger_of(target)
        self.width = 2 * len(target.solution)
        self.nouns = nouns_of(target)
        self._said = tuple(choice.of(tell.wordings) for tell in target.tells)
        self._turns = choice.of(target.asked.questions) if asked else (phrase,)
        self.count = prod(map(len, (*self._said, self._turns)))
        self.choices = self.count * len(self.nouns)
        self.special = tuple(
            (form, places[name]) for name, form in target.part.forms if name in places
        )
        self.people = sum(1 << LETTERS.index(letter) for letter in target.part.people)
        self.scripts: dict[int, Script] = {}
        self._thing = _thing(target)

    def script(self, place: int) -> Script:
        """The script with number `place`, from 0 to `count` - 1."""
        if place in self.scripts:
            return self.scripts[place]
        if len(self.scripts) >= _KEPT_SCRIPTS:
            self.scripts.clear()
        chosen: list[str] = []
        left = place
        for wordings in (self._turns, *self._said):
            left, drawn = divmod(left, len(wordings))
            chosen.append(wordings[drawn])
        steps: list[str] = []
        for line in self.target.solution:
            steps += ("", "") if isinstance(line, str) else (line.text, line.questions[0])
        pattern = compiled(BREAK.join((*steps, *chosen)), slots_of(self.target))
        script = self.scripts[place] = Script(pattern, tuple(chosen[1:]), chosen[0])
        return script

    def reached(self, phrase: str, nouns: Sequence[str], before: Sequence[str]) -> Sequence[str]:
        """Words for this target's answer in a continuation: its noun phrase and nouns.

        Args:
            phrase: Noun phrase for the answer.
            nouns: The target's drawn nouns.
            before: The same words for the answer that this target started from; empty for a
                template.
        """
        things = (*nouns, *(before[2:] or NO_THINGS), *NO_THINGS)[self._thing]
        return (phrase, phrase[:1].upper() + phrase[1:], *things)


sheet_of = cache(Sheet)
"""The sheet for the arguments of `Sheet`, made once."""


@lru_cache(maxsize=1 << 13)
def ledger_of(target: Target, renamed: tuple[tuple[str, str], ...] = ()) -> StepTexts:
    """The ledger of a target.

    Args:
        target: The target.
        renamed: Pairs of a name that an earlier part of the story has, and its new name.
    """
    new, code, places = dict(renamed), not target.part.decimals, places_of(target)
    names = tuple(map(_name, target.solution))
    cuts = {
        calc.name: _cut(calc.formula.code if code else calc.formula.source, new)
        for calc in target.steps
    }
    fixed = {name: cut for name, cut in cuts.items() if len(cut) == 1}
    hanging = {name: cut for name, cut in cuts.items() if len(cut) > 1}
    picks: list[int] = []
    shelf = {name: len(places) + place for place, name in enumerate((*fixed, *hanging))}
    for name in names:
        picks += (shelf.get(name, places[name]), places[name])
    return StepTexts(
        tuple(new.get(name, name) for name in names),
        itemgetter(*picks),
        tuple(cut[0] for cut in fixed.values()),
        tuple(hanging.values()),
    )


def renamed(target: Target, taken: Set[str]) -> tuple[tuple[str, str], ...]:
    """Pairs of a target's name that is already `taken`, and a new one, such as `left_2`."""
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
    """A formula with new names, cut at the places of the result that it starts from."""
    text = NAME.sub(lambda match: BREAK if match[0] == IT else new.get(match[0], match[0]), formula)
    return tuple(text.split(BREAK))


def _thing(target: Target) -> slice:
    """Slice of the answer's nouns in a sequence: own nouns, nouns of the answer before, blanks."""
    ending, picks = target.asked.ending, list(target.part.picks)
    noun = ending.noun if ending else ""
    place = len(picks) + (1 if not noun else 0)
    if noun in picks:
        place = picks.index(noun)
    return slice(4 * place, 4 * place + 4)

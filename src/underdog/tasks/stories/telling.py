"""Telling a story that has its numbers: sentences, question, and the steps of its solution."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from underdog.core.item import Step, steps_of
from underdog.tasks.stories.formulas import Number
from underdog.tasks.stories.planning import Plan
from underdog.tasks.stories.programs import places_of
from underdog.tasks.stories.sheets import Script, Sheet, ledger_of, renamed
from underdog.tasks.stories.slots import BREAK, NOWHERE

Row = tuple[str, str, str, str, str]


class Sketch(NamedTuple):
    """A story in numbers.

    Attributes:
        plan: What it is made of.
        values: For each part, the values of its numbers and steps.
        texts: The same as texts.
    """

    plan: Plan
    values: Sequence[Sequence[Number]]
    texts: Sequence[Sequence[str]]

    @property
    def answer(self) -> Number:
        """Value of the last step."""
        target = self.plan.parts[-1]
        return self.values[-1][places_of(target)[target.asked.name]]


class Voice(NamedTuple):
    """How one part of a story is told: its wordings and its nouns."""

    sheet: Sheet
    script: Script
    nouns: Sequence[str]


class Told(NamedTuple):
    """A story in words.

    Attributes:
        sentences: What is said, in order.
        question: What is asked.
        steps: Its solution, givens included.
    """

    sentences: list[str]
    question: str
    steps: tuple[Step, ...]


def tell(
    sketch: Sketch,
    voices: Sequence[Voice],
    people: Sequence[str],
    symbols: Mapping[int, str] | None = None,
) -> Told:
    """Tell a story.

    Args:
        sketch: The story in numbers.
        voices: How each part is told.
        people: The people, as the first of `slots_of`.
        symbols: Letters that stand for numbers of the template, by their place.
    """
    sentences: list[str] = []
    rows: list[Row] = []
    taken: set[str] = set()
    reached: Sequence[str] = NOWHERE
    last = turn = ""
    for (sheet, script, nouns), values, texts in zip(
        voices, sketch.values, sketch.texts, strict=True
    ):
        forms = sheet.forms(values)
        pick, literals = script.pattern
        told = "".join(pick((*people, *reached, *texts, *forms, *nouns, *literals))).split(BREAK)
        ledger = ledger_of(sheet.target)
        if taken:
            if not taken.isdisjoint(ledger.names):
                ledger = ledger_of(sheet.target, renamed(sheet.target, taken))
            hanging = [last.join(cut) for cut in ledger.hanging]
            fields = ledger.pick((*texts, *hanging, *ledger.fixed, *told))
        else:
            fields = ledger.pick((*texts, *ledger.fixed, *told))
        rows += _rows(fields)
        taken |= ledger.names
        last = ledger.last
        if symbols and texts is sketch.texts[0]:
            said = [symbols.get(place, text) for place, text in enumerate(texts)]
            words = (*people, *reached, *said, *forms, *nouns, *literals)
            spoken = "".join(pick(words)).split(BREAK)
        else:
            spoken = told
        place = 2 * len(sheet.target.steps)
        sentences += spoken[place + 1 :]
        turn = spoken[place]
        reached = sheet.reached(told[place], nouns, reached)
    return Told(sentences, turn, steps_of(rows))


def _rows(fields: Sequence[str]) -> "zip[Row]":
    each = iter(fields)
    return zip(each, each, each, each, each, strict=True)

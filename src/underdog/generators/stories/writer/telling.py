"""Telling a story that has its numbers: sentences, question, and the steps of its solution."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from underdog.core.item import Step, steps_of
from underdog.generators.stories.sheets.formulas import Number
from underdog.generators.stories.sheets.nouns import number_form
from underdog.generators.stories.writer.planning import StoryPlan
from underdog.generators.stories.writer.programs import places_of
from underdog.generators.stories.writer.word_slots import BREAK
from underdog.generators.stories.writer.wordings import Script, Sheet, ledger_of, renamed

Row = tuple[str, str, str, str, str]


class StorySketch(NamedTuple):
    """A story in numbers.

    Attributes:
        plan: What it is made of.
        values: For each part, the values of its numbers and steps.
        texts: The same as texts.
    """

    plan: StoryPlan
    values: Sequence[Sequence[Number]]
    texts: Sequence[Sequence[str]]

    @property
    def answer(self) -> Number:
        """Value of the last step."""
        target = self.plan.parts[-1]
        return self.values[-1][places_of(target)[target.asked.name]]


Voice = tuple[Sheet, Script, Sequence[str]]
"""How one part of a story is told: its wordings and its nouns."""


class ToldStory(NamedTuple):
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
    sketch: StorySketch,
    voices: Sequence[Voice],
    people: Sequence[str],
    symbols: Mapping[int, str] | None = None,
) -> ToldStory:
    """Tell a story.

    Args:
        sketch: The story in numbers.
        voices: How each part is told.
        people: The people, as the first of `slots_of`.
        symbols: Letters that stand for numbers of the template, by their place.
    """
    sheet, script, nouns = voices[0]
    texts, ledger, width = sketch.texts[0], sheet.ledger, sheet.width
    forms = _special(sheet, sketch.values[0]) if sheet.special else ()
    told = (script.text % script.pick((*texts, *forms, *nouns, *people))).split(BREAK)
    written, said = iter(ledger.pick((*texts, *ledger.fixed))), iter(told)
    rows = zip(ledger.names, written, written, said, said, strict=False)
    sentences = told[width + 1 :]
    if symbols:
        other = [symbols.get(place, text) for place, text in enumerate(texts)]
        again = script.text % script.pick((*other, *forms, *nouns, *people))
        sentences = again.split(BREAK)[width + 1 :]
    if len(voices) == 1:
        return ToldStory(sentences, told[width], steps_of(rows))
    return _go_on(sketch, voices, people, rows, sentences, told[width])


def _go_on(
    sketch: StorySketch,
    voices: Sequence[Voice],
    people: Sequence[str],
    first: Iterable[Row],
    sentences: list[str],
    phrase: str,
) -> ToldStory:
    """Tell the continuations.

    Args:
        sketch: The story in numbers.
        voices: How each part is told.
        people: The people.
        first: The template's steps.
        sentences: What the template says; taken over.
        phrase: How its answer is called.
    """
    before, _, nouns = voices[0]
    rows, taken = [first], {*before.ledger.names}
    last, reached = before.ledger.names[-1], before.reached(phrase, nouns, ())
    for place in range(1, len(voices)):
        sheet, script, nouns = voices[place]
        texts, ledger, width = sketch.texts[place], sheet.ledger, sheet.width
        forms = _special(sheet, sketch.values[place]) if sheet.special else ()
        words = (*texts, *forms, *nouns, *reached, *people)
        told = (script.text % script.pick(words)).split(BREAK)
        if not taken.isdisjoint(ledger.names):
            ledger = ledger_of(sheet.target, renamed(sheet.target, taken))
        taken.update(ledger.names)
        hanging = [last.join(cut) for cut in ledger.hanging]
        written, said = iter(ledger.pick((*texts, *ledger.fixed, *hanging))), iter(told)
        rows.append(zip(ledger.names, written, written, said, said, strict=False))
        last, phrase = ledger.names[-1], told[width]
        sentences += told[width + 1 :]
        if not sheet.asked:
            reached = sheet.reached(phrase, nouns, reached)
    return ToldStory(sentences, phrase, steps_of(chain.from_iterable(rows)))


def _special(sheet: Sheet, values: Sequence[Number]) -> Sequence[str]:
    return [number_form(form, values[place]) for form, place in sheet.special]

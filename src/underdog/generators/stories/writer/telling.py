"""From a story in numbers to words: its sentences, its question and the steps of its solution."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, starmap

from underdog.core.item import Step
from underdog.generators.stories.sheets.formulas import Form, Number
from underdog.generators.stories.sheets.nouns import number_form
from underdog.generators.stories.sheets.story_parts import IT
from underdog.generators.stories.writer.planning import StoryPlan
from underdog.generators.stories.writer.programs import places_of
from underdog.generators.stories.writer.wordings import Script, Sheet, ledger_of, renamed

Row = tuple[str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class StorySketch:
    """A story in numbers.

    Attributes:
        plan: Situation, parts and length.
        values: For each part, the values of its numbers and steps (see `places_of`).
        texts: The same values as texts.
    """

    plan: StoryPlan
    values: Sequence[Sequence[Number]]
    texts: Sequence[Sequence[str]]

    @property
    def answer(self) -> Number:
        """Value of the last step."""
        target = self.plan.parts[-1]
        return self.values[-1][places_of(target)[target.asked.name]]

    def canonical(self, replaced: Mapping[str, Form] | None = None) -> Form:
        """Canonical form of the answer.

        Args:
            replaced: Canonical forms by name, in place of the template's own numbers.
        """
        reached: Form = ""
        for target, texts in zip(self.plan.parts, self.texts, strict=True):
            places = places_of(target)
            forms: dict[str, Form] = {name: texts[places[name]] for name in target.given}
            if replaced and target is self.plan.parts[0]:
                forms |= replaced
            forms[IT] = reached
            for calc in target.steps:
                forms[calc.name] = reached = calc.formula.canon(forms)
        return reached


Voice = tuple[Sheet, Script, Sequence[str]]
"""Wordings and nouns of one part of a story."""


@dataclass(frozen=True, slots=True)
class StoryText:
    """A story in words.

    Attributes:
        sentences: Sentences in order, without the question.
        question: The question.
        steps: Steps of the solution, given numbers included.
    """

    sentences: list[str]
    question: str
    steps: tuple[Step, ...]


def tell(
    sketch: StorySketch,
    voices: Sequence[Voice],
    people: Sequence[str],
    symbols: Mapping[int, str] | None = None,
) -> StoryText:
    """A story in words.

    Args:
        sketch: The story in numbers.
        voices: Wordings and nouns of each part.
        people: Words for the holes of people (see `PEOPLE`).
        symbols: Letters in place of numbers of the template, by the number's index.
    """
    sheet, script, nouns = voices[0]
    texts, ledger, width = sketch.texts[0], sheet.ledger, sheet.width
    forms = _special(sheet, sketch.values[0]) if sheet.special else ()
    told = script.tell((*texts, *forms, *nouns, *people))
    written, said = iter(ledger.pick((*texts, *ledger.fixed))), iter(told)
    rows = zip(ledger.names, written, written, said, said, strict=False)
    sentences = told[width + 1 :]
    if symbols:
        other = [symbols.get(place, text) for place, text in enumerate(texts)]
        sentences = script.tell((*other, *forms, *nouns, *people))[width + 1 :]
    if len(voices) == 1:
        return StoryText(sentences, told[width], tuple(starmap(Step, rows)))
    return _go_on(sketch, voices, people, rows, sentences, told[width])


def _go_on(
    sketch: StorySketch,
    voices: Sequence[Voice],
    people: Sequence[str],
    first: Iterable[Row],
    sentences: list[str],
    phrase: str,
) -> StoryText:
    """A story in words, from its template's words and steps: adds the continuations.

    Args:
        sketch: The story in numbers.
        voices: Wordings and nouns of each part.
        people: Words for the holes of people (see `PEOPLE`).
        first: Fields of the template's steps.
        sentences: The template's sentences, a list to which those of the continuations are added.
        phrase: Noun phrase for the template's answer.
    """
    before, _, nouns = voices[0]
    rows, taken = [first], {*before.ledger.names}
    last, reached = before.ledger.names[-1], before.reached(phrase, nouns, ())
    for place in range(1, len(voices)):
        sheet, script, nouns = voices[place]
        texts, ledger, width = sketch.texts[place], sheet.ledger, sheet.width
        forms = _special(sheet, sketch.values[place]) if sheet.special else ()
        told = script.tell((*texts, *forms, *nouns, *reached, *people))
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
    return StoryText(sentences, phrase, tuple(starmap(Step, chain.from_iterable(rows))))


def _special(sheet: Sheet, values: Sequence[Number]) -> Sequence[str]:
    return [number_form(form, values[place]) for form, place in sheet.special]

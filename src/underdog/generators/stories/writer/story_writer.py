"""A writer of word problems: draws a plan, its numbers and its wording until they fit."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Literal

from underdog.core.item import Draft
from underdog.errors import DataError
from underdog.generators.stories.sheets.draws import Size
from underdog.generators.stories.sheets.formulas import Number, canon_text, number_text
from underdog.generators.stories.sheets.people import draw_people
from underdog.generators.stories.sheets.story_parts import Target
from underdog.generators.stories.writer.planning import Planner, StoryPlan
from underdog.generators.stories.writer.programs import NumberProgram, program_of
from underdog.generators.stories.writer.telling import StorySketch, StoryText, Voice, tell
from underdog.generators.stories.writer.word_slots import extra_of
from underdog.generators.stories.writer.wordings import (
    MOST_VARIETY,
    WordingChoice,
    Wordings,
    sheet_of,
)

Place = Literal["end", "start", "mixed"]
PLACES: tuple[Place, ...] = ("end", "start", "mixed")

_PATIENCE = 1_000
_TRIES = 3
"""Draws of a template's numbers, or of a continuation, before the whole plan is given up."""

_BACK = re.compile(
    r"\b(?:the(?:m|se|y|ir)|th(?:is|at|ose|en)|it|all|both|others?)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Style:
    """Wording of stories.

    Attributes:
        min_distractors: Fewest irrelevant sentences.
        max_distractors: Most irrelevant sentences.
        variety: From 0 (always the first wording) to 3 (any wording).
        size: Class of the largest allowed number.
        names: Region of the people's names, or `world`.
        question: Place of the question; a question that refers back, `How many are left then?`, is
            always at the end.
        wordings: `unseen` is the last wording of every sentence, `seen` the others.
    """

    min_distractors: int = 0
    max_distractors: int = 0
    variety: int = MOST_VARIETY
    size: Size = "usual"
    names: str = "world"
    question: Place = "end"
    wordings: Wordings = "all"


@dataclass(frozen=True, slots=True)
class Story:
    """Numbers and words of one story.

    Attributes:
        sketch: The story in numbers.
        voices: Wordings and nouns of each part.
        people: Words for the holes of people (see `PEOPLE`).
        extras: Irrelevant sentences, each with its place in the story from 0 to 1.
        question_first: Whether the question begins the story.
    """

    sketch: StorySketch
    voices: Sequence[Voice]
    people: Sequence[str]
    extras: Sequence[tuple[float, str]]
    question_first: bool

    def text(self, told: StoryText) -> str:
        """The text of the problem; no sentence refers back across an irrelevant one."""
        said = told.sentences
        if self.extras:
            places, said = self._free_places(), [*said]
            for place, sentence in sorted(self.extras, reverse=True):
                said.insert(places[int(place * len(places))], sentence)
        return " ".join([told.question, *said] if self.question_first else [*said, told.question])

    def _free_places(self) -> list[int]:
        patterns = [pattern for _, script, _ in self.voices for pattern in script.sentences]
        patterns.append(self.voices[-1][1].question)
        return [place for place, text in enumerate(patterns) if not place or _stands_alone(text)]


class Writer:
    """Writer of word problems.

    Args:
        planner: Source of situations, templates and continuations.
        style: Wording of the problems.
    """

    def __init__(self, planner: Planner, style: Style) -> None:
        self._planner = planner
        self._style = style
        self._choice = WordingChoice(style.wordings, style.variety)

    def sketch(self, rng: Random) -> tuple[str, StorySketch]:
        """Draw a story's numbers.

        Returns:
            The canonical key, and the story in numbers.

        Raises:
            DataError: No natural numbers were found for these knobs.
        """
        random = rng.random
        for _ in range(_PATIENCE):
            drawn = self._attempt(random)
            if drawn is not None:
                plan, values = drawn
                texts = [[*map(number_text, some)] for some in values]
                sketch = StorySketch(plan, values, texts)
                return f"words:{canon_text(sketch.canonical())}", sketch
        raise DataError(
            f"no natural numbers found in {_PATIENCE} attempts; allow larger numbers, "
            "other lengths or more situations"
        )

    def story(self, rng: Random, sketch: StorySketch) -> Story:
        """Draw the wordings, nouns, people and irrelevant sentences of a story."""
        plan, style, random = sketch.plan, self._style, rng.random
        voices: list[Voice] = []
        people = 0
        for target in plan.parts:
            sheet = sheet_of(target, self._choice, target is plan.parts[-1])
            noun, place = divmod(int(random() * sheet.choices), sheet.count)
            voices.append((sheet, sheet.script(place), sheet.nouns[noun]))
            people |= sheet.people
        cast = draw_people(style.names, people, random)
        extras = self._extras(plan, cast, rng) if style.max_distractors else ()
        first = style.question != "end" and self._question_first(random, voices[-1])
        return Story(sketch, voices, cast, extras, first)

    def write(self, rng: Random, key: str, sketch: StorySketch) -> Draft:
        """Draft of a sketch in words, with its solution."""
        story, plan = self.story(rng, sketch), sketch.plan
        told = tell(sketch, story.voices, story.people)
        first, *rest = plan.parts
        num_steps = plan.num_steps
        return Draft(
            story.text(told),
            told.steps[-1].value,
            told.steps,
            key,
            num_steps,
            {
                "template": first.part.name,
                "situation": plan.situation.name,
                "steps": num_steps,
                "distractors": len(story.extras),
                "continuations": [target.part.name for target in rest],
            },
        )

    def _attempt(self, random: Callable[[], float]) -> tuple[StoryPlan, list[list[Number]]] | None:
        """Draw a template's target with its numbers, then continuations that fit them.

        Returns:
            The plan, and the values of each part; `None` when no fitting numbers were found.
        """
        num_steps, situation, first = self._planner.opening(random)
        program = self._program(first)
        for _ in range(_TRIES):
            values = program.run(0, random)
            if values is not None:
                break
        else:
            return None
        missing = num_steps - len(first.steps)
        parts, found = [first], [values]
        while missing:
            following = self._go_on(parts, missing, values[program.answer], random)
            if following is None:
                return None
            target, values = following
            program = self._program(target)
            parts.append(target)
            found.append(values)
            missing -= len(target.steps)
        return StoryPlan(situation, tuple(parts), num_steps), found

    def _go_on(
        self, parts: list[Target], missing: int, it: Number, random: Callable[[], float]
    ) -> tuple[Target, list[Number]] | None:
        for _ in range(_TRIES):
            target = self._planner.following(parts, missing, random)
            if target is None:
                return None
            values = self._program(target, isinstance(it, int)).run(it, random)
            if values is not None:
                return target, values
        return None

    def _program(self, target: Target, whole: bool = True) -> NumberProgram:
        return program_of(target, self._style.size, whole)

    def _extras(
        self, plan: StoryPlan, people: Sequence[str], rng: Random
    ) -> Sequence[tuple[float, str]]:
        style, pool = self._style, plan.extras
        wanted = rng.randint(style.min_distractors, style.max_distractors)
        chosen = rng.sample(pool, min(wanted, len(pool)))
        return [
            (rng.random(), extra_of(extra, style.size).tell(people, rng.random)) for extra in chosen
        ]

    def _question_first(self, random: Callable[[], float], last: Voice) -> bool:
        wanted = self._style.question == "start" or random() < 0.5
        return wanted and _stands_alone(last[1].question)


@cache
def _stands_alone(pattern: str) -> bool:
    return _BACK.search(pattern) is None

"""A writer of word problems: draws a plan, its numbers and its wording until they fit."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Literal, NamedTuple

from underdog.core.item import Draft
from underdog.errors import DataError
from underdog.tasks.stories.draws import Size
from underdog.tasks.stories.formulas import Number, number_text
from underdog.tasks.stories.keying import NOTHING, shape_of
from underdog.tasks.stories.parts import Target
from underdog.tasks.stories.people import LETTERS, NOBODY, cast_of
from underdog.tasks.stories.planning import Plan, Planner
from underdog.tasks.stories.programs import program_of
from underdog.tasks.stories.sheets import MOST_VARIETY, Choice, Wordings, book_of
from underdog.tasks.stories.slots import extra_of
from underdog.tasks.stories.telling import Sketch, Told, Voice, tell

Place = Literal["end", "start", "mixed"]
PLACES: tuple[Place, ...] = ("end", "start", "mixed")

_PATIENCE = 1_000
_TRIES = 3
"""Draws of a part's numbers before the whole plan is given up."""

_ALONE = frozenset("A")
_EMPTY = NOBODY * (len(LETTERS) - 1)
_BACK = re.compile(
    r"\b(?:the(?:m|se|y|ir)|th(?:is|at|ose|en)|it|all|both|others?)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Style:
    """How stories are worded.

    Attributes:
        min_distractors: Fewest irrelevant sentences.
        max_distractors: Most of them.
        variety: 0 always takes the first wording, 3 any.
        size: How large numbers may be.
        names: Region of the names, or `world`.
        question: Where the question stands; one that refers back, `How many are left then?`, always
            stands at the end.
        wordings: `unseen` is the last wording of every sentence, `seen` the others.
    """

    min_distractors: int = 0
    max_distractors: int = 0
    variety: int = MOST_VARIETY
    size: Size = "usual"
    names: str = "world"
    question: Place = "end"
    wordings: Wordings = "all"


class Story(NamedTuple):
    """One story, before it is put together.

    Attributes:
        sketch: The story in numbers.
        voices: How each part is told.
        people: What may be said of its people.
        extras: Irrelevant sentences, each with where it stands from 0 to 1.
        question_first: Whether the question begins the story.
    """

    sketch: Sketch
    voices: tuple[Voice, ...]
    people: Sequence[str]
    extras: Sequence[tuple[float, str]]
    question_first: bool

    def text(self, told: Told) -> str:
        """The whole problem, irrelevant sentences where none refers back across them."""
        said = told.sentences
        if self.extras:
            places, said = self._free_places(), [*said]
            for place, sentence in sorted(self.extras, reverse=True):
                said.insert(places[int(place * len(places))], sentence)
        return " ".join([told.question, *said] if self.question_first else [*said, told.question])

    def _free_places(self) -> list[int]:
        patterns = [pattern for voice in self.voices for pattern in voice.script.sentences]
        patterns.append(self.voices[-1].script.question)
        return [place for place, text in enumerate(patterns) if not place or _stands_alone(text)]


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes word problems."""

    planner: Planner
    style: Style

    def sketch(self, rng: Random) -> tuple[str, Sketch]:
        """Draw a story's numbers.

        Returns:
            The canonical key, and the story in numbers.

        Raises:
            DataError: The knobs leave no natural numbers.
        """
        random, planner = rng.random, self.planner
        for _ in range(_PATIENCE):
            plan = planner.plan(random)
            if plan is None:
                continue
            values = self._values(plan.parts, random)
            if values is not None:
                texts = [[*map(number_text, some)] for some in values]
                return f"words:{_key(plan.parts, texts)}", Sketch(plan, values, texts)
        raise DataError(
            f"no natural numbers found in {_PATIENCE} attempts; allow larger numbers, "
            "other lengths or more situations"
        )

    def story(self, rng: Random, sketch: Sketch) -> Story:
        """Draw the words of a story."""
        plan, style, random = sketch.plan, self.style, rng.random
        parts = plan.parts
        people = self._people(plan, random)
        book = book_of(Choice(style.wordings, style.variety))
        asked, voices = len(parts) - 1, list[Voice]()
        for place, target in enumerate(parts):
            sheet = book[target, place == asked]
            noun, script = divmod(int(random() * sheet.choices), sheet.count)
            voices.append(Voice(sheet, sheet.script(script), sheet.nouns[noun]))
        extras = self._extras(plan, people, rng) if style.max_distractors else ()
        first = style.question != "end" and self._question_first(random, voices[-1])
        return Story(sketch, tuple(voices), people, extras, first)

    def write(self, rng: Random, key: str, sketch: Sketch) -> Draft:
        """The problem of a sketch and its solution."""
        story = self.story(rng, sketch)
        told, plan = tell(sketch, story.voices, story.people), sketch.plan
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

    def _values(
        self, parts: Sequence[Target], random: Callable[[], float]
    ) -> list[list[Number]] | None:
        """Natural numbers for each part; `None` when some part has none."""
        size, it, found = self.style.size, 0, list[list[Number]]()
        for target in parts:
            program = program_of(target, size, type(it) is int)
            for _ in range(_TRIES):
                values = program.run(it, random)
                if values is not None:
                    break
            else:
                return None
            found.append(values)
            it = values[program.answer]
        return found

    def _people(self, plan: Plan, random: Callable[[], float]) -> Sequence[str]:
        """Different names."""
        cast, letters = cast_of(self.style.names), plan.people
        if letters == _ALONE:
            return (*cast[int(random() * len(cast))], *_EMPTY)
        used: set[int] = set()
        people: list[str] = []
        for letter in LETTERS:
            if letter not in letters:
                people += NOBODY
                continue
            place = int(random() * len(cast))
            while place in used:
                place = (place + 1) % len(cast)
            used.add(place)
            people += cast[place]
        return people

    def _extras(
        self, plan: Plan, people: Sequence[str], rng: Random
    ) -> Sequence[tuple[float, str]]:
        style, pool = self.style, plan.extras
        wanted = rng.randint(style.min_distractors, style.max_distractors)
        chosen = rng.sample(pool, min(wanted, len(pool)))
        return [
            (rng.random(), extra_of(extra, style.size).tell(people, rng.random)) for extra in chosen
        ]

    def _question_first(self, random: Callable[[], float], last: Voice) -> bool:
        wanted = self.style.question == "start" or random() < 0.5
        return wanted and _stands_alone(last.script.question)


def _key(parts: Sequence[Target], texts: Sequence[Sequence[str]]) -> str:
    reached = NOTHING
    for target, said in zip(parts, texts, strict=True):
        reached = shape_of(target, reached.level).fill(said, reached)
    return reached.text


@cache
def _stands_alone(pattern: str) -> bool:
    return _BACK.search(pattern) is None

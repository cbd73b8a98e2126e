"""A writer of word problems: draws a plan, its numbers and its wording until they fit."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Literal

from underdog.core.item import Draft
from underdog.errors import DataError
from underdog.tasks.stories.draws import Size
from underdog.tasks.stories.formulas import Unfit, canon_text, number_text
from underdog.tasks.stories.parts import Extra, Target
from underdog.tasks.stories.people import names_of, person_forms
from underdog.tasks.stories.planning import Plan, Planner
from underdog.tasks.stories.telling import Told, Wording, Words, tell
from underdog.tasks.stories.working import Worked, canonical, work_out

Place = Literal["end", "start", "mixed"]
PLACES: tuple[Place, ...] = ("end", "start", "mixed")
Wordings = Literal["all", "seen", "unseen"]
WORDINGS: tuple[Wordings, ...] = ("all", "seen", "unseen")
MOST_VARIETY = 3

_PATIENCE = 1_000
_TRIES = 3
"""Draws of a part's numbers before the whole plan is given up."""

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


@dataclass(frozen=True, slots=True)
class Story:
    """One story, before and after it is put into words."""

    plan: Plan
    worked: tuple[Worked, ...]
    wordings: tuple[Wording, ...]
    extras: tuple[tuple[float, str], ...]
    words: Words
    question_first: bool

    @property
    def num_steps(self) -> int:
        """Calculated steps."""
        return sum(len(part.steps) for part in self.plan.parts)

    def told(self, symbols: Words | None = None) -> Told:
        """The story in words; `symbols` are letters in place of given numbers."""
        return tell(self.worked, self.wordings, self.words, symbols)

    def text(self, told: Told) -> str:
        """The whole problem, irrelevant sentences where none refers back across them."""
        said = list(told.sentences)
        if self.extras:
            places = self._free_places()
            for place, sentence in sorted(self.extras, reverse=True):
                said.insert(places[int(place * len(places))], sentence)
        return " ".join([told.question, *said] if self.question_first else [*said, told.question])

    def _free_places(self) -> list[int]:
        patterns = [pattern for wording in self.wordings for pattern in wording.tells]
        patterns.append(self.wordings[-1].question)
        return [place for place, text in enumerate(patterns) if not place or _stands_alone(text)]


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes word problems."""

    planner: Planner
    style: Style

    def draft(self, rng: Random) -> Draft:
        """Write one problem."""
        return draft_of(self.story(rng))

    def story(self, rng: Random) -> Story:
        """Draw one story.

        Raises:
            DataError: The knobs leave no natural numbers.
        """
        for _ in range(_PATIENCE):
            try:
                return self._attempt(rng)
            except Unfit:
                continue
        raise DataError(
            f"no natural numbers found in {_PATIENCE} attempts; allow larger numbers, "
            "other lengths or more situations"
        )

    def _attempt(self, rng: Random) -> Story:
        plan = self.planner.plan(rng)
        worked: list[Worked] = []
        for target in plan.parts:
            worked.append(self._worked(target, worked[-1] if worked else None, rng))
        people = self._people(plan, rng)
        nouns = [_pick(nouns, rng) for part in plan.parts for nouns in part.part.picks.values()]
        wordings = tuple(self._wording(target, rng) for target in plan.parts)
        words: dict[str, str] = {}
        for forms in (*people, *nouns):
            words.update(forms)
        return Story(
            plan,
            tuple(worked),
            wordings,
            self._extras(plan, words, rng),
            words,
            self._question_first(rng) and _stands_alone(wordings[-1].question),
        )

    def _worked(self, target: Target, before: Worked | None, rng: Random) -> Worked:
        for _ in range(_TRIES):
            try:
                return work_out(target, before, rng.random, self.style.size)
            except Unfit:
                continue
        raise Unfit

    def _people(self, plan: Plan, rng: Random) -> list[Words]:
        """Different names; always as many draws, whatever the region."""
        pool = names_of(self.style.names)
        used: set[int] = set()
        people: list[Words] = []
        for letter in plan.people:
            place = int(rng.random() * len(pool))
            while place in used:
                place = (place + 1) % len(pool)
            used.add(place)
            people.append(person_forms(letter, *pool[place]))
        return people

    def _wording(self, target: Target, rng: Random) -> Wording:
        tells = tuple(self._one(line.wordings, rng) for line in target.tells)
        return Wording(tells, self._one(target.asked.questions, rng))

    def _one(self, wordings: tuple[str, ...], rng: Random) -> str:
        if len(wordings) == 1:
            return wordings[0]
        if self.style.wordings == "unseen":
            return wordings[-1]
        count = len(wordings) - (self.style.wordings == "seen")
        if self.style.variety < MOST_VARIETY:
            count = min(count, 1 + self.style.variety)
        return wordings[int(rng.random() * count)]

    def _extras(self, plan: Plan, words: Words, rng: Random) -> tuple[tuple[float, str], ...]:
        style, pool = self.style, plan.extras
        if not style.max_distractors:
            return ()
        wanted = rng.randint(style.min_distractors, style.max_distractors)
        chosen = rng.sample(pool, min(wanted, len(pool)))
        return tuple((rng.random(), _extra(extra, words, rng, style.size)) for extra in chosen)

    def _question_first(self, rng: Random) -> bool:
        if self.style.question == "mixed":
            return rng.random() < 0.5
        return self.style.question == "start"


def draft_of(story: Story) -> Draft:
    """The problem of a story and its solution."""
    told, num_steps = story.told(), story.num_steps
    asked, name = story.worked[-1], story.plan.parts[0].part.name
    return Draft(
        text=story.text(told),
        answer=number_text(asked.value),
        steps=told.steps,
        key=f"words:{canon_text(canonical(story.worked))}",
        difficulty=num_steps,
        meta={
            "template": name,
            "situation": story.plan.situation.name,
            "steps": num_steps,
            "distractors": len(story.extras),
            "continuations": [target.part.name for target in story.plan.parts[1:]],
        },
    )


@cache
def _stands_alone(pattern: str) -> bool:
    return _BACK.search(pattern) is None


def _pick(nouns: Sequence[Words], rng: Random) -> Words:
    return nouns[int(rng.random() * len(nouns))]


def _extra(extra: Extra, words: Words, rng: Random, size: Size) -> str:
    numbers = {let.name: number_text(let.how.draw(rng.random, {}, size)) for let in extra.lets}
    return extra.pattern.format_map({**words, **numbers})

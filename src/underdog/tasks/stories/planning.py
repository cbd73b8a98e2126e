"""Choosing what a story is made of: a template's target, and continuations up to a length."""

from dataclasses import dataclass, field
from functools import cached_property
from random import Random

from underdog.errors import ConfigError
from underdog.tasks.stories.formulas import Unfit
from underdog.tasks.stories.library import Library
from underdog.tasks.stories.parts import Extra, Situation, Target

_OWN = frozenset("AB")
"""People whom a template introduces; a continuation brings its own as C and D."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A template's target, then continuations; the last one's last step is asked for."""

    situation: Situation
    parts: tuple[Target, ...]

    @property
    def people(self) -> list[str]:
        """Letters of everybody in it."""
        return sorted({person for target in self.parts for person in target.part.people})

    @property
    def extras(self) -> list[Extra]:
        """Irrelevant sentences that speak of nobody else."""
        people = self.parts[0].part.people
        return [extra for extra in self.situation.extras if extra.people <= people]


@dataclass(frozen=True)
class Planner:
    """Plans of `min_steps` to `max_steps` steps, lengths drawn evenly.

    Raises:
        ConfigError: No story of these situations has such a length.
    """

    library: Library
    min_steps: int
    max_steps: int
    _known: dict[tuple[str, int, frozenset[str]], tuple[Target, ...]] = field(
        default_factory=dict[tuple[str, int, frozenset[str]], tuple[Target, ...]], repr=False
    )

    def __post_init__(self) -> None:
        if not self._openings[self.min_steps]:
            raise ConfigError(
                f"no story here can have {self.min_steps} steps; raise min_steps or add situations"
            )

    def plan(self, rng: Random) -> Plan:
        """Draw a plan; raises `Unfit` when it cannot be brought to its length."""
        steps = self.min_steps + int(rng.random() * (self.max_steps - self.min_steps + 1))
        openings = self._openings[steps]
        situation, target = openings[int(rng.random() * len(openings))]
        parts = [target]
        missing = steps - len(target.steps)
        while missing:
            target = self._next(parts, missing, rng)
            parts.append(target)
            missing -= len(target.steps)
        return Plan(situation, tuple(parts))

    @cached_property
    def _openings(self) -> dict[int, list[tuple[Situation, Target]]]:
        """Targets to begin with, by the length of the whole."""
        every = [(one, target) for one in self.library.situations for target in one.targets]
        return {
            steps: [(one, target) for one, target in every if self._can_begin(target, steps)]
            for steps in range(self.min_steps, self.max_steps + 1)
        }

    def _can_begin(self, target: Target, steps: int) -> bool:
        if len(target.steps) >= steps:
            return len(target.steps) == steps
        ending = target.asked.ending
        return ending is not None and bool(self.library.continuations.get(ending.kind))

    def _next(self, parts: list[Target], missing: int, rng: Random) -> Target:
        ending = parts[-1].asked.ending
        every = self._continuations(ending.kind if ending else "", missing, parts[0].part.people)
        fitting = [target for target in every if target not in parts]
        if not fitting:
            raise Unfit
        return fitting[int(rng.random() * len(fitting))]

    def _continuations(self, kind: str, missing: int, people: frozenset[str]) -> tuple[Target, ...]:
        """Continuations of a kind that are short enough, and whose people fit."""
        key = (kind, missing, people)
        if key not in self._known:
            self._known[key] = tuple(
                target
                for target in self.library.continuations.get(kind, ())
                if len(target.steps) <= missing
                and target.part.people & _OWN <= people
                and not (target.part.people - _OWN) & people
                and (len(target.steps) == missing or target.asked.ending is not None)
            )
        return self._known[key]

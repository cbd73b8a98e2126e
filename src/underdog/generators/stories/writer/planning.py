"""Plans of stories: a template's target, and continuations up to a number of steps."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from underdog.errors import ConfigError
from underdog.generators.stories.sheets.library import Library
from underdog.generators.stories.sheets.story_parts import Extra, Situation, Target

_OWN = frozenset("AB")
"""Letters of a template's people; people that a continuation introduces are C and D."""


@dataclass(frozen=True, slots=True)
class StoryPlan:
    """Situation, parts and length of a story.

    Attributes:
        situation: The setting.
        parts: A template's target, then continuations; the last step of the last one is asked for.
        num_steps: Number of calculated steps in all parts.
    """

    situation: Situation
    parts: tuple[Target, ...]
    num_steps: int

    @property
    def extras(self) -> list[Extra]:
        """Irrelevant sentences of the situation without people from outside the template."""
        people = self.parts[0].part.people
        return [extra for extra in self.situation.extras if extra.people <= people]


@dataclass(frozen=True)
class Planner:
    """Source of plans of `min_steps` to `max_steps` steps, all possible lengths equally likely.

    Raises:
        ConfigError: No story of these situations has such a length.
    """

    library: Library
    min_steps: int
    max_steps: int
    _known: dict[tuple[Target, Target, int], tuple[Target, ...]] = field(
        default_factory=dict[tuple[Target, Target, int], tuple[Target, ...]], repr=False
    )

    def __post_init__(self) -> None:
        if not self._lengths or self._lengths[0][0] > self.min_steps:
            raise ConfigError(
                f"no story here can have {self.min_steps} steps; raise min_steps or add situations"
            )

    def opening(self, random: Callable[[], float]) -> tuple[int, Situation, Target]:
        """Draw a number of steps, a situation and a first target that fits them.

        Args:
            random: Draws from [0, 1).
        """
        place = random() * len(self._lengths)
        steps, openings = self._lengths[int(place)]
        situation, target = openings[int(place % 1 * len(openings))]
        return steps, situation, target

    def following(
        self, parts: Sequence[Target], missing: int, random: Callable[[], float]
    ) -> Target | None:
        """Draw a continuation that the story has not had yet; `None` when there is none.

        Args:
            parts: The story's targets so far.
            missing: Most steps that the continuation may have.
            random: Draws from [0, 1).
        """
        every = self._continuations(parts[0], parts[-1], missing)
        if every:
            target = every[int(random() * len(every))]
            if target not in parts:
                return target
            if fitting := [one for one in every if one not in parts]:
                return fitting[int(random() * len(fitting))]
        return None

    @cached_property
    def _lengths(self) -> list[tuple[int, list[tuple[Situation, Target]]]]:
        """Possible lengths of a story in steps, each with the targets that can begin it."""
        every = [(one, target) for one in self.library.situations for target in one.targets]
        openings = (
            (steps, [(one, target) for one, target in every if self._can_begin(target, steps)])
            for steps in range(self.min_steps, self.max_steps + 1)
        )
        return [(steps, some) for steps, some in openings if some]

    def _can_begin(self, target: Target, steps: int) -> bool:
        if len(target.steps) >= steps:
            return len(target.steps) == steps
        ending = target.asked.ending
        return ending is not None and bool(self.library.continuations.get(ending.kind))

    def _continuations(self, first: Target, last: Target, missing: int) -> tuple[Target, ...]:
        """Continuations of the last target that are short enough and whose people fit."""
        found = self._known.get((first, last, missing))
        if found is None:
            ending, people = last.asked.ending, first.part.people
            found = self._known[first, last, missing] = tuple(
                target
                for target in self.library.continuations.get(ending.kind if ending else "", ())
                if len(target.steps) <= missing
                and target.part.people & _OWN <= people
                and not (target.part.people - _OWN) & people
                and (len(target.steps) == missing or target.asked.ending is not None)
            )
        return found

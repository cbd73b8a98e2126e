"""Programs that draw the numbers of a target and calculate its steps, made once per target.

The values are a list: first the result that a continuation starts from, then the numbers that
depend on no other (all from one random number), then the other numbers and the steps in order. Not
programs in the sense of the form `program`: nothing is written or executed as code.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from math import prod

from underdog.generators.stories.sheets.draws import LARGEST, Fixed, Size
from underdog.generators.stories.sheets.formulas import Number, Unfit
from underdog.generators.stories.sheets.story_parts import IT, Calc, Let, Target
from underdog.generators.stories.sheets.working import Places, Random, Work, work_of

_SMALLEST_RESULT = 2
"""Smallest result of a step: `1 apples` is no English, and `0` gives the answer away."""

_SMALLEST_QUARTER = 0.25
Joint = Callable[[Random], Sequence[Number]]


@dataclass(frozen=True, slots=True)
class NumberProgram:
    """Draws and calculations for the numbers of a target.

    Attributes:
        fixed: Joint draw of the numbers that depend on no other.
        works: The other numbers and the steps in order, each with its smallest allowed value.
        limit: Largest allowed value.
        answer: Index of the last step's value in the list of values.
    """

    fixed: Joint
    works: tuple[tuple[Work, Number], ...]
    limit: int
    answer: int

    def run(self, it: Number, random: Random) -> list[Number] | None:
        """Draw the numbers and calculate the steps.

        Args:
            it: Result that a continuation starts from; 0 for a template.
            random: Draws from [0, 1).

        Returns:
            The values, as `places_of` orders them; `None` when they do not make a natural problem.
        """
        values = [it, *self.fixed(random)]
        limit = self.limit
        try:
            for work, least in self.works:
                value = work(values, random)
                if value < least or value > limit:
                    return None
                values.append(value)
        except Unfit:
            return None
        return values


@cache
def places_of(target: Target) -> Places:
    """Index of each name's value in the list of values."""
    return {name: place for place, name in enumerate((IT, *(line.name for line in _order(target))))}


@cache
def program_of(target: Target, size: Size, whole: bool) -> NumberProgram:
    """The program of a target.

    Args:
        target: Target of a template or of a continuation.
        size: Class of the largest allowed number.
        whole: Whether the result that a continuation starts from is a whole number.
    """
    places, limit, decimals = places_of(target), LARGEST[size], target.part.decimals
    pools: list[tuple[Number, ...]] = []
    works: list[tuple[Work, Number]] = []
    lines = _order(target)
    for line in lines:
        if isinstance(line, Let) and isinstance(line.how, Fixed):
            pools.append(tuple(one for one in line.how.numbers[size] if 0 < one <= limit))
    whole = whole and not decimals and all(isinstance(one, int) for pool in pools for one in pool)
    for line in lines[len(pools) :]:
        if isinstance(line, Let):
            work = line.how.work(places, size, whole)
            works.append((work, 1 if whole else _SMALLEST_QUARTER))
        else:
            work = work_of(line.formula.tree, places, whole)
            works.append((work if whole else _natural(work, decimals), _SMALLEST_RESULT))
    if not all(pools):
        pools, works = [], [(_never, 1)]
    return NumberProgram(_jointly(pools), tuple(works), limit, places[target.asked.name])


@cache
def _order(target: Target) -> tuple[Let | Calc, ...]:
    """The target's numbers and steps, first the numbers that depend on no other."""
    fixed = [line for line in target.work if isinstance(line, Let) and isinstance(line.how, Fixed)]
    return (*fixed, *(line for line in target.work if line not in fixed))


def _jointly(pools: list[tuple[Number, ...]]) -> Joint:
    """A function that draws one number from each tuple of `pools` with a single random number."""
    total = prod(map(len, pools))
    if not pools:
        return lambda random: ()
    if len(pools) == 2:
        first, second = pools
        width = len(second)

        def pair(random: Random) -> tuple[Number, Number]:
            place, left = divmod(int(random() * total), width)
            return first[place], second[left]

        return pair
    sized = tuple((pool, len(pool)) for pool in pools)

    def several(random: Random) -> list[Number]:
        place = int(random() * total)
        drawn: list[Number] = []
        for pool, width in sized:
            place, left = divmod(place, width)
            drawn.append(pool[left])
        return drawn

    return several


def _never(values: list[Number], random: Random) -> Number:
    return 0


def _natural(work: Work, decimals: bool) -> Work:
    """`work` with whole results as integers, and 0 for quarters where these are not natural."""

    def natural(values: list[Number], random: Random) -> Number:
        value = work(values, random)
        if value == int(value):
            return int(value)
        return value if decimals and value * 4 == int(value * 4) else 0

    return natural

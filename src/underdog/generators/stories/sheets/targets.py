"""The targets of a template: the steps that a problem can ask for, each with its sentences."""

from underdog.errors import DataError
from underdog.generators.stories.sheets.story_parts import (
    IT,
    Calc,
    Let,
    Line,
    StoryPart,
    Target,
    Tell,
)


def targets_of(part: StoryPart) -> tuple[Target, ...]:
    """The targets of a part, in order; the last one is the whole part.

    A step is no target when a sentence that it needs also tells a number that it does not need.
    A continuation is always told in full.

    Raises:
        DataError: The last step is no target.
    """
    calcs = [line for line in part.lines if isinstance(line, Calc)]
    found = [_target(part, calc) for calc in (calcs[-1:] if part.takes else calcs) if calc.asked]
    if found[-1] is None:
        raise DataError(f"{part.name}: some sentence tells a number that its last step never uses")
    return tuple(target for target in found if target is not None)


def _target(part: StoryPart, asked: Calc) -> Target | None:
    steps = _steps_to(part, asked)
    given = _given(part, steps)
    needed = frozenset(given)
    tells = [line for line in part.lines if isinstance(line, Tell)]
    wanted = [tell for tell in tells if tell.numbers & needed]
    if any(tell.numbers - needed for tell in wanted):
        return None
    if asked is part.lines[-1]:
        last = len(tells)
    else:
        last = max((tells.index(tell) for tell in wanted), default=-1)
    kept = [tell for place, tell in enumerate(tells) if tell in wanted or _scene(tell, place, last)]
    work, solution = _work(part, steps, given), _solution(steps, given)
    return Target(part, work, given, steps, solution, tuple(kept))


def _scene(tell: Tell, place: int, last: int) -> bool:
    """Whether to keep a sentence: it has no numbers, and a needed sentence follows."""
    return not tell.numbers and place < last


def _steps_to(part: StoryPart, asked: Calc) -> tuple[Calc, ...]:
    needed = {asked.name}
    steps: list[Calc] = []
    for line in reversed(part.lines):
        if isinstance(line, Calc) and line.name in needed:
            steps.append(line)
            needed.update(line.formula.names)
    return tuple(reversed(steps))


def _given(part: StoryPart, steps: tuple[Calc, ...]) -> tuple[str, ...]:
    drawn = {line.name for line in part.lines if isinstance(line, Let)}
    used = (name for step in steps for name in step.formula.names if name in drawn)
    return tuple(dict.fromkeys(used))


def _solution(steps: tuple[Calc, ...], given: tuple[str, ...]) -> tuple[str | Calc, ...]:
    written: list[str | Calc] = []
    for step in steps:
        fresh = (name for name in step.formula.names if name in given and name not in written)
        written += [*dict.fromkeys(fresh), step]
    return tuple(written)


def _work(
    part: StoryPart, steps: tuple[Calc, ...], given: tuple[str, ...]
) -> tuple[Let | Calc, ...]:
    """Numbers and steps to evaluate, in order, including numbers that only bound others."""
    needed = {*given, *(step.name for step in steps)}
    work: list[Let | Calc] = []
    for line in reversed(part.lines):
        if not isinstance(line, Tell) and line.name in needed:
            work.append(line)
            needed.update(_needs(line))
    return tuple(reversed(work))


def _needs(line: Line) -> tuple[str, ...]:
    match line:
        case Let():
            return line.how.names
        case Calc():
            return tuple(name for name in line.formula.names if name != IT)
        case Tell():
            return ()

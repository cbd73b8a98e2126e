"""Length of a project whose tasks wait for others, with enough helpers (critical path).

Every task starts as soon as all the tasks it waits for are done; tasks run side by side. The answer
is the end of the last task, or of a named one.
"""

from collections.abc import Mapping, Sequence
from random import Random

from underdog.core.item import Draft
from underdog.generators import families
from underdog.generators.craft.notation import listed
from underdog.generators.craft.worked_steps import Trace
from underdog.generators.knobs import span, whole

_LETTERS = "PQRSTUVW"
_UNITS = ("minutes", "hours", "days", "weeks")
_OPENINGS = (
    "A project has the tasks {names}.",
    "To finish a job, the tasks {names} must be done.",
    "A team plans the tasks {names}.",
)
_RULES = (
    "Tasks may run at the same time.",
    "There are enough helpers to work on any number of tasks at once.",
    "Each task starts as soon as it can, and several may go on at once.",
)
_ASKED = (
    "After how many {unit} is everything done at the earliest?",
    "What is the smallest number of {unit} in which the whole can be finished?",
)
_ASKED_ONE = (
    "After how many {unit} is task {task} done at the earliest?",
    "What is the earliest time, in {unit} after the start, at which task {task} can be done?",
)
Waits = Mapping[str, Sequence[str]]


@families.register("schedules")
class Schedules:
    """The earliest end of a project whose tasks wait for one another.

    Args:
        tasks: Most tasks.
        min_tasks: Fewest tasks.
        length: Longest task.
    """

    name = "schedules"
    version = 1
    checker = "numeric"
    forms = ("answer", "cot", "program", "socratic")

    def __init__(self, tasks: int = 6, min_tasks: int = 3, length: int = 12) -> None:
        self._fewest, self._most = span("min_tasks", min_tasks, "tasks", tasks, 2, len(_LETTERS))
        self._length = whole("length", length, 2, 1000)

    def draft(self, rng: Random) -> Draft:
        """Draft of a problem: one project."""
        count = rng.randint(self._fewest, self._most)
        names = rng.sample(_LETTERS[:count], count)
        lengths = {name: rng.randint(1, self._length) for name in names}
        waits = {
            name: sorted(rng.sample(names[:place], min(place, rng.choice((0, 1, 1, 2)))))
            for place, name in enumerate(names)
        }
        asked = rng.choice(names[1:]) if rng.random() < 0.3 else ""
        unit = rng.choice(_UNITS)
        trace = Trace()
        _ends(trace, names, lengths, waits, asked)
        questions = _ASKED_ONE if asked else _ASKED
        parts = [
            rng.choice(_OPENINGS).format(names=listed(sorted(names))),
            *_sentence(rng, lengths, waits, unit),
            rng.choice(_RULES),
            rng.choice(questions).format(unit=unit, task=asked),
        ]
        shape = " ".join(f"{n}{lengths[n]}<{'+'.join(waits[n])}" for n in sorted(names))
        return Draft(
            text=" ".join(parts),
            answer=trace.answer,
            steps=trace.steps,
            key=f"schedules:{asked}:{shape}",
            difficulty=count + sum(map(len, waits.values())) / 4,
            meta={"tasks": count},
        )


def _sentence(rng: Random, lengths: Mapping[str, int], waits: Waits, unit: str) -> list[str]:
    lines: list[str] = []
    for name in sorted(lengths):
        span = f"{lengths[name]} {unit if lengths[name] > 1 else unit[:-1]}"
        rule = f"{name} takes {span}"
        if waits[name]:
            joint = rng.choice(("and can start only after", "and has to wait for"))
            rule += f" {joint} {listed(waits[name])}"
        lines.append(f"{rule}.")
    return lines


def _ends(
    trace: Trace,
    names: Sequence[str],
    lengths: Mapping[str, int],
    waits: Waits,
    asked: str,
) -> None:
    """Add a step with the earliest end of each task, after those of the tasks it waits for."""
    wanted = _needed(asked, waits) if asked else set(names)
    ends: dict[str, int] = {}
    for name in names:
        if name not in wanted:
            continue
        before = [ends[other] for other in waits[name]]
        ends[name] = max(before, default=0) + lengths[name]
        earlier = [f"end_{other.lower()}" for other in waits[name]]
        start = "0" if not earlier else earlier[0]
        if len(earlier) > 1:
            start = f"max({', '.join(earlier)})"
        text = f"{name} waits for {listed(waits[name])} and ends at {{}}."
        if not earlier:
            text = f"{name} can start at once and ends at {ends[name]}."
        question = f"When is {name} done?"
        trace.add(f"end_{name.lower()}", f"{start} + {lengths[name]}", ends[name], text, question)
    if asked:
        return
    last = max(ends.values())
    formula = f"max({', '.join(f'end_{name.lower()}' for name in names)})"
    text = f"The last task ends at {last}."
    trace.add("end", formula, last, text, "When is the last task done?")


def _needed(task: str, waits: Waits) -> set[str]:
    """A task and all tasks that it waits for, directly or through others."""
    found = {task}
    for other in waits[task]:
        found |= _needed(other, waits)
    return found

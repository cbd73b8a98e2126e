"""How long something takes: minutes between two clock times, with breaks or past midnight."""

from random import Random

from underdog.core.item import Draft
from underdog.generators import families
from underdog.generators.craft.notation import plural
from underdog.generators.craft.word_lists import PEOPLE
from underdog.generators.craft.worked_steps import Trace
from underdog.generators.form_sets import CALCULATED
from underdog.generators.knobs import share, whole
from underdog.generators.measures.clock import shown

_ASKED = (
    "{person} starts {work} at {start} and stops at {end}{night}.{breaks} How many minutes does "
    "{person} spend {work}?",
    "From {start} to {end}{night}, {person} is {work}.{breaks} For how many minutes is {person} "
    "really {work}?",
)
_WORK = (
    "working",
    "reading",
    "painting a fence",
    "training",
    "writing",
    "cooking",
    "repairing a bike",
)


@families.register("durations")
class Durations:
    """Minutes between clock times, less breaks.

    Args:
        hours: Longest span in hours, up to 20.
        breaks: Most breaks, 0 to 3.
        overnight: Share of spans that may run past midnight.
    """

    name = "durations"
    version = 1
    checker = "numeric"
    forms = CALCULATED

    def __init__(self, hours: int = 10, breaks: int = 2, overnight: float = 0.2) -> None:
        self._hours = whole("hours", hours, 3, 20)
        self._breaks = whole("breaks", breaks, 0, 3)
        self._overnight = share("overnight", overnight)

    def draft(self, rng: Random) -> Draft:
        """Draft of a problem: one time span."""
        span = rng.randint(100, 60 * self._hours)
        late = rng.random() < self._overnight
        start = rng.randint(1440 - span + 1, 1439) if late else rng.randint(0, 1440 - span - 1)
        breaks = sorted(rng.randint(5, 30) for _ in range(rng.randint(0, self._breaks)))
        trace = Trace()
        _steps(trace, start, span, breaks)
        return Draft(
            text=rng.choice(_ASKED).format(
                person=rng.choice(PEOPLE),
                work=rng.choice(_WORK),
                start=shown(start),
                end=shown((start + span) % 1440),
                night=" the next day" if late else "",
                breaks=_breaks(rng, breaks),
            ),
            answer=trace.answer,
            steps=trace.steps,
            key=f"durations:{start}:{span}:{','.join(map(str, breaks))}",
            difficulty=1 + late + len(breaks) / 2,
            meta={"span": span, "breaks": [*breaks]},
        )


def _breaks(rng: Random, breaks: list[int]) -> str:
    if not breaks:
        return ""
    if len(breaks) == 1:
        return f" There is one break of {plural(breaks[0], 'minute')}."
    mixed = rng.sample(breaks, len(breaks))
    return f" The breaks last {', '.join(map(str, mixed[:-1]))} and {mixed[-1]} minutes."


def _steps(trace: Trace, start: int, span: int, breaks: list[int]) -> None:
    for name, minutes in (("start", start), ("end", (start + span) % 1440)):
        hours, rest = divmod(minutes, 60)
        text = f"{shown(minutes)} is {{}} minutes after midnight."
        trace.add(name, f"{hours} * 60 + {rest}", minutes, text)
    late = start + span >= 1440
    asked = "How many minutes lie between start and end?"
    formula = "end - start + 1440" if late else "end - start"
    day = ", with the 1440 minutes of a day added" if late else ""
    trace.add("between", formula, span, f"Between them lie {{}} minutes{day}.", asked)
    if breaks:
        formula = f"between - {' - '.join(map(str, breaks))}"
        text = "Without breaks that is {} minutes."
        trace.add("spent", formula, span - sum(breaks), text, "How many are left without breaks?")

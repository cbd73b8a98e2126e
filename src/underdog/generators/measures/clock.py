"""Times of day on the 24-hour clock: some time on or back, across midnight too."""

from random import Random

from underdog.core.item import Draft
from underdog.generators import families
from underdog.generators.craft.notation import plural
from underdog.generators.craft.worked_steps import Trace
from underdog.generators.knobs import whole

_LATER = (
    "It is {start}. What time will it be in {span}?",
    "A train leaves at {start} and travels for {span}. When does it arrive?",
    "A film begins at {start} and lasts {span}. At what time does it end?",
    "Add {span} to the clock time {start}. What does the clock show?",
)
_EARLIER = (
    "It is {start}. What time was it {span} ago?",
    "A cake is ready at {start} after {span} of work. When did the work begin?",
    "A flight lands at {start} after {span} in the air. At what time did it take off (in the same "
    "time zone)?",
)
_FORMAT = (
    " Answer on the 24-hour clock as HH:MM.",
    " Use the 24-hour clock and the form HH:MM.",
    " Give the time as HH:MM (24-hour clock).",
)
_DAY = 24 * 60


@families.register("clock")
class Clock:
    """Times of day after or before some hours and minutes.

    Args:
        hours: Longest span in hours, up to 48.
        step: All times are multiples of this, in minutes: 1, 5, 15 or 30, say.
    """

    name = "clock"
    version = 1
    checker = "exact"
    forms = ("answer", "cot", "program")

    def __init__(self, hours: int = 12, step: int = 1) -> None:
        self._hours = whole("hours", hours, 1, 48)
        self._step = whole("step", step, 1, 30)

    def draft(self, rng: Random) -> Draft:
        """Draft of a problem: one time of day."""
        start = self._step * rng.randrange(_DAY // self._step)
        span = self._step * rng.randint(1, 60 * self._hours // self._step)
        sign = rng.choice((1, 1, -1))
        trace = Trace()
        _move(trace, start, span, sign)
        text = rng.choice(_LATER if sign > 0 else _EARLIER)
        return Draft(
            text=text.format(start=shown(start), span=_in_words(span)) + rng.choice(_FORMAT),
            answer=trace.answer,
            steps=trace.steps,
            key=f"clock:{start}{sign * span:+d}",
            difficulty=span / 120 + (not 0 <= start + sign * span < _DAY),
            meta={"minutes": sign * span},
        )


def shown(minutes: int) -> str:
    """A time of day, given in minutes since midnight, as HH:MM.

    Example:
        >>> shown(545)
        '09:05'
    """
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _in_words(span: int) -> str:
    hours, minutes = divmod(span, 60)
    parts = [plural(hours, "hour")] * (hours > 0) + [plural(minutes, "minute")] * (minutes > 0)
    return " and ".join(parts)


def _move(trace: Trace, start: int, span: int, sign: int) -> None:
    hours, minutes = divmod(start, 60)
    text = f"{shown(start)} is {{}} minutes after midnight."
    trace.add("start", f"{hours} * 60 + {minutes}", start, text)
    hours, minutes = divmod(span, 60)
    trace.add("span", f"{hours} * 60 + {minutes}", span, "The span is {} minutes.")
    end = start + sign * span
    way = "+" if sign > 0 else "-"
    trace.add("end", f"start {way} span", end, "That leads to {} minutes.")
    days = end // _DAY
    name = "end"
    if days:
        name = "within_day"
        shift = f"{'-' if days > 0 else '+'} {abs(days)} * 1440"
        where = "past" if days > 0 else "before"
        text = f"That is {where} midnight; a day has 1440 minutes: {{}}."
        trace.add(name, f"end {shift}", end % _DAY, text)
    hours, minutes = divmod(end % _DAY, 60)
    formula = f"f'{{{name} // 60:02d}}:{{{name} % 60:02d}}'"
    text = f"{end % _DAY} minutes are {plural(hours, 'hour')} and {plural(minutes, 'minute')}: "
    trace.add("time", formula, shown(end % _DAY), f"{text}{shown(end % _DAY)}.")

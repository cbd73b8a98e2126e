"""Days of the week: some days on or back, or on another date.

Kinds: `later`, `earlier` (a number of days from a named day), `date` (the weekday of one date is
given, that of a later or earlier one is asked).
"""

from datetime import date, timedelta
from random import Random

from underdog.core.item import Draft
from underdog.generators import families
from underdog.generators.craft.notation import plural
from underdog.generators.craft.worked_steps import Trace
from underdog.generators.knobs import kinds_of, whole
from underdog.generators.measures.calendar import WEEKDAYS, between, phrased, random_date, written

KINDS = ("later", "earlier", "date")
_ASKED = {
    "later": (
        "Today is {day}. What day of the week will it be in {days}?",
        "If today is {day}, which day of the week comes {days} from now?",
        "A parcel is posted on a {day} and arrives {days} later. On which day of the week does it "
        "arrive?",
        "It is {day}. Name the weekday {days} after today.",
    ),
    "earlier": (
        "Today is {day}. What day of the week was it {days} ago?",
        "If today is {day}, which day of the week was it {days} before?",
        "An exam takes place on a {day}. Registration closed {days} earlier. On which day of the "
        "week was that?",
    ),
    "date": (
        "{known} is a {day}. What day of the week is {asked}?",
        "Given that {known} falls on a {day}, on which day of the week does {asked} fall?",
        "If {known} is a {day}, which weekday is {asked}?",
    ),
}


@families.register("weekday")
class Weekday:
    """Weekdays some days away or on another date.

    Args:
        kind: One of the kinds, or `mixed`.
        days: Furthest number of days.
    """

    name = "weekday"
    version = 1
    checker = f"label:labels={'|'.join(WEEKDAYS)}"
    forms = ("answer", "cot", "program")

    def __init__(self, kind: str = "mixed", days: int = 200) -> None:
        self._kinds = kinds_of("kind", kind, KINDS, "mixed")
        self._days = whole("days", days, 3, 10_000)

    def draft(self, rng: Random) -> Draft:
        """Draft of a problem: one weekday."""
        kind = rng.choice(self._kinds)
        start, shift = rng.randrange(7), rng.randint(1, self._days)
        trace = Trace()
        if kind == "date":
            known = random_date(rng, 1950, 2049)
            asked = known + timedelta(shift * rng.choice((-1, 1, 1)))
            start = known.weekday()
            _count(trace, known, asked)
            text = {"known": written(known), "asked": written(asked)}
            sign, key = (1 if asked > known else -1), f"{known}:{asked}"
        else:
            text = {"days": plural(shift, "day")}
            sign = 1 if kind == "later" else -1
            key = f"{start},{sign * shift}"
        _move(trace, start, shift, sign, named=kind == "date")
        return Draft(
            text=rng.choice(_ASKED[kind]).format(day=WEEKDAYS[start], **text),
            answer=trace.answer,
            steps=trace.steps,
            key=f"weekday:{key}",
            difficulty=KINDS.index(kind) + shift / 100,
            meta={"kind": kind, "days": sign * shift},
        )


def _count(trace: Trace, known: date, asked: date) -> None:
    """Add the step with the number of days between two dates."""
    first, last = sorted((known, asked))
    parts = between(first, last)
    phrases = phrased(parts)
    if len(parts) == 1:
        formula = f"{last.day} - {first.day}"
        trace.add("days", formula, parts[0][1], "The dates are {} days apart.")
        return
    formula = " + ".join(str(count) for _, count in parts)
    text = f"From {written(first)} to {written(last)} there are {phrases}: {{}} days."
    trace.add("days", formula, (last - first).days, text)


def _move(trace: Trace, start: int, shift: int, sign: int, named: bool) -> None:
    rest = shift % 7
    weeks = plural(shift // 7, "whole week")
    text = (
        f"{plural(shift, 'day')} {'are' if shift > 1 else 'is'} {weeks} and {plural(rest, 'day')}."
    )
    trace.add("rest", f"{'days' if named else shift} % 7", rest, text)
    end = WEEKDAYS[(start + sign * rest) % 7]
    way = "after" if sign > 0 else "before"
    text = f"{plural(rest, 'day')} {way} {WEEKDAYS[start]} is {end}."
    if rest == 0:
        text = f"After whole weeks it is {end} again."
    if rest == 0 and sign < 0:
        text = f"Whole weeks before it was {end} too."
    formula = f"{list(WEEKDAYS)}[({start} {'+' if sign > 0 else '-'} rest) % 7]"
    trace.add("weekday", formula, end, text)

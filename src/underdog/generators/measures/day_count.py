"""Counting days and leap years.

Kinds: `between` (days between two dates), `of_year` (which day of its year a date is), `leap`
(leap years in a span of years).
"""

from datetime import date, timedelta
from random import Random

from underdog.core.item import Draft
from underdog.generators import families
from underdog.generators.craft.notation import listed
from underdog.generators.craft.worked_steps import Trace
from underdog.generators.form_sets import CALCULATED
from underdog.generators.knobs import kinds_of, whole
from underdog.generators.measures.calendar import (
    between,
    is_leap,
    phrased,
    random_date,
    written,
)

KINDS = ("of_year", "between", "leap")
_BETWEEN = (
    "How many days are there from {first} to {last}? Do not count {first} itself.",
    "A trip starts on {first} and ends on {last}. How many days after the start is the end?",
    "Find the number of days by which {last} comes after {first}.",
)
_OF_YEAR = (
    "1 January is day 1 of a year. Which day of the year is {day}?",
    "Counting 1 January as day 1, what is the number of {day} within its year?",
)
_LEAP = (
    "How many leap years are there from {first} to {last}, both included?",
    "Count the leap years among the years {first} to {last} (with both ends).",
)


@families.register("day_count")
class DayCount:
    """Days between dates, the day of the year, leap years.

    Args:
        kind: One of the kinds, or `mixed`.
        days: Longest span of days.
        years: Longest span of years for leap years.
    """

    name = "day_count"
    version = 1
    checker = "numeric"
    forms = CALCULATED

    def __init__(self, kind: str = "mixed", days: int = 300, years: int = 150) -> None:
        self._kinds = kinds_of("kind", kind, KINDS, "mixed")
        self._days = whole("days", days, 3, 1000)
        self._years = whole("years", years, 8, 400)

    def draft(self, rng: Random) -> Draft:
        """Draft of a problem: one count."""
        kind = rng.choice(self._kinds)
        trace = Trace()
        if kind == "leap":
            text, key = self._leap(rng, trace)
        else:
            first = random_date(rng, 1950, 2049)
            last = first + timedelta(rng.randint(2, self._days))
            templates, key = _BETWEEN, f"{first}:{last}"
            if kind == "of_year":
                last, first = first, date(first.year - 1, 12, 31)
                templates, key = _OF_YEAR, str(last)
            _span(trace, first, last, within=kind == "of_year")
            text = rng.choice(templates).format(
                first=written(first), last=written(last), day=written(last)
            )
        return Draft(
            text=text,
            answer=trace.answer,
            steps=trace.steps,
            key=f"day_count:{key}",
            difficulty=KINDS.index(kind) + len(trace.steps) / 4,
            meta={"kind": kind},
        )

    def _leap(self, rng: Random, trace: Trace) -> tuple[str, str]:
        first = rng.randint(1600, 2300 - self._years // 2)
        last = first + rng.randint(self._years // 8 + 4, self._years)
        _leap_steps(trace, first, last)
        return rng.choice(_LEAP).format(first=first, last=last), f"leap:{first}:{last}"


def _span(trace: Trace, first: date, last: date, within: bool) -> None:
    parts = between(first, last)
    if within:
        parts = parts[1:]
    total = (last - first).days
    if len(parts) == 1:
        formula = f"{last.day} - {first.day}" if not within else f"{last.day} - 0"
        trace.add("days", formula, total, "Both are in the same month: {} days.")
        return
    phrases = phrased(parts)
    formula = " + ".join(str(count) for _, count in parts)
    trace.add("days", formula, total, f"There are {phrases}. Together {{}} days.")


def _leap_steps(trace: Trace, first: int, last: int) -> None:
    """Add the steps that count leap years: multiples of 4, less those of 100, plus those of 400."""
    years = range(first, last + 1)
    fours = [year for year in years if year % 4 == 0]
    start, end = fours[0], fours[-1]
    count = len(fours)
    text = f"The multiples of 4 run from {start} to {end}: {{}} years."
    trace.add("fours", f"({end} - {start}) // 4 + 1", count, text)
    lost = [year for year in fours if not is_leap(year)]
    kept = [year for year in fours if year % 100 == 0 and is_leap(year)]
    note = (
        f" ({listed([str(year) for year in kept])} is a multiple of 400 and stays)" if kept else ""
    )
    if not lost:
        trace.add("leap_years", "fours - 0", count, f"No century has to be left out{note}: {{}}.")
        return
    verb = "is" if len(lost) == 1 else "are"
    named = listed([str(year) for year in lost])
    text = f"{named} {verb} not leap{note}: {{}} leap years."
    trace.add("leap_years", f"fours - {len(lost)}", count - len(lost), text)

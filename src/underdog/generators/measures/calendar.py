"""Days and months of the Gregorian calendar, and writing dates."""

from datetime import date, timedelta
from random import Random

from underdog.generators.craft.notation import listed

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def is_leap(year: int) -> bool:
    """Whether a year has 29 February."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def days_in(year: int, month: int) -> int:
    """Days of a month, counted from 1."""
    after = date(year + month // 12, month % 12 + 1, 1)
    return (after - date(year, month, 1)).days


def written(day: date) -> str:
    """A date in words.

    Example:
        >>> written(date(2024, 3, 5))
        '5 March 2024'
    """
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def random_date(rng: Random, first_year: int, last_year: int) -> date:
    """A random day from the first to the last year, all days equally likely."""
    start, end = date(first_year, 1, 1), date(last_year, 12, 31)
    return start + timedelta(rng.randint(0, (end - start).days))


def between(start: date, end: date) -> list[tuple[str, int]]:
    """Days from `start` to a later `end`: a phrase and a number of days for each month.

    Example:
        >>> between(date(2023, 1, 30), date(2023, 3, 2))
        [('left in January', 1), ('in February', 28), ('in March', 2)]
    """
    if (start.year, start.month) == (end.year, end.month):
        return [(f"in {MONTHS[start.month - 1]}", end.day - start.day)]
    left = days_in(start.year, start.month) - start.day
    parts = [(f"left in {MONTHS[start.month - 1]}", left)]
    year, month = start.year + start.month // 12, start.month % 12 + 1
    while (year, month) < (end.year, end.month):
        leap = " of a leap year" if month == 2 and is_leap(year) else ""
        parts.append((f"in {MONTHS[month - 1]}{leap}", days_in(year, month)))
        year, month = year + month // 12, month % 12 + 1
    return [*parts, (f"in {MONTHS[end.month - 1]}", end.day)]


def phrased(parts: list[tuple[str, int]]) -> str:
    """The months and days of `between` as a list in prose.

    Example:
        >>> phrased([("left in May", 3), ("in June", 12)])
        '3 days left in May and 12 in June'
    """
    (phrase, count), *rest = parts
    return listed([f"{count} days {phrase}", *(f"{n} {words}" for words, n in rest)])

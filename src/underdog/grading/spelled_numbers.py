"""Numbers in English words, rewritten in digits: `two thousand three hundred`, `two and a half`.

Not a reader of prose: only words at the start of a text count, and only where at most a few words
follow that may be what is counted. `one of them` and `twenty third` are no numbers; three quarters
may be coins, so that they are a fraction only as `three-quarters` or with `of` behind them.
"""

import re
from fractions import Fraction

_ONES = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14,
    "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90,
}  # fmt: skip
_SCALES = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_PARTS = {
    "half": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7,
    "eighth": 8, "ninth": 9, "tenth": 10,
}  # fmt: skip
_NUMBERS = {*_ONES, *_TENS, *_SCALES, "hundred"}
ANY_NUMBER_WORD = rf"(?:{'|'.join(sorted((*_ONES, *_TENS), key=len, reverse=True))})"
"""Pattern of a word that can begin a number."""
_WORD = re.compile(r"(?P<gap>[\s-]*)(?P<word>[a-z]+)")
_OF = re.compile(r"\s+(?:of\s+)?an?\s+")
_AND_PART = re.compile(r"\s+and\s+(?:an?|one)\s+(half|third|quarter)(?![a-z])")
_UNIT_AND_PART = re.compile(
    r"(?P<number>\S+|.{3,40}\S)\s(?P<unit>[a-z]+)\sand\san?\s(half|quarter)s?"
)
_NO_COUNT = re.compile(
    r"[\s-]*(?:of|that|who|which|or|and|to|is|are|can|cannot|could|may|might|must|should|would|more"
    r"|less|way|by|at|point)(?![a-z])"
)
_MOST_WORDS_BEHIND = 4


def in_digits(text: str) -> str | None:
    """The text with the number that it begins with in digits; `None` when it begins with none.

    Example:
        >>> in_digits("Two and a half hours"), in_digits("one hundred"), in_digits("one of us")
        ('5/2 hours', '100', None)
    """
    lowered = text.lower()
    idiom = _UNIT_AND_PART.fullmatch(lowered.strip(" ."))
    if idiom is not None and idiom["unit"] not in _NUMBERS:
        return _with_part(idiom)
    found = _fraction(lowered) or _mixed(lowered)
    if found is None:
        return None
    value, end = found
    rest = text[end:]
    first = _WORD.match(lowered, end)
    if first is not None and (first["word"] in _NUMBERS or first["word"] in _PARTS):
        return None
    if _NO_COUNT.match(lowered, end) or len(rest.split()) > _MOST_WORDS_BEHIND:
        return None
    return f"{value}{rest}"


def all_in_digits(text: str) -> str:
    """The text with every number word in it in digits, whatever follows.

    Example:
        >>> all_in_digits("one hour and thirty minutes")
        '1 hour and 30 minutes'
    """
    lowered, done, place = text.lower(), "", 0
    for word in _WORD.finditer(lowered):
        start = word.start("word")
        found = _mixed(lowered[start:]) if start >= place else None
        if found is not None:
            done += f"{text[place:start]}{found[0]}"
            place = start + found[1]
    return done + text[place:]


def _with_part(idiom: re.Match[str]) -> str | None:
    """An hour and a half: the part belongs to the number before the unit."""
    written = idiom["number"]
    if written in ("a", "an"):
        number = "1"
    else:
        number = written if written.isdecimal() else in_digits(written)
    if number is None or not number.isdecimal():
        return None
    part = Fraction(1, _PARTS[idiom[3]])
    return f"{int(number) + part} {idiom['unit']}"


def _fraction(text: str) -> tuple[Fraction, int] | None:
    """Half, one third, two fifths, with the article of what is divided."""
    lead = _WORD.match(text)
    if lead is None:
        return None
    behind = _OF.match(text, lead.end())
    if lead["word"] == "half" or (lead["word"] == "quarter" and behind):
        return Fraction(1, _PARTS[lead["word"]]), (behind.end() - 1 if behind else lead.end())
    whole = (1, lead.end()) if lead["word"] in ("a", "an") else _whole(text)
    part = None if whole is None else _WORD.match(text, whole[1])
    if whole is None or part is None:
        return None
    word = part["word"]
    size = _PARTS.get("half" if word == "halves" else word.removesuffix("s"))
    plural = word.endswith("s")
    if size is None or plural == (whole[0] == 1):
        return None
    behind = _OF.match(text, part.end())
    if word == "quarters" and "-" not in part["gap"] and behind is None:
        return None
    return Fraction(whole[0], size), (behind.end() - 1 if behind else part.end())


def _mixed(text: str) -> tuple[Fraction, int] | None:
    """A whole number, with a half, a third or a quarter behind it or without."""
    whole = _whole(text)
    if whole is None:
        return None
    part = _AND_PART.match(text, whole[1])
    if part is None:
        return Fraction(whole[0]), whole[1]
    return whole[0] + Fraction(1, _PARTS[part[1]]), part.end()


def _whole(text: str) -> tuple[int, int] | None:
    """The whole number that a lower-case text begins with, and where it ends."""
    total = group = end = 0
    largest = max(_SCALES.values()) + 1
    place, seen, closed = 0, False, False
    while found := _WORD.match(text, place):
        word, place = found["word"], found.end()
        if word == "and" and seen and closed:
            closed = False
            continue
        if word in ("a", "an") and not seen and _scale_follows(text, place):
            group, seen = 1, True
            continue
        if word in _ONES or word in _TENS:
            added = _ONES.get(word, 0) or _TENS.get(word, 0)
            if not _fits(added, group % 100) or (seen and not (added and total + group)):
                return None
            group, closed = group + added, False
        elif word == "hundred" and 0 < group < 100:
            group, closed = group * 100, True
        elif word in _SCALES and group and _SCALES[word] < largest:
            largest = _SCALES[word]
            total, group, closed = total + group * 10**largest, 0, True
        else:
            break
        seen, end = True, place
    return (total + group, end) if end else None


def _fits(added: int, tens: int) -> bool:
    """Whether a word may stand behind what has been read below a hundred: six behind twenty."""
    return tens == 0 or (added < 10 <= tens - 10 and tens % 10 == 0)


def _scale_follows(text: str, place: int) -> bool:
    found = _WORD.match(text, place)
    return found is not None and (found["word"] == "hundred" or found["word"] in _SCALES)

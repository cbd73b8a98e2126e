"""Whole numbers in English words, and as digits in groups of three."""

_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SCALES = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (1_000, "thousand"))
LARGEST = 10**15 - 1


def in_words(number: int) -> str:
    """A whole number of up to 15 digits in words.

    Raises:
        ValueError: It has more digits.

    Example:
        >>> in_words(2_045), in_words(-13)
        ('two thousand forty-five', 'minus thirteen')
    """
    if abs(number) > LARGEST:
        raise ValueError(f"{number} has more than 15 digits")
    if number < 0:
        return f"minus {in_words(-number)}"
    parts: list[str] = []
    for size, name in _SCALES:
        if number >= size:
            parts.append(f"{_below_thousand(number // size)} {name}")
            number %= size
    if number or not parts:
        parts.append(_below_thousand(number))
    return " ".join(parts)


def grouped(number: int) -> str:
    """A whole number with commas between groups of three digits.

    Example:
        >>> grouped(-1234567)
        '-1,234,567'
    """
    return f"{number:,}"


def _below_thousand(number: int) -> str:
    if number >= 100:
        rest = f" {_below_thousand(number % 100)}" if number % 100 else ""
        return f"{_ONES[number // 100]} hundred{rest}"
    if number >= 20:
        rest = f"-{_ONES[number % 10]}" if number % 10 else ""
        return _TENS[number // 10] + rest
    return _ONES[number]

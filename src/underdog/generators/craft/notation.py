"""Writing algebra down: signed numbers, sums of terms, lists in words."""

from collections.abc import Iterable, Sequence


def operand(number: int) -> str:
    """A number as it stands after an operator: a negative one in brackets.

    Example:
        >>> operand(4), operand(-4)
        ('4', '(-4)')
    """
    return f"({number})" if number < 0 else str(number)


def sum_of(terms: Iterable[tuple[int, str]]) -> str:
    """A sum of coefficients times symbols; a constant has the symbol "".

    Example:
        >>> sum_of([(3, "x"), (-1, "y"), (0, "z"), (-7, "")])
        '3x - y - 7'
    """
    written = ""
    for coefficient, symbol in terms:
        if coefficient == 0:
            continue
        size = abs(coefficient)
        term = symbol if symbol and size == 1 else f"{size}{symbol}"
        if written:
            written += f" {'-' if coefficient < 0 else '+'} {term}"
        else:
            written = f"-{term}" if coefficient < 0 else term
    return written or "0"


def in_python(terms: Iterable[tuple[int, str]]) -> str:
    """`sum_of` as a Python expression.

    Example:
        >>> in_python([(3, "x"), (-1, "y"), (-7, "")])
        '3 * x - y - 7'
    """
    spaced = [
        (number, f" * {symbol}" if symbol and abs(number) != 1 else symbol)
        for number, symbol in terms
    ]
    return sum_of(spaced)


def polynomial(coefficients: Sequence[int], symbol: str = "x") -> str:
    """A polynomial from its coefficients, the highest power first.

    Example:
        >>> polynomial([1, 0, -4])
        'x^2 - 4'
    """
    degree = len(coefficients) - 1
    return sum_of(
        (coefficient, power(symbol, degree - place))
        for place, coefficient in enumerate(coefficients)
    )


def power(symbol: str, exponent: int) -> str:
    """A symbol to a power, such as `x^2`; empty for power 0."""
    if exponent == 0:
        return ""
    return symbol if exponent == 1 else f"{symbol}^{exponent}"


def ordinal(number: int) -> str:
    """A position as digits with their ending.

    Example:
        >>> ordinal(1), ordinal(12), ordinal(23)
        ('1st', '12th', '23rd')
    """
    endings = {1: "st", 2: "nd", 3: "rd"}
    ending = "th" if number % 100 in (11, 12, 13) else endings.get(number % 10, "th")
    return f"{number}{ending}"


def listed(words: Sequence[str], joint: str = "and") -> str:
    """Words as a list in prose.

    Example:
        >>> listed(["Ana", "Ben", "Cid"])
        'Ana, Ben and Cid'
    """
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {joint} {words[-1]}"


def plural(count: int, word: str) -> str:
    """A count with its noun, in the plural unless the count is 1.

    Example:
        >>> plural(1, "day"), plural(3, "day")
        ('1 day', '3 days')
    """
    return f"{count} {word}" if count == 1 else f"{count} {word}s"

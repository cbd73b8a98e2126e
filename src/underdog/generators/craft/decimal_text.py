"""Decimal numbers as whole numbers of units of 10^-places: exact."""


def decimal(units: int, places: int) -> str:
    """`units` / 10^`places` as text, without trailing zeros.

    Example:
        >>> decimal(-1250, 2), decimal(700, 2), decimal(5, 3)
        ('-12.5', '7', '0.005')
    """
    if not places:
        return str(units)
    digits = str(abs(units)).zfill(places + 1)
    text = f"{digits[:-places]}.{digits[-places:]}".rstrip("0").rstrip(".")
    return text if units >= 0 else f"-{text}"


def exact_places(numerator: int, denominator: int, most: int) -> int | None:
    """How many decimal places `numerator / denominator` needs; `None` if more than `most`.

    Example:
        >>> exact_places(7, 8, 4), exact_places(1, 3, 4)
        (3, None)
    """
    for places in range(most + 1):
        if numerator * 10**places % denominator == 0:
            return places
    return None

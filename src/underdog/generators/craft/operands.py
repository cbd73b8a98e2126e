"""Drawing whole numbers to calculate with: by digit lengths, and by how often a column carries.

Lengths follow Goat (arXiv 2305.14201): every pair of digit lengths is equally likely, so numbers
are log-uniform; further draws from the longer lengths alone (from 3, 6, 9 and 12 digits) make hard
pairs more frequent. Balanced carries follow Lee et al. (arXiv 2307.03381).
"""

from random import Random

from underdog.generators.knobs import one_of, whole

MOST_DIGITS = 16
CARRIES = ("natural", "balanced")
MASK_BITS = 16
MASK = (1 << MASK_BITS) - 1
_PASSES = (1, 3, 6, 9, 12)


class Operands:
    """Pairs of whole numbers of up to `digits` digits.

    Args:
        digits: Most digits of a number.
        carries: `natural`, or `balanced` for pairs of the same length whose sum carries in 0, 1, …
            or all columns, each number of carries as likely as any other.

    Raises:
        ConfigError: `digits` is not from 1 to 16, or `carries` is another word.
    """

    def __init__(self, digits: int, carries: str = "natural") -> None:
        self._digits = whole("digits", digits, 1, MOST_DIGITS)
        self._balanced = one_of("carries", carries, CARRIES) == "balanced"
        self._passes = tuple(first for first in _PASSES if first <= digits)

    def draw(self, rng: Random) -> tuple[int, int]:
        """A pair of non-negative numbers."""
        if self._balanced:
            length = rng.randint(1, self._digits)
            return with_carries(rng, length, rng.randint(0, length))
        first = rng.choice(self._passes)
        left = number_of(rng, rng.randint(first, self._digits))
        return left, number_of(rng, rng.randint(first, self._digits))


def number_of(rng: Random, length: int) -> int:
    """A whole number of `length` digits, without leading zeros; 0 has one digit."""
    return rng.randint(_LOWEST[length], _HIGHEST[length])


def range_of(length: int) -> tuple[int, int]:
    """The lowest number of `length` digits, and how many such numbers there are.

    Example:
        >>> range_of(1), range_of(3)
        ((0, 10), (100, 900))
    """
    return _LOWEST[length], _HIGHEST[length] - _LOWEST[length] + 1


def threshold(share: float) -> int:
    """The bound that a uniform 16-bit integer is below with probability `share`, 0 to 65,536.

    Example:
        >>> threshold(0), threshold(0.5), threshold(1)
        (0, 32768, 65536)
    """
    return round(share * (1 << MASK_BITS))


_LOWEST = (0, 0, *(10**length for length in range(1, 2 * MOST_DIGITS)))
_HIGHEST = tuple(10**length - 1 for length in range(2 * MOST_DIGITS + 1))


def with_carries(rng: Random, length: int, carries: int) -> tuple[int, int]:
    """Two numbers of `length` digits whose sum carries in exactly `carries` columns.

    Example:
        >>> with_carries(Random(1), 3, 0)
        (140, 528)
    """
    carrying = set(rng.sample(range(length), carries))
    left = right = 0
    carry = False
    for column in range(length):
        top = column == length - 1 and length > 1
        first, second = rng.choice(_COLUMNS[carry, column in carrying, top])
        left += first * 10**column
        right += second * 10**column
        carry = column in carrying
    return left, right


def _columns(carry_in: bool, carry_out: bool, top: bool) -> tuple[tuple[int, int], ...]:
    low = 1 if top else 0
    return tuple(
        (first, second)
        for first in range(low, 10)
        for second in range(low, 10)
        if (first + second + carry_in >= 10) == carry_out
    )


_COLUMNS = {
    (carry_in, carry_out, top): _columns(carry_in, carry_out, top)
    for carry_in in (False, True)
    for carry_out in (False, True)
    for top in (False, True)
}


def signed(rng: Random, share: float, number: int) -> int:
    """The number, with a minus sign with probability `share`."""
    return -number if share and rng.random() < share else number

"""The micro-benchmark of arithmetic in plain format: n-digit +, − and × (arXiv 2307.03381).

Operand lengths are drawn evenly, and in additions and subtractions the number of carries (borrows)
as well, since rare carries are what tiny models miss. Forms decide how the answer is written:
plain, reversed or with a scratchpad.
"""

from random import Random

from underdog.core.item import Draft, Step
from underdog.generators import families
from underdog.generators.craft.keys import product_key, sum_key
from underdog.generators.craft.operands import with_carries
from underdog.generators.knobs import kinds_of, one_of, whole

_OPERATORS = {"add": "+", "subtract": "-", "multiply": "*"}


@families.register("digits")
class Digits:
    """Plain additions, subtractions (never below zero) and products of two numbers.

    Args:
        operation: `add`, `subtract`, `multiply` or `mixed`.
        digits: Most digits of an operand.
        min_digits: Fewest digits of the longer operand.
        carries: `even` draws the number of carries evenly; `natural` leaves it to chance.
    """

    name = "digits"
    version = 1
    checker = "numeric"
    forms = (
        "answer",
        "cot",
        "equations",
        "program",
        "scratchpad",
        "detailed_scratchpad",
        "reversed",
        "critique",
    )

    def __init__(
        self,
        operation: str = "add",
        digits: int = 3,
        min_digits: int = 1,
        carries: str = "even",
    ) -> None:
        self._operations = kinds_of("operation", operation, _OPERATORS, "mixed")
        self._most = whole("digits", digits, 1, 40)
        self._fewest = whole("min_digits", min_digits, 1, self._most)
        self._even = one_of("carries", carries, ("even", "natural")) == "even"

    def draft(self, rng: Random) -> Draft:
        """Draft of a problem: one calculation."""
        operation = rng.choice(self._operations)
        length = rng.randint(self._fewest, self._most)
        carries: int | None = None
        if operation == "multiply":
            left, right = _number(rng, length), _number(rng, rng.randint(1, length))
            if rng.random() < 0.5:
                left, right = right, left
            result = left * right
        elif operation == "add":
            left, right = self._addends(rng, length)
            result, carries = left + right, count_carries(left, right)
        else:
            one, two = self._addends(rng, length)
            left, right, result = max(one, two), min(one, two), abs(one - two)
            carries = count_carries(result, right)
        written = f"{left} {_OPERATORS[operation]} {right}"
        return Draft(
            text=f"{written} =",
            answer=str(result),
            steps=(Step("result", written, str(result), f"{written} = {result}."),),
            key=_key(operation, left, right),
            difficulty=length + (carries or 0) / 4,
            meta={
                "operator": _OPERATORS[operation],
                "operands": [left, right],
                "digits": length,
                "carries": carries,
            },
        )

    def _addends(self, rng: Random, length: int) -> tuple[int, int]:
        if self._even:
            return with_carries(rng, length, rng.randint(0, length))
        return _number(rng, length), _number(rng, length)


def _key(operation: str, left: int, right: int) -> str:
    if operation == "multiply":
        return product_key(left, right)
    return sum_key([left, right if operation == "add" else -right])


def _number(rng: Random, length: int) -> int:
    return rng.randrange(10 ** (length - 1) if length > 1 else 0, 10**length)


def count_carries(left: int, right: int) -> int:
    """Carries when two non-negative numbers are added on paper.

    Example:
        >>> count_carries(358, 67)
        2
    """
    count = carry = 0
    while left or right:
        carry = int(left % 10 + right % 10 + carry > 9)
        count += carry
        left, right = left // 10, right // 10
    return count

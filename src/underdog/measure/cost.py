"""Costs of answers: quantities of a usage, and the price of a right answer.

FLOPs are counted where samples are charged (`strategies.running.pricing`), from the architecture
alone (`ModelShape.flops`): an estimate that depends on no clock, cache or batch size. Seconds are
measured. For the cost at which two curves meet see `breakeven`.
"""

from typing import Literal, TypeAlias

from underdog.core import Usage
from underdog.measure.bootstrap import bootstrap, clusters_of
from underdog.measure.intervals import Estimate
from underdog.measure.results import ArmResult
from underdog.seeds import derive

Quantity: TypeAlias = Literal["tokens", "flops", "seconds", "usd"]


def amount(usage: Usage, quantity: Quantity) -> float:
    """One quantity of a usage; `tokens` are generated plus verifier tokens, `seconds` wall ones."""
    match quantity:
        case "tokens":
            return float(usage.generated_tokens + usage.verifier_tokens)
        case "flops":
            return usage.flops
        case "seconds":
            return usage.wall_s
        case _:
            return usage.cost_usd


def per_right_answer(
    arm: ArmResult, quantity: Quantity, *, seed: int = 0, level: float = 0.95
) -> Estimate:
    """Cost per right answer, wrong answers included, with its bootstrap interval.

    The ratio of the arm's whole usage to its number of right answers; infinite when it has none.

    Raises:
        UsageError: The arm has no items.
    """
    return bootstrap(
        [
            [amount(item.usage, quantity) for item in arm.items],
            [float(item.right) for item in arm.items],
        ],
        seed=derive(seed, "per_right_answer", quantity),
        groups=clusters_of([item.group for item in arm.items]),
        level=level,
    )

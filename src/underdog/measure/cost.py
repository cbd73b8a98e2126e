"""Quantities of a usage: tokens, FLOPs, seconds, money.

FLOPs are counted where samples are charged (`strategies.running.pricing`), from the architecture
alone (`ModelShape.flops`): an estimate that depends on no clock, cache or batch size. Seconds are
measured. For the price of a right answer see `price`; for the cost at which two curves meet see
`breakeven`.
"""

from typing import Literal, TypeAlias

from underdog.core import Usage

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

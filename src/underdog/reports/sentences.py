"""Sentences that appear both on the HTML card and in plain text."""

from underdog.measure.intervals import Estimate
from underdog.measure.summary import ArmSummary
from underdog.reports.fight_card import FightCard, RowOutcome
from underdog.reports.numbers import si, times, with_interval


def cost_sentence(card: FightCard) -> str:
    """Sentence on the cost per right answer of either side, with intervals."""
    unit = "FLOPs" if card.cost_axis == "flops" else "tokens"
    small, big = (_price(side.headline, card) for side in (card.small, card.big))
    ratio = small.value / big.value if big.value > 0 else float("inf")
    names = card.names
    for name, side in zip(names, (card.small, card.big), strict=True):
        if side.headline.num_right == 0:
            return f"{name} got nothing right, so a right answer of it has no cost to compare."
    return (
        f"A right answer cost {names[0]} {with_interval(small)} {unit} and {names[1]} "
        f"{with_interval(big)}: {times(ratio)} as much. Per problem they generated "
        f"{si(card.small.headline.tokens_per_problem)} and "
        f"{si(card.big.headline.tokens_per_problem)} tokens, verifiers included."
    )


def break_even_sentence(card: FightCard) -> str:
    """Sentence on where the small model's curve reaches the big model, or why not."""
    names = card.names
    if card.big.headline.num_right == 0:
        return f"No break-even point: {names[1]} got nothing right."
    if card.break_even is None:
        return f"No break-even point: the cost of {names[0]} or {names[1]} is not known."
    return card.break_even.sentence(*names)


def outcome_words(card: FightCard, outcome: RowOutcome) -> str:
    """Label of a problem's outcome, such as which side was right."""
    words: dict[RowOutcome, str] = {
        "both": "Both right",
        "small-only": f"Only {card.names[0]}",
        "big-only": f"Only {card.names[1]}",
        "neither": "Neither",
    }
    return words[outcome]


def _price(arm: ArmSummary, card: FightCard) -> Estimate:
    return arm.flops_per_right if card.cost_axis == "flops" else arm.tokens_per_right

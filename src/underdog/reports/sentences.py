"""Sentences that appear both on the HTML card and in plain text."""

from collections.abc import Sequence

from underdog.measure.intervals import Estimate
from underdog.measure.price import ratio
from underdog.measure.summary import ArmSummary
from underdog.reports.fight_card import FightCard, RowOutcome
from underdog.reports.numbers import si, times, with_interval


def cost_sentence(card: FightCard) -> str:
    """Sentence on the cost per right answer of either side, and of one against the other."""
    unit = "FLOPs" if card.cost_axis == "flops" else "tokens"
    names, sides = card.names, (card.small.headline, card.big.headline)
    small, big = (_price(side, card) for side in sides)
    nothing = [name for name, side in zip(names, sides, strict=True) if side.num_right == 0]
    return (
        f"A right answer cost {names[0]} {with_interval(small)} {unit} and {names[1]} "
        f"{with_interval(big)}{_against(small, big, nothing)} Per problem they generated "
        f"{si(sides[0].tokens_per_problem)} and {si(sides[1].tokens_per_problem)} tokens, "
        "verifiers included."
    )


def _against(small: Estimate, big: Estimate, nothing: Sequence[str]) -> str:
    """One price as a multiple of the other, where both are known."""
    if nothing:
        return f"; {' and '.join(nothing)} got nothing right, so the two cannot be compared."
    found = ratio(small, big)
    if found is None:
        return "."
    ends = found.interval
    text = f": {times(found.value)} as much [{times(ends.low)}–{times(ends.high)}]"
    if 1.0 in ends:
        return f"{text}, so neither is shown to be cheaper."
    return f"{text}."


def break_even_sentence(card: FightCard) -> str:
    """Sentence on where the small model's curve reaches the big model, or why it is not read."""
    names = card.names
    if card.big.headline.num_right == 0:
        return f"No break-even point: {names[1]} got nothing right."
    if card.verdict.words != "better":
        return (
            f"No break-even point is read off: {names[0]} is not shown to be better than "
            f"{names[1]}."
        )
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

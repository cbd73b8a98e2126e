"""Printing fight cards and tables of arms."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from underdog.cli.terminal.console import cells, notes, out, percent, print_json, table

if TYPE_CHECKING:
    from underdog.measure.summary import ArmSummary
    from underdog.reports.fight_card import FightCard


def show_cards(cards: "Sequence[FightCard]", path: Path | None, *, as_json: bool) -> None:
    """Print fight cards, and write them as HTML when `path` is given."""
    from underdog.reports.challenge import write_cards
    from underdog.reports.plain_text import fight_card_text

    for page in write_cards(cards, path) if path is not None else ():
        notes.print(f"fight card: {page}", soft_wrap=True, highlight=False)
    if as_json:
        print_json(cards)
        return
    for card in cards:
        out.print(fight_card_text(card), soft_wrap=True, highlight=False, markup=False)


def print_arms(title: str, arms: "Sequence[ArmSummary]") -> None:
    """Print one row per arm: accuracy with its interval, and what it cost."""
    from underdog.reports.numbers import price

    numbers = ("n", "right", "95% interval", "tokens/problem", "FLOPs/right", "s/problem")
    rows = table("arm", *numbers, title=title, numbers=frozenset(numbers))
    for arm in arms:
        ends = arm.accuracy.interval
        rows.add_row(
            *cells(
                arm.name,
                f"{arm.n:,}",
                percent(arm.accuracy.value),
                f"{percent(ends.low)} to {percent(ends.high)}",
                f"{arm.tokens_per_problem:,.0f}",
                price(arm.flops_per_right) if arm.usage.flops else "unknown",
                f"{arm.seconds_per_problem:.2f}" if arm.usage.wall_s else "unknown",
            )
        )
    out.print(rows)
    for arm in arms:
        if arm.num_failed:
            out.print(
                f"{arm.name}: the verifier failed on {arm.num_failed:,} of {arm.n:,} problems, "
                f"which are undecided ({arm.failure})",
                markup=False,
                highlight=False,
            )

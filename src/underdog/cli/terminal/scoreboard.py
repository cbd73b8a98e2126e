"""Showing fight cards and arms."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from underdog.cli.terminal.console import cells, notes, out, percent, print_json, quantity, table

if TYPE_CHECKING:
    from underdog.measure.summary import ArmSummary
    from underdog.reports.fight_card import FightCard


def show_cards(cards: "Sequence[FightCard]", path: Path | None, *, as_json: bool) -> None:
    """Write the cards where asked, and print them."""
    from underdog.reports.html import write_fight_card
    from underdog.reports.plain_text import fight_card_text

    for card in cards:
        if path is not None:
            page = card_path(path, card.task.partition(",")[0], len(cards))
            write_fight_card(card, page)
            notes.print(f"fight card: {page}", soft_wrap=True, highlight=False)
        if not as_json:
            out.print(fight_card_text(card), soft_wrap=True, highlight=False, markup=False)
    if as_json:
        print_json(cards)


def print_arms(title: str, arms: "Sequence[ArmSummary]") -> None:
    """Print one row per arm: accuracy with its interval, and what it cost."""
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
                quantity(arm.flops_per_right.value).strip() if arm.usage.flops else "unknown",
                f"{arm.seconds_per_problem:.2f}",
            )
        )
    out.print(rows)


def card_path(path: Path, task: str, num_cards: int) -> Path:
    """Where a card goes: the path itself, or one file per task beside it."""
    if num_cards == 1:
        return path
    return path.with_name(f"{path.stem}-{task}{path.suffix or '.html'}")

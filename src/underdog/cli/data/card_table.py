"""A data set's card at the terminal: counts by source, and decontamination."""

from pathlib import Path
from typing import TYPE_CHECKING

from underdog.cli.data.test_sets import show_decontamination
from underdog.cli.terminal.console import cells, notes, out, percent, print_json, table

if TYPE_CHECKING:
    from underdog.data.dataset.card.data_card import DataCard


def show_card(card: "DataCard", folder: Path, as_json: bool) -> None:
    """Print a card as tables, or whole as JSON."""
    if as_json:
        print_json(card.model_dump(mode="json"))
        return
    numbers = frozenset({"problems", "wanted", "rows", "drawn", "repeats", "left out"})
    rows = table(
        "source", "problems", "wanted", "rows", "drawn", "repeats", "left out", numbers=numbers
    )
    for one in card.sources:
        left_out = sum(sum(reasons.values()) for reasons in one.refused.values())
        counts = (one.problems, one.wanted, one.rows, one.drawn, one.repeats, left_out)
        rows.add_row(*cells(one.source, *(f"{count:,}" for count in counts)))
        if one.saturated:
            notes.print(
                f"{one.source}: no more than {one.problems:,} distinct problems of split "
                f"{card.split}; {one.wanted:,} were wanted. Widen its knobs for more.",
                highlight=False,
                markup=False,
            )
    out.print(rows)
    share = percent(card.verified / card.rows) if card.rows else "-"
    out.print(
        f"{card.problems:,} problems, {card.rows:,} rows, {share} verified: {folder}",
        highlight=False,
        markup=False,
    )
    if card.decontamination is not None:
        show_decontamination(card.decontamination)

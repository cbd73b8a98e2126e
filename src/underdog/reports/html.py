"""The fight card as one self-contained HTML page: no network, no fonts, no foreign scripts.

Models write hostile text, so everything is escaped by the template engine, and the page's content
security policy lets nothing run but its own script, named by hash: an escape that failed would
still execute nothing.
"""

from base64 import b64encode
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Literal, cast, get_args

from underdog.measure.summary import ArmSummary
from underdog.reports.charts import NARROW, WIDE, accuracy_vs_cost
from underdog.reports.fight_card import Corner, FightCard, RowOutcome, Side
from underdog.reports.figure import svg
from underdog.reports.gap import gap_bars
from underdog.reports.html_page import page_asset, page_template, write_page
from underdog.reports.labels import drop_shared_words
from underdog.reports.numbers import usd
from underdog.reports.sentences import break_even_sentence, cost_sentence, outcome_words


@dataclass(frozen=True, slots=True)
class _CornerView:
    """One corner as the template shows it."""

    side: str
    name: str
    corner: Corner
    arm: ArmSummary
    won: bool


@dataclass(frozen=True, slots=True)
class _ArmView:
    """One row of the arms' table."""

    label: str
    arm: ArmSummary
    headline: bool


@dataclass(frozen=True, slots=True)
class _Share:
    """One segment of the outcome bar, and one filter of the problem list."""

    key: str
    words: str
    count: int


def render_fight_card(card: FightCard) -> str:
    """Render a card as one HTML document.

    Args:
        card: The match; see `underdog.reports.build.build_card`.

    Returns:
        The document, which loads no other resource.
    """
    script = page_asset("fight_card.js")
    digest = b64encode(sha256(script.encode()).digest()).decode()
    return page_template("fight_card.html").render(
        card=card,
        corners=(_corner(card, "small"), _corner(card, "big")),
        tables=(
            ("small", card.names[0], _arms(card.small)),
            ("big", card.names[1], _arms(card.big)),
        ),
        shares=_shares(card),
        costs=any(side.headline.usage.cost_usd > 0 for side in (card.small, card.big)),
        cost_line=cost_sentence(card),
        usd=usd,
        break_even=break_even_sentence(card),
        chart_wide=svg(accuracy_vs_cost(card, WIDE)),
        chart_narrow=svg(accuracy_vs_cost(card, NARROW)),
        gap_wide="" if card.diagnosis is None else svg(gap_bars(card.diagnosis)),
        gap_narrow="" if card.diagnosis is None else svg(gap_bars(card.diagnosis, width=170)),
        facts=_facts(card),
        style=page_asset("fight_card.css"),
        script=script,
        script_hash=f"sha256-{digest}",
    )


def write_fight_card(card: FightCard, path: Path) -> None:
    """Draw a card and write it so that a reader sees the old page or the whole new one.

    Raises:
        UnderdogError: The file cannot be written.
    """
    write_page(render_fight_card(card), path)


def _corner(card: FightCard, which: Literal["small", "big"]) -> _CornerView:
    first = which == "small"
    side, name = (card.small, card.names[0]) if first else (card.big, card.names[1])
    won = card.verdict.words == ("better" if first else "worse")
    return _CornerView(which, name, side.corner, side.headline, won)


def _arms(side: Side) -> list[_ArmView]:
    """Rows of the arms' table; labels leave out leading words that all names share."""
    arms = side.by_cost()
    labels = drop_shared_words([arm.name for arm in arms])
    return [
        _ArmView(label, arm, headline=arm is side.headline)
        for label, arm in zip(labels, arms, strict=True)
    ]


def _shares(card: FightCard) -> list[_Share]:
    """Outcome counts over the rows shown, or over all problems when there are no rows."""
    verdict = card.verdict
    counts = Counter[str](row.outcome for row in card.rows)
    if not card.rows:
        counts.update({"both": verdict.both, "neither": verdict.neither})
        counts.update({"small-only": verdict.left_only, "big-only": verdict.right_only})
    keys = cast("tuple[RowOutcome, ...]", get_args(RowOutcome))
    return [_Share(key, outcome_words(card, key), counts[key]) for key in keys]


def _facts(card: FightCard) -> list[tuple[str, Sequence[object]]]:
    groups = (("Seeds", card.seeds), ("Hashes", card.hashes), ("Machine", card.machine))
    return [(name, entries) for name, entries in groups if entries]

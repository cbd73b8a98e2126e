"""The fight card as plain text or Markdown, for terminals and README files."""

from collections.abc import Sequence

from underdog.measure.summary import ArmSummary
from underdog.reports.fight_card import FightCard
from underdog.reports.numbers import percent, percent_interval, si, with_interval
from underdog.reports.sentences import break_even_sentence, cost_sentence

_HEADERS = (
    "arm",
    "accuracy",
    "95% interval",
    "n",
    "tokens/problem",
    "prompt (cached)",
    "seconds/problem",
    "latency",
    "FLOPs/right answer",
)


def fight_card_text(card: FightCard, *, markdown: bool = False) -> str:
    """The card without its problems: verdict, table of arms, notes.

    Args:
        card: The match.
        markdown: Write Markdown (for a README) instead of aligned plain text.

    Returns:
        Title, verdict, break-even point, a table of all arms, and notes.

    Example:
        >>> from underdog import challenge
        >>> [card] = challenge("scripted:reply=4", tasks="addition:digits=2", limit=2,
        ...                    small_strategy="majority:n=2")
        >>> fight_card_text(card).splitlines()[0]
        'scripted: majority(n=2) against itself alone: addition, test, 2 problems'
    """
    title = f"{card.title}: {card.task}, {card.n:,} problems" if card.task else card.title
    verdict = f"**{card.verdict.headline()}**" if markdown else card.verdict.headline()
    parts = [
        f"## {_one_line(title)}" if markdown else title,
        f"{verdict} {card.verdict.evidence()}",
        cost_sentence(card),
        break_even_sentence(card),
    ]
    if card.diagnosis is not None:
        parts.append(card.diagnosis.sentence())
    parts.append(arms_table([*card.small.by_cost(), *card.big.by_cost()], markdown=markdown))
    if card.notes:
        parts.append("\n".join(f"- {note}" for note in card.notes))
    return "\n\n".join(parts) + "\n"


def arms_table(arms: Sequence[ArmSummary], *, markdown: bool = False) -> str:
    """Arms with accuracy, interval, n and costs, one per line."""
    rows = [_HEADERS, *(_cells(arm) for arm in arms)]
    if markdown:
        escaped = [[_markdown_cell(cell) for cell in row] for row in rows]
        rule = ["---", *["---:"] * (len(_HEADERS) - 1)]
        return "\n".join(f"| {' | '.join(row)} |" for row in (escaped[0], rule, *escaped[1:]))
    clean = [[_one_line(cell) for cell in row] for row in rows]
    widths = [max(len(row[place]) for row in clean) for place in range(len(_HEADERS))]
    return "\n".join(
        "  ".join(
            [row[0].ljust(widths[0])]
            + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        )
        for row in clean
    )


def _cells(arm: ArmSummary) -> tuple[str, ...]:
    return (
        f"{arm.name} (oracle bound)" if arm.oracle_bound else arm.name,
        percent(arm.accuracy.value),
        percent_interval(arm.accuracy.interval),
        f"{arm.n:,}",
        si(arm.tokens_per_problem),
        f"{si(arm.prompt_per_problem)} ({si(arm.cached_per_problem)})",
        si(arm.seconds_per_problem) if arm.usage.wall_s else "not known",
        si(arm.latency_per_problem) if arm.usage.seconds else "not known",
        with_interval(arm.flops_per_right) if arm.usage.flops > 0 else "not known",
    )


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split(" "))


def _markdown_cell(text: str) -> str:
    escaped = _one_line(text).replace("\\", "\\\\").replace("|", "\\|")
    return escaped.replace("<", "&lt;").replace("`", "\\`")

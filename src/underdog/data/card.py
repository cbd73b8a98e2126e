"""The card of a data set: what is in it and how it came to be, for machines and for people.

Every number in it is counted, and `underdog data check` counts it again from the files.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from underdog.data.plan import Plan
from underdog.errors import DataError
from underdog.files import write_atomic


class _Plain(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Shard(_Plain):
    """One file: its path below the folder, rows, and SHA-256."""

    path: str
    rows: int
    sha256: str


class SourceCount(_Plain):
    """What came of one source.

    Attributes:
        source: Spec of the family, or name of the pool.
        wanted: Problems asked for.
        problems: Distinct problems in the data.
        rows: Rows in the data.
        drawn: Items drawn for them.
        repeats: Draws whose canonical key was already there.
        refused: Solutions left out, by form and reason.
        saturated: Whether its space gave nothing new any more.
    """

    source: str
    wanted: int
    problems: int
    rows: int
    drawn: int
    repeats: int
    refused: Mapping[str, Mapping[str, int]]
    saturated: bool


class Card(_Plain):
    """A finished data set.

    Attributes:
        name: Name for people.
        licence: SPDX name of the licence.
        split: Which split its problems belong to.
        problems: Distinct problems.
        rows: Training rows.
        verified: Rows that were read back and graded right when made.
        sources: Counts by source.
        shards: The files.
        plan: What it was made from; none for data that came by another way.
        origin: How it came to be when there is no plan.
        repeats: Whether rows may occur again, as in a mixture of several epochs.
        decontamination: Report of the check against test sets; none when it was not run.
    """

    name: str
    licence: str
    split: str
    problems: int
    rows: int
    verified: int
    sources: tuple[SourceCount, ...]
    shards: tuple[Shard, ...]
    plan: Plan | None = None
    origin: Mapping[str, Any] | None = None
    repeats: bool = False
    decontamination: Mapping[str, Any] | None = None


def read_card(folder: Path) -> Card | None:
    """The card of a data set; `None` when there is none.

    Raises:
        DataError: The card is damaged.
    """
    path = folder / "card.json"
    if not path.exists():
        return None
    try:
        return Card.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise DataError(f"{path} is no card of this version: {error.errors()[0]['msg']}") from error


def write_card(folder: Path, card: Card) -> None:
    """Write README.md, then card.json, which marks the data set as whole."""
    write_atomic(folder / "README.md", lambda file: file.write(readme(card).encode()))
    text = card.model_dump_json(indent=2, exclude_none=True)
    write_atomic(folder / "card.json", lambda file: file.write(text.encode() + b"\n"))


def readme(card: Card) -> str:
    """The card for people, with the head that Hugging Face reads."""
    share = card.verified / card.rows if card.rows else 0.0
    lines = [
        *_head(card),
        f"# {card.name}",
        "",
        f"{card.problems:,} distinct problems, {card.rows:,} rows, split `{card.split}`; "
        f"{share:.2%} of the rows verified.",
        "",
        "Verified means: the completion was read back as a model's would be, its program run in a "
        "sandbox where it is one, and the answer graded against the problem's own. Which split a "
        "problem belongs to is a hash of its canonical key, so that no other split holds it.",
        "",
        "| source | problems | wanted | rows | drawn | repeats | left out |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        *(_row(count) for count in card.sources),
        "",
        *_notes(card),
        _decontamination(card),
        "",
    ]
    return "\n".join(lines)


def _head(card: Card) -> list[str]:
    return [
        "---",
        f"license: {json.dumps(card.licence)}",
        f"pretty_name: {json.dumps(card.name)}",
        "task_categories:",
        "- text-generation",
        "tags:",
        "- synthetic",
        "- underdog",
        "configs:",
        "- config_name: default",
        "  data_files:",
        f"  - split: {card.split}",
        f"    path: data/{card.split}-*.parquet",
        "---",
        "",
    ]


def _row(count: SourceCount) -> str:
    refused = sum(sum(reasons.values()) for reasons in count.refused.values())
    cells = (count.problems, count.wanted, count.rows, count.drawn, count.repeats, refused)
    return f"| `{count.source}` | " + " | ".join(f"{cell:,}" for cell in cells) + " |"


def _notes(card: Card) -> list[str]:
    lines: list[str] = []
    for count in card.sources:
        if count.saturated:
            lines.append(
                f"- `{count.source}` has no more than {count.problems:,} distinct problems of "
                f"this split ({count.wanted:,} were wanted); widen its knobs for more."
            )
        for form, reasons in count.refused.items():
            for reason, number in reasons.items():
                lines.append(f"- `{count.source}`, form `{form}`: {number:,} left out, {reason}.")
    if card.plan is not None:
        forms = sorted({form for source in card.plan.sources for form in source.forms})
        lines.append(f"- Seed {card.plan.seed}; forms {', '.join(forms)}.")
    return [*lines, ""]


def _decontamination(card: Card) -> str:
    if card.decontamination is None:
        return "Not checked against test sets of other tasks."
    facts = ", ".join(f"{name} {value}" for name, value in card.decontamination.items())
    return f"Checked against test sets: {facts}."

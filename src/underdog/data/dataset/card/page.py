"""The card of a data set as README.md, with the YAML head that Hugging Face reads."""

import json
from collections.abc import Mapping
from pathlib import Path

from underdog.data.dataset.card.data_card import DataCard, Decontamination, Sampling, SourceCount
from underdog.files import write_atomic

_SPLITS = (
    " Which split a problem belongs to is a hash of its canonical key, so that no other split "
    "holds it."
)


def write_card(folder: Path, card: DataCard) -> None:
    """Write README.md, then card.json, which marks the data set as finished."""
    write_atomic(folder / "README.md", lambda file: file.write(readme(card).encode()))
    text = card.model_dump_json(indent=2, exclude_none=True)
    write_atomic(folder / "card.json", lambda file: file.write(text.encode() + b"\n"))


def readme(card: DataCard) -> str:
    """Text of README.md: YAML head and Markdown."""
    share = card.verified / card.rows if card.rows else 0.0
    lines = [
        *_head(card),
        f"# {card.name}",
        "",
        f"{card.problems:,} distinct problems, {card.rows:,} rows, split `{card.split}`; "
        f"{share:.2%} of the rows verified.",
        "",
        "Verified means: the completion was read back as a model's would be, its program run in a "
        "sandbox where it is one, and the answer graded against the problem's own."
        + (_SPLITS if card.plan else ""),
        "",
        "| source | problems | wanted | rows | drawn | repeats | left out |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        *(_row(count) for count in card.sources),
        "",
        *_notes(card),
        *(_sampling(card.sampling) if card.sampling else ()),
        *_decontamination(card.decontamination),
        *(["", "Searched afterwards:", "", *_decontamination(card.scan)] if card.scan else ()),
        "",
    ]
    return "\n".join(lines)


def _head(card: DataCard) -> list[str]:
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


def _notes(card: DataCard) -> list[str]:
    lines: list[str] = []
    for count in card.sources:
        if count.saturated:
            lines.append(
                f"- `{count.source}` has no more than {count.problems:,} distinct problems of "
                f"this split ({count.wanted:,} were wanted); widen its knobs for more."
            )
        for form, reasons in count.refused.items():
            for reason, number in reasons.items():
                if form:
                    where = f"`{count.source}`, form `{form}`"
                    lines.append(f"- {where}: {number:,} left out, {reason}.")
    if card.plan is not None:
        forms = sorted({form for source in card.plan.sources for form in source.forms})
        lines.append(f"- Seed {card.plan.seed}; forms {', '.join(forms)}.")
    return [*lines, ""]


def _decontamination(found: Decontamination | None) -> list[str]:
    if found is None:
        return ["Not checked against test sets while it was made."]
    if found.off:
        return ["Not checked against test sets: this was switched off when it was made."]
    names = ", ".join(f"{name} ({items:,})" for name, items in found.checked_against.items())
    lines = [
        f"{found.checked:,} items were compared with the test sets {names}. "
        f"{found.left_out:,} repeat a test item and are left out; {found.repeating:,} are still "
        "in the data.",
    ]
    if found.by_benchmark:
        tests, rules = _listed(found.by_benchmark), _listed(found.by_rule)
        lines += ["", f"Found by test set: {tests}. By rule: {rules}."]
    if found.clear_before:
        pools = ", ".join(f"`{name}`" for name in found.clear_before)
        lines += ["", f"Compared with the same test sets before they were mixed: {pools}."]
    if found.not_here:
        absent = ", ".join(found.not_here)
        lines += ["", f"Not on the machine, so not checked: {absent}."]
    return lines


def _sampling(made: Sampling) -> list[str]:
    models = ", ".join(f"{role}: `{model}`" for role, model in made.plan.models.items())
    lines = [
        f"Made by models ({models}) from {made.seeds_used:,} of {made.seeds_given:,} seeds "
        f"(`{made.plan.seeds}`).",
        f"{made.accepted:,} of {made.records:,} tries were kept ({made.acceptance:.1%}). One that "
        f"is kept cost {_per(made.calls, made)} samples, {_per(made.prompt_tokens, made)} prompt "
        f"tokens, {_per(made.generated_tokens, made)} generated tokens and "
        + (f"{made.flops / made.accepted:.3g} FLOPs." if made.flops else "FLOPs that are unknown."),
        "Tries that were not kept are in `rejected.jsonl`, each with its reason: "
        f"{_listed(made.reasons) or 'none'}.",
    ]
    if made.stopped_by:
        lines.append(f"Stopped by the cap on {made.stopped_by}; {made.plan.count:,} were wanted.")
    return [*lines, ""]


def _per(number: int, made: Sampling) -> str:
    return f"{number / made.accepted:,.1f}"


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())

"""A collected data set against its journal: every row is a record of it, every number its sum."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from underdog.core import Usage
from underdog.data.checking.derived_rows import family_of
from underdog.data.checking.finding import Findings
from underdog.data.dataset.card.data_card import DataCard, Sampling
from underdog.data.dataset.columns import examples_of, table_of
from underdog.data.dataset.shards import read_examples
from underdog.data.sources.collecting.record_json import read_record, write_usage
from underdog.data.sources.collecting.reply_journal import FORMAT
from underdog.data.sources.collecting.seeding import open_seeds
from underdog.data.sources.source import Record
from underdog.errors import DataError, UnderdogError


@dataclass(slots=True)
class _Journal:
    """What is read of a journal: its settings, and the records of finished seeds."""

    manifest: Mapping[str, Any] = field(default_factory=dict[str, Any])
    records: dict[str, Record] = field(default_factory=dict[str, Record])
    seeds: int = 0


def check_journal(folder: Path, card: DataCard, told: Sampling) -> Findings:
    """Compare a collected data set with its journal and the records that were rejected.

    Args:
        folder: The data set.
        card: Its card.
        told: How the card says it was sampled.
    """
    found = Findings()
    _check_card(card, told, found)
    try:
        journal = _read(folder / "journal.jsonl")
        rejected = _lines(folder / "rejected.jsonl")
    except (OSError, ValueError, KeyError, TypeError, UnderdogError):
        found.add("a journal cannot be read", ["journal.jsonl, rejected.jsonl"])
        return found
    manifest = journal.manifest
    found.told("engines", dict(told.engines), manifest.get("engines"))
    found.told("seed", told.plan.seed, manifest.get("seed"))
    found.told("source", (card.origin or {}).get("source"), manifest.get("source"))
    try:
        rows = _check_rows(folder, journal, _seeds(told, found), found)
    except (ValueError, TypeError, KeyError, AttributeError):
        return found
    _check_rejected(rejected, journal, set(rows), found)
    _check_counts(card, told, journal, rows, rejected, found)
    found.gap(
        [
            "the journal itself: whether a model wrote the replies",
            "name and licence of the data set",
        ]
    )
    return found


def _check_card(card: DataCard, told: Sampling, found: Findings) -> None:
    origin = card.origin or {}
    found.told("seeds", origin.get("seeds"), told.plan.seeds)
    kind = told.plan.source.partition(":")[0].partition("(")[0]
    own = str(origin.get("source")).partition(":")[0].partition("(")[0]
    found.told("source of the plan", kind, own)
    found.told("accepted records", told.accepted, card.rows)
    found.told("records", told.records, told.accepted + sum(told.reasons.values()))
    found.unless(card.rows <= told.plan.count, "more rows than were to be collected")
    found.unless(told.seeds_used <= told.seeds_given, "more seeds used than given")
    found.unless(set(told.engines) <= {*told.plan.models, "main"}, "an engine is not of the plan")
    if card.rows == told.plan.count or told.seeds_used == told.seeds_given:
        found.unless(told.stopped_by is None, "card says a cap ended it, yet all is there")
    for one in card.sources:
        refused = {"": dict(told.reasons)} if told.reasons else {}
        counts = (one.wanted, one.drawn, one.repeats, dict(one.refused), one.saturated)
        expected = (told.plan.count, told.records, 0, refused, False)
        found.told(f"counts of {one.source}", counts, expected)
    facts = card.decontamination
    if facts is not None:
        screened = told.reasons.get("screened", 0)
        found.told("items left out", facts.left_out, screened)
        if not facts.off:
            found.told("items compared with test sets", facts.checked, card.rows + screened)
        found.unless(
            not facts.by_rule and not facts.by_benchmark, "card says rules of a collection"
        )


def _seeds(told: Sampling, found: Findings) -> Mapping[str, int]:
    """Number of each seed of the plan, by id; empty when the seeds are not here."""
    try:
        problems = open_seeds(told.plan.seeds, told.plan.max_seeds).problems
    except UnderdogError:
        found.gap([f"which seeds there were, and their order: {told.plan.seeds} is not here"])
        return {}
    if family_of(told.plan.seeds) is not None:
        found.told("seeds given", told.seeds_given, len(problems))
    return {problem.id: number for number, problem in enumerate(problems)}


def _check_rows(
    folder: Path, journal: _Journal, seeds: Mapping[str, int], found: Findings
) -> list[str]:
    """Ids of the rows; each must be what its record in the journal says."""
    ids: list[str] = []
    strange: list[str] = []
    other: list[str] = []
    for example in read_examples(folder):
        ids.append(example.id)
        record = journal.records.get(example.id)
        if record is None or record.example is None or not record.accepted:
            strange.append(example.id)
            continue
        [stored] = examples_of(table_of([record.example]))
        if stored != example:
            other.append(example.id)
    found.add("a row is no accepted record of the journal", strange)
    found.add("a row is not what the journal says", other)
    checkers = {row for one in ids if (row := _checker(journal.records.get(one)))}
    found.unless(checkers <= {journal.manifest.get("checker")}, "rows name another checker")
    places = [_place(one, journal) for one in ids]
    found.unless(len(set(places)) == len(places), "a record is a row twice")
    first_seen = {seed: at for at, seed in enumerate(dict.fromkeys(seed for seed, _ in places))}
    order = seeds if all(seed in seeds for seed in first_seen) else first_seen
    ordered = all(
        (order[left[0]], left[1]) < (order[right[0]], right[1]) for left, right in pairwise(places)
    )
    found.unless(ordered, "rows are not in the order of the records")
    return ids


def _checker(record: Record | None) -> str:
    if record is None or record.example is None:
        return ""
    return str(record.example.tags.get("checker"))


def _place(row_id: str, journal: _Journal) -> tuple[str, int]:
    """Seed of a row, and its number among the seed's records."""
    record = journal.records.get(row_id)
    number = row_id.rpartition("/")[2]
    return (record.seed if record else row_id, int(number) if number.isdigit() else -1)


def _check_rejected(
    rejected: Sequence[Mapping[str, Any]], journal: _Journal, rows: set[str], found: Findings
) -> None:
    """Every rejected record is in the journal, with the same reply and, mostly, reason."""
    strange: list[str] = []
    for line in rejected:
        record = journal.records.get(str(line["id"]))
        if record is None or line["id"] in rows:
            strange.append(str(line["id"]))
            continue
        later = line["reason"] in ("duplicate", "screened") and record.accepted
        kept = {
            "id": record.id,
            "seed": record.seed,
            "reason": line["reason"] if later else record.reason,
            "detail": line["detail"] if later else record.detail,
            "question": record.question,
            "reply": record.reply,
            "teacher": record.teacher,
            "usage": write_usage(record.usage),
        }
        if kept != dict(line):
            strange.append(record.id)
    found.add("a rejected record is not what the journal says", strange)
    names = [str(line["id"]) for line in rejected]
    found.unless(len(set(names)) == len(names), "a rejected record is there twice")


def _check_counts(
    card: DataCard,
    told: Sampling,
    journal: _Journal,
    rows: Sequence[str],
    rejected: Sequence[Mapping[str, Any]],
    found: Findings,
) -> None:
    found.told("rejected records", told.records - told.accepted, len(rejected))
    reasons = Counter(str(line["reason"]) for line in rejected)
    found.told("reasons", dict(told.reasons), dict(reasons.most_common()))
    names = [*rows, *(str(line["id"]) for line in rejected)]
    known = [journal.records[name] for name in names if name in journal.records]
    usage = sum((record.usage for record in known), Usage())
    counts = (told.calls, told.prompt_tokens, told.generated_tokens)
    found.told(
        "calls and tokens", counts, (usage.calls, usage.prompt_tokens, usage.generated_tokens)
    )
    near = abs(told.flops - usage.flops) <= 1e-9 * max(told.flops, usage.flops)
    found.unless(near, "card says other FLOPs than the journal")
    used = len({record.seed for record in known})
    found.unless(used <= told.seeds_used <= max(used, journal.seeds), "card says other seeds used")
    if card.rows < told.plan.count:
        ended = told.stopped_by is not None or told.seeds_used == told.seeds_given
        found.unless(ended, "fewer rows than were to be collected, and no cap is said")
        left = [one for one in journal.records if one not in set(names)]
        found.add("a record of the journal is nowhere", left)


def _read(path: Path) -> _Journal:
    lines = _lines(path)
    journal = _Journal()
    if not lines or lines[0].get("format") != FORMAT:
        raise DataError(f"{path} does not begin like a journal")
    journal.manifest = lines[0]["manifest"]
    for line in lines[1:]:
        if "records" in line:
            journal.seeds += 1
            for one in map(read_record, line["records"]):
                journal.records[one.id] = one
    return journal


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().split(b"\n") if line]

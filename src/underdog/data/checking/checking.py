"""Checking the card of a data set against its files.

Every file is hashed and every column compared with the others. Every row that a family wrote is
drawn again and compared, every completion read back, executed when its form is a program, and
graded. Then the rows are compared with what they were made from: the plan, the journal, the pools.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from underdog.data.checking.card_sums import check_card, distinct
from underdog.data.checking.finding import Finding, Findings
from underdog.data.checking.folder_files import check_folder, is_mixture
from underdog.data.checking.journal_match import check_journal
from underdog.data.checking.mixture_match import check_mixture
from underdog.data.checking.planned import check_plan
from underdog.data.checking.row_faults import UNREADABLE, ShardCheck, check_shard
from underdog.data.dataset.card.data_card import read_card
from underdog.data.dataset.shards import shards_of
from underdog.data.workers import Workers
from underdog.errors import DataError


@dataclass(frozen=True, slots=True)
class CheckReport:
    """Result of checking a data set.

    Attributes:
        rows: Rows read.
        problems: Distinct problems, by key or by question.
        verified: Rows whose completion was read back and graded right.
        unverifiable: Rows that name no checker, form or answer.
        derived: Rows drawn again from their ids.
        findings: Faults by kind; empty when files and card agree.
        unchecked: What could not be checked here, each in one sentence.
    """

    rows: int
    problems: int
    verified: int
    unverifiable: int
    derived: int
    findings: tuple[Finding, ...]
    unchecked: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether no fault was found."""
        return not self.findings


def check_dataset(folder: Path, *, workers: int = 1) -> CheckReport:
    """Check a finished data set.

    Args:
        folder: The data set.
        workers: Worker processes; 1 checks in this process.

    Raises:
        DataError: There is no finished data set.
    """
    card = read_card(folder)
    if card is None:
        shards_of(folder)
        raise DataError(
            f"{folder} has no card.json, so writing it did not end; run the same command "
            "(underdog data make, collect or mix) again"
        )
    shards, mixed = shards_of(folder), is_mixture(card)
    with Workers[Any](workers) as hands:
        asked = [hands.ask(check_shard, path, card.split, mixed) for path in shards]
        parts = [check_folder(folder, card, hands)]
        checks = [check.take() for check in asked]
    parts += [_rows(checks), check_card(card, checks)]
    if any(UNREADABLE in check.faults for check in checks):
        return _report(checks, parts)
    if card.plan is not None:
        parts.append(check_plan(card, card.plan, shards, checks))
    if card.sampling is not None:
        parts.append(check_journal(folder, card, card.sampling))
    if mixed:
        parts.append(check_mixture(folder, card, shards, checks))
    return _report(checks, parts)


def _rows(checks: list[ShardCheck]) -> Findings:
    found, where = Findings(), dict[str, list[str]]()
    for check in checks:
        for fault, ids in check.faults.items():
            where.setdefault(fault, []).extend(ids)
    for fault, ids in where.items():
        found.add(fault, ids)
    known = sum(check.derived for check in checks)
    rows = sum(check.rows for check in checks)
    if known < rows:
        found.gap([f"{rows - known:,} rows that no family here writes: their texts"])
    return found


def _report(checks: list[ShardCheck], parts: list[Findings]) -> CheckReport:
    merged: dict[str, Finding] = {}
    for one in (one for part in parts for one in part.found):
        before = merged.get(one.what)
        count = one.count + (before.count if before else 0)
        merged[one.what] = Finding(one.what, count, before.first if before else one.first)
    return CheckReport(
        rows=sum(check.rows for check in checks),
        problems=distinct([check.keys for check in checks])[0],
        verified=sum(check.verified for check in checks),
        unverifiable=sum(check.unverifiable for check in checks),
        derived=sum(check.derived for check in checks),
        findings=tuple(merged.values()),
        unchecked=tuple(dict.fromkeys(one for part in parts for one in part.unchecked)),
    )

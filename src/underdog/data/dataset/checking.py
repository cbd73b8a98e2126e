"""Checking the card of a data set against its files.

Hashes, rows and problems are counted again. Every completion is read back, executed when its form
is a program, and graded against the row's answer. Every key is hashed to its split again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from underdog.core import Example, Problem
from underdog.data.dataset.card.data_card import DataCard, read_card
from underdog.data.dataset.columns import examples_of
from underdog.data.dataset.examples import problem_of, question_of
from underdog.data.dataset.per_process import open_checker, open_form, process_sandbox
from underdog.data.dataset.seen import Seen, marks_of
from underdog.data.dataset.shards import check_columns, open_shard, shards_of
from underdog.data.dataset.verification import Claim, verify
from underdog.data.workers import Workers
from underdog.errors import DataError
from underdog.files import sha256_file
from underdog.generators.drawing import split_of

if TYPE_CHECKING:
    from underdog.data.dataset.seen import Marks

_ROWS = 2_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of fault in a data set.

    Attributes:
        what: The fault, in a few words.
        count: Number of occurrences.
        first: Id of the first faulty row, or the first faulty file.
    """

    what: str
    count: int
    first: str


@dataclass(frozen=True, slots=True)
class CheckReport:
    """Result of checking a data set.

    Attributes:
        rows: Rows read.
        problems: Distinct problems, by key or by question.
        verified: Rows whose completion was read back and graded right.
        unverifiable: Rows that name no checker, form or answer.
        findings: Faults by kind; empty when files and card agree.
    """

    rows: int
    problems: int
    verified: int
    unverifiable: int
    findings: tuple[Finding, ...]

    @property
    def sound(self) -> bool:
        """Whether no fault was found."""
        return not self.findings


@dataclass(frozen=True, slots=True)
class ShardCheck:
    """Result of checking one file.

    Attributes:
        rows: Rows read.
        verified: Rows graded right.
        unverifiable: Rows that cannot be graded.
        keys: Packed 64-bit hashes of the file's distinct problems.
        ids: Packed 64-bit hashes of the rows' ids.
        pairs: Packed 64-bit hashes of the rows' pairs of key and form.
        faults: Each kind of fault with the ids of its rows.
    """

    rows: int
    verified: int
    unverifiable: int
    keys: bytes
    ids: bytes
    pairs: bytes
    faults: tuple[tuple[str, tuple[str, ...]], ...]


def check_dataset(folder: Path, *, workers: int = 1) -> CheckReport:
    """Check a finished data set.

    Args:
        folder: The data set.
        workers: Worker processes; 1 checks in this process.

    Raises:
        DataError: There is no finished data set, or a file cannot be read at all.
    """
    card = read_card(folder)
    if card is None:
        shards_of(folder)
        raise DataError(
            f"{folder} has no card.json, so writing it did not end; run the same command "
            "(underdog data make, collect or mix) again"
        )
    with Workers[Any](workers) as hands:
        found = _files(folder, card, hands)
        checks = [hands.ask(check_shard, path) for path in shards_of(folder)]
        return _sum_up(card, [check.take() for check in checks], found)


def check_shard(path: Path) -> ShardCheck:
    """Check one file; may run in a worker process."""
    faults: dict[str, list[str]] = {}
    ids: list[str] = []
    keys: set[str] = set()
    pairs: list[str] = []
    verified = unverifiable = 0
    with open_shard(path) as file:
        check_columns(file.schema_arrow, path)
        for batch in file.iter_batches(batch_size=_ROWS):
            examples = list(examples_of(batch))
            claims = [claim_of(example) for example in examples]
            known = [claim for claim in claims if claim is not None]
            reasons = iter(verify(known, process_sandbox()))
            for example, claim in zip(examples, claims, strict=True):
                key = str(example.tags.get("key") or example.id)
                ids.append(example.id)
                keys.add(problem_of(example))
                pairs.append(f"{example.tags.get('form')} {key}")
                reason = "" if claim is None else next(reasons)
                unverifiable += claim is None
                verified += claim is not None and not reason
                for fault in filter(None, (reason, _split_fault(example))):
                    faults.setdefault(fault, []).append(example.id)
    return ShardCheck(
        rows=len(ids),
        verified=verified,
        unverifiable=unverifiable,
        keys=marks_of(keys).tobytes(),
        ids=marks_of(ids).tobytes(),
        pairs=marks_of(pairs).tobytes(),
        faults=tuple((fault, tuple(where)) for fault, where in faults.items()),
    )


def claim_of(example: Example) -> Claim | None:
    """The claim that an item's completion solves its problem; `None` without a checker."""
    answer, form, checker = (example.tags.get(name) for name in ("answer", "form", "checker"))
    if answer is None or form is None or checker is None:
        return None
    problem = Problem(question_of(example), str(answer))
    return Claim(problem, open_form(str(form)), open_checker(str(checker)), example.completion)


def _split_fault(example: Example) -> str:
    key, split = example.tags.get("key"), example.tags.get("split")
    if key is None or split is None or split_of(str(key)) == split:
        return ""
    return "key belongs to another split"


def _files(folder: Path, card: DataCard, workers: Workers[Any]) -> list[Finding]:
    """Faults of the files: missing, unlisted, or with another hash than on the card."""
    paths = [folder / shard.path for shard in card.shards]
    missing = [path.name for path in paths if not path.exists()]
    there = [(shard, path) for shard, path in zip(card.shards, paths, strict=True) if path.exists()]
    hashes = [workers.ask(sha256_file, path) for _, path in there]
    changed = [
        path.name
        for (shard, path), digest in zip(there, hashes, strict=True)
        if digest.take() != shard.sha256
    ]
    extra = [path.name for path in shards_of(folder) if path not in paths]
    found = (("file missing", missing), ("file changed", changed), ("file not on the card", extra))
    return [Finding(what, len(names), names[0]) for what, names in found if names]


def _sum_up(card: DataCard, checks: Sequence[ShardCheck], found: list[Finding]) -> CheckReport:
    problems, _ = _distinct(check.keys for check in checks)
    rows = sum(check.rows for check in checks)
    verified = sum(check.verified for check in checks)
    found += _wrong_rows(checks)
    for what, marks in (("id", "ids"), ("key and form", "pairs")):
        _, repeats = _distinct(getattr(check, marks) for check in checks)
        if repeats and not card.repeats:
            found.append(Finding(f"{what} occurs again", repeats, ""))
    for what, told, counted in (
        ("rows", card.rows, rows),
        ("problems", card.problems, problems),
        ("verified rows", card.verified, min(verified, card.verified)),
    ):
        if told != counted and not (card.repeats and what == "problems"):
            found.append(Finding(f"card says {told:,} {what}, counted {counted:,}", 1, "card.json"))
    unverifiable = sum(check.unverifiable for check in checks)
    return CheckReport(rows, problems, verified, unverifiable, tuple(found))


def _wrong_rows(checks: Sequence[ShardCheck]) -> list[Finding]:
    where: dict[str, list[str]] = {}
    for check in checks:
        for fault, ids in check.faults:
            where.setdefault(fault, []).extend(ids)
    return [Finding(fault, len(ids), ids[0]) for fault, ids in where.items()]


def _distinct(packed: Iterable[bytes]) -> tuple[int, int]:
    """Number of distinct 64-bit hashes, and number of repeated ones."""
    seen, total = Seen(), 0
    for data in packed:
        marks: Marks = np.frombuffer(data, dtype=np.uint64)
        seen.add(marks[seen.fresh(marks)])
        total += len(marks)
    return len(seen), total - len(seen)

"""Checking the rows of one file: columns against each other, rows drawn again, answers graded."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from underdog.core import Example
from underdog.data.checking.derived_rows import DrawId, derived, draw_of
from underdog.data.checking.step_values import step_fault
from underdog.data.dataset.arrow import arrow
from underdog.data.dataset.columns import examples_of, schema, table_of
from underdog.data.dataset.examples import problem_of
from underdog.data.dataset.per_process import process_sandbox
from underdog.data.dataset.seen import marks_of
from underdog.data.dataset.shards import check_columns, open_shard
from underdog.data.dataset.verification import claim_of, verify
from underdog.errors import DataError
from underdog.generators.drawing import split_of

_ROWS = 2_000
UNREADABLE = "a file cannot be read"


@dataclass(slots=True)
class ShardCheck:
    """Result of checking one file.

    Attributes:
        rows: Rows read.
        verified: Rows graded right.
        unverifiable: Rows that cannot be graded.
        derived: Rows drawn again from their ids.
        keys: Packed 64-bit hashes of the file's distinct problems.
        ids: Packed 64-bit hashes of the rows' ids.
        pairs: Packed 64-bit hashes of the rows' pairs of key and form.
        faults: Each kind of fault with the ids of its rows.
        sources: Source, and hash of the problem, of each row.
        draws: The parts of each row's id; `None` for a row that no family wrote.
        pools: Pool and tokens of each row of a mixture.
    """

    rows: int = 0
    verified: int = 0
    unverifiable: int = 0
    derived: int = 0
    keys: bytes = b""
    ids: bytes = b""
    pairs: bytes = b""
    faults: dict[str, list[str]] = field(default_factory=lambda: defaultdict[str, list[str]](list))
    sources: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    draws: list[DrawId | None] = field(default_factory=list["DrawId | None"])
    pools: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])


def check_shard(path: Path, split: str, mixed: bool) -> ShardCheck:
    """Check one file; may run in a worker process.

    Args:
        path: The file.
        split: Split on the card.
        mixed: Whether the rows are a mixture's, with the columns `pool` and `tokens`.
    """
    check = ShardCheck()
    try:
        _read_rows(path, split, mixed, check)
    except (OSError, arrow().ArrowInvalid, DataError):
        check.faults[UNREADABLE].append(path.name)
    check.faults = dict(check.faults)
    return check


def _read_rows(path: Path, split: str, mixed: bool, check: ShardCheck) -> None:
    ids, keys, pairs = list[str](), set[str](), list[str]()
    with open_shard(path) as file:
        check_columns(file.schema_arrow, path)
        _check_schema(file.schema_arrow, mixed, path, check)
        for batch in file.iter_batches(batch_size=_ROWS):
            try:
                examples = list(examples_of(batch))
            except (ValueError, TypeError, KeyError, AttributeError):
                check.faults[UNREADABLE].append(path.name)
                return
            check.rows += len(examples)
            _check_columns(batch, examples, check)
            _grade(examples, check)
            for example in examples:
                ids.append(example.id)
                problem = problem_of(example)
                keys.add(problem)
                pairs.append(f"{example.tags.get('form')} {example.tags.get('key') or example.id}")
                _check_tags(example, split, check)
            problems = marks_of(map(problem_of, examples)).tolist()
            check.sources += zip(map(source_of, examples), problems, strict=True)
            if mixed and {"pool", "tokens"} <= set(batch.schema.names):
                pools = zip(batch["pool"].to_pylist(), batch["tokens"].to_pylist(), strict=True)
                check.pools += [(str(pool), int(tokens or 0)) for pool, tokens in pools]
    check.keys = marks_of(keys).tobytes()
    check.ids = marks_of(ids).tobytes()
    check.pairs = marks_of(pairs).tobytes()


def source_of(example: Example) -> str:
    """Source of a row, as the card counts it."""
    return str(example.tags.get("source") or example.tags.get("family") or "unnamed")


def _check_schema(found: Any, mixed: bool, path: Path, check: ShardCheck) -> None:
    wanted = list(schema())
    names = [one.name for one in wanted] + (["tokens", "pool"] if mixed else [])
    if found.names != names:
        check.faults["columns are not those of a data set"].append(path.name)
    for one in wanted:
        if found.field(one.name).type != one.type:
            check.faults[f"column {one.name} is of another type"].append(path.name)


def _check_columns(batch: Any, examples: Sequence[Example], check: ShardCheck) -> None:
    """Compare a batch with its rows written again: from their ids, else from their texts."""
    draws = [draw_of(example.id) for example in examples]
    check.draws += draws
    again = _again(draws, examples)
    check.derived += sum(one is not None for one in again)
    for example, draw, one in zip(examples, draws, again, strict=True):
        if draw is not None and one is None:
            check.faults["no family writes a row of this id"].append(example.id)
    expected = table_of([one or own for one, own in zip(again, examples, strict=True)])
    for name in schema().names:
        column = batch.column(batch.schema.get_field_index(name))
        other = expected[name].combine_chunks()
        if column.equals(other):
            continue
        pairs = zip(column.to_pylist(), other.to_pylist(), examples, again, strict=True)
        for left, right, example, one in pairs:
            if left != right and not (left != left and right != right):
                fault = "is not what the family writes" if one else "disagrees with the others"
                check.faults[f"column {name} {fault}"].append(example.id)


def _again(draws: Sequence[DrawId | None], examples: Sequence[Example]) -> list[Example | None]:
    """Each row written again from its id, with the form's instruction or without it."""
    known = [place for place, draw in enumerate(draws) if draw is not None]
    again: list[Example | None] = [None] * len(draws)
    for instruction in (True, False):
        ids = [draw for place in known if (draw := draws[place]) is not None]
        for place, example in zip(known, derived(ids, instruction), strict=True):
            again[place] = again[place] or example
            if example is not None and example.prompt == examples[place].prompt:
                again[place] = example
        known = [
            place
            for place in known
            if (made := again[place]) is not None and made.prompt != examples[place].prompt
        ]
        if not known:
            break
    return again


def _check_tags(example: Example, split: str, check: ShardCheck) -> None:
    tags = example.tags
    key, own = tags.get("key"), tags.get("split")
    if own is not None and key is not None and split_of(str(key)) != own:
        check.faults["key belongs to another split"].append(example.id)
    if (own or "train") != split:
        check.faults["a row is of another split than the card"].append(example.id)
    if not example.completion.strip():
        check.faults["a row has no completion"].append(example.id)
    if not example.id:
        check.faults["a row has no id"].append("")
    if fault := step_fault(tags.get("steps"), tags.get("answer")):
        check.faults[fault].append(example.id)


def _grade(examples: Sequence[Example], check: ShardCheck) -> None:
    claims = [claim_of(example) for example in examples]
    known = [claim for claim in claims if claim is not None]
    reasons = iter(verify(known, process_sandbox()))
    for example, claim in zip(examples, claims, strict=True):
        if claim is None:
            check.unverifiable += 1
        elif reason := next(reasons):
            check.faults[reason].append(example.id)
        else:
            check.verified += 1


def marks(packed: bytes) -> "np.typing.NDArray[np.uint64]":
    """64-bit hashes from their bytes."""
    return np.frombuffer(packed, dtype=np.uint64)

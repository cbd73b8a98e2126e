"""Batches of a family's items as verified rows: the unit of work of one worker process.

Item i of a family is the same in every process, so numbers alone name a batch, and any process can
make it, or make it again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

from underdog.core import Example, Family, Form, Item
from underdog.data.dataset.arrow import Table, arrow
from underdog.data.dataset.card.plan import FamilyStream
from underdog.data.dataset.columns import table_of
from underdog.data.dataset.examples import example_of
from underdog.data.dataset.per_process import open_checker, open_form, process_sandbox
from underdog.data.dataset.seen import marks_of
from underdog.data.dataset.verification import Claim, verify
from underdog.generators import families
from underdog.generators.drawing import generate
from underdog.seeds import derive

if TYPE_CHECKING:
    from underdog.data.dataset.seen import Marks
    from underdog.data.decontamination import ContaminationIndex, Repeat


@dataclass(frozen=True, slots=True)
class Batch:
    """A range of items of a family's stream.

    Attributes:
        stream: The family's stream.
        start: Number of the first item.
        count: Number of items.
        stride: Difference between the numbers of successive items.
    """

    stream: FamilyStream
    start: int
    count: int
    stride: int = 1


NO_FORM = "has no such form"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A solution that is left out of the data.

    Attributes:
        draw: Index of the item in the batch.
        form: Form of the solution.
        reason: Why the solution is left out, in a few words.
    """

    draw: int
    form: str
    reason: str


@dataclass(frozen=True, slots=True)
class Made:
    """The result of a batch: its rows, hashes and left-out items.

    Attributes:
        rows: Table in Arrow's stream format, sorted by item.
        draws: Index in the batch of each row's item, packed 32-bit integers.
        marks: Hash of each item's canonical key, packed 64-bit integers.
        refusals: Solutions left out.
        copies: Items left out because they repeat a test item, by index in the batch.
    """

    rows: bytes
    draws: bytes
    marks: bytes
    refusals: tuple[Refusal, ...]
    copies: "Mapping[int, Repeat]"


def make_clear(index: "ContaminationIndex | None", batch: Batch) -> Made:
    """`make_batch` with the index first, as `Workers.ask_sharing` calls it."""
    return make_batch(batch, index)


def make_batch(batch: Batch, index: "ContaminationIndex | None" = None) -> Made:
    """Draw a batch's items, write their solutions, verify them, leave out repeated test items."""
    import numpy as np

    items = list(_items(batch))
    marks: Marks = marks_of(item.key for item in items)
    examples: list[Example] = []
    draws: list[int] = []
    claims: list[Claim] = []
    refusals: list[Refusal] = []
    checker = open_checker(batch.stream.family.checker)
    for draw, item in enumerate(items):
        for form, example in _written(batch, item, draw):
            if example is None:
                refusals.append(Refusal(draw, form.name, NO_FORM))
                continue
            examples.append(example)
            draws.append(draw)
            claims.append(Claim(item.problem, form, checker, example.completion))
    reasons = verify(claims, process_sandbox()) if batch.stream.verify else [""] * len(claims)
    for draw, claim, reason in zip(draws, claims, reasons, strict=True):
        if reason:
            refusals.append(Refusal(draw, claim.form.name, reason))
    kept = [place for place, reason in enumerate(reasons) if not reason]
    copies: dict[int, Repeat] = {}
    if index is not None:
        copies = _copies(examples, draws, kept, index)
        kept = [place for place in kept if draws[place] not in copies]
    table = table_of([examples[place] for place in kept])
    number = np.array([draws[place] for place in kept], dtype=np.int32)
    return Made(_packed(table), number.tobytes(), marks.tobytes(), tuple(refusals), copies)


def _copies(
    examples: Sequence[Example],
    draws: Sequence[int],
    kept: Sequence[int],
    index: "ContaminationIndex",
) -> "dict[int, Repeat]":
    """Items with a text that repeats a test item; a question is compared once for all forms."""
    texts: dict[int, list[str]] = {}
    for place in kept:
        example = examples[place]
        parts = texts.setdefault(draws[place], [example.prompt])
        parts.append(example.completion)
    found = index.repeats("\n\n".join(parts) for parts in texts.values())
    numbers = list(texts)
    return {numbers[place]: repeat for place, repeat in found.items()}


def unpacked(rows: bytes) -> Table:
    """A table from Arrow's stream format."""
    pa = arrow()
    with pa.ipc.open_stream(pa.BufferReader(rows)) as reader:
        return reader.read_all()


def _packed(table: Table) -> bytes:
    pa = arrow()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


def _items(batch: Batch) -> Sequence[Item]:
    stream = batch.stream
    family = _family(stream.family.spec)
    if batch.stride == 1:
        return list(islice(generate(family, stream.split, stream.seed, batch.start), batch.count))
    numbers = range(batch.start, batch.start + batch.count * batch.stride, batch.stride)
    return [next(generate(family, stream.split, stream.seed, number)) for number in numbers]


def _written(batch: Batch, item: Item, draw: int) -> list[tuple[Form, Example | None]]:
    """An item in all forms, or in the first that fits it from a form chosen by hash on."""
    stream, family = batch.stream, batch.stream.family
    names = family.forms
    if not stream.every_form:
        number = batch.start + draw * batch.stride
        first = derive("form", family.spec, number) % len(names)
        names = (*names[first:], *names[:first])
    written: list[tuple[Form, Example | None]] = []
    for name in names:
        form = open_form(name)
        example = example_of(item, form, family.spec, family.checker, stream.instruction)
        if stream.every_form:
            written.append((form, example))
        elif example is not None:
            return [(form, example)]
    return written or [(open_form(names[0]), None)]


@cache
def _family(spec: str) -> Family:
    return families.create(spec)

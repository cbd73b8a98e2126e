"""What a collection has come to: records, their reasons, and what an accepted item costs."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace

from underdog.core import Example, Problem, Usage
from underdog.data.sources.source import Record

Screen = Callable[[Example], str | None]
"""Says why an example must not be used, or `None`: decontamination, for one."""


@dataclass(frozen=True, slots=True)
class Collection:
    """The outcome of `collect`.

    Attributes:
        source: The source with all its parameters.
        records: In the order of the seeds; of duplicates the first is kept as accepted.
        usage: Everything that was spent, also on seeds that are not finished.
        num_seeds: Seed problems given.
        num_done: Seeds that are finished.
        stopped_by: The cap that ended it early; `None` when it ran to its end.
    """

    source: str
    records: tuple[Record, ...]
    usage: Usage
    num_seeds: int
    num_done: int
    stopped_by: str | None = None

    @property
    def examples(self) -> list[Example]:
        """The accepted training items."""
        return [one.example for one in self.records if one.accepted and one.example is not None]

    @property
    def problems(self) -> list[Problem]:
        """The new problems among what was accepted, to sample solutions for."""
        return [one.problem for one in self.records if one.accepted and one.problem is not None]

    @property
    def rejected(self) -> list[Record]:
        """What was refused, each with its reason."""
        return [one for one in self.records if not one.accepted]

    @property
    def num_accepted(self) -> int:
        """How many records were accepted."""
        return len(self.records) - len(self.rejected)

    @property
    def acceptance(self) -> float:
        """Share of records that were accepted; 0 when there is none."""
        return self.num_accepted / len(self.records) if self.records else 0.0

    @property
    def reasons(self) -> Mapping[str, int]:
        """Rejected records by reason, the most frequent first."""
        return dict(Counter(one.reason for one in self.rejected).most_common())

    @property
    def cost_per_accepted(self) -> Usage | None:
        """Everything spent, divided by the accepted records; `None` when there is none.

        Counts come out as fractions of a call or token.
        """
        if not self.num_accepted:
            return None
        parts = {
            column.name: getattr(self.usage, column.name) / self.num_accepted
            for column in fields(Usage)
        }
        return Usage(**parts)


class Settling:
    """Records in the order of the seeds, repeats and what a screen refuses marked as rejected.

    Args:
        screen: Says why an example must not be used.
    """

    def __init__(self, screen: Screen | None = None) -> None:
        self.accepted = 0
        self._screen = screen
        self._seen: set[str] = set()
        self._records: list[Record] = []

    def add(self, records: Iterable[Record]) -> None:
        """Settle the records of the next seed."""
        for record in records:
            settled = _settle(record, self._seen, self._screen)
            self._records.append(settled)
            self.accepted += settled.accepted

    def first(self, wanted: int | None) -> tuple[Record, ...]:
        """All records, or those up to the one that makes `wanted` accepted ones."""
        if wanted is None or self.accepted <= wanted:
            return tuple(self._records)
        places = [place for place, one in enumerate(self._records) if one.accepted]
        return tuple(self._records[: places[wanted - 1] + 1])


def _settle(record: Record, seen: set[str], screen: Screen | None) -> Record:
    if not record.accepted:
        return record
    if record.key and record.key in seen:
        return replace(record, reason="duplicate", example=None, problem=None)
    why = screen(record.example) if screen is not None and record.example is not None else None
    if why is not None:
        return replace(record, reason="screened", detail=why, example=None, problem=None)
    seen.add(record.key)
    return record


def numbered(records: Sequence[Record], seed: Problem, source: str, checker: str) -> list[Record]:
    """Records with their ids, and with the tags that all examples carry."""
    done: list[Record] = []
    for place, record in enumerate(records):
        name = f"{source}/{seed.id}/{place}"
        example = record.example
        if example is not None:
            tags = {**example.tags, **record.tags, "source": source, "seed": seed.id}
            tags |= {"teacher": record.teacher, "split": "train", "checker": checker}
            example = replace(example, id=name, tags=tags)
        done.append(replace(record, id=name, seed=seed.id, example=example))
    return done

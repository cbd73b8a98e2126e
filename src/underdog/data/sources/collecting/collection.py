"""The outcome of a collection: records, reasons of rejection, and cost per accepted item."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace

from underdog.core import Example, Problem, Usage
from underdog.data.sources.source import Record

Screen = Callable[[Example], str | None]
"""Gives the reason not to use an example, or `None`; decontamination is one."""


@dataclass(frozen=True, slots=True)
class Collection:
    """The outcome of `collect`.

    Attributes:
        source: Spec of the source with all parameters.
        records: Records in the order of the seeds; of duplicates only the first is accepted.
        usage: Cost of all samples, unfinished seeds included.
        num_seeds: Number of seed problems given.
        num_done: Number of finished seed problems.
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
        """The accepted new problems, for sampling solutions."""
        return [one.problem for one in self.records if one.accepted and one.problem is not None]

    @property
    def rejected(self) -> list[Record]:
        """The rejected records, each with its reason."""
        return [one for one in self.records if not one.accepted]

    @property
    def num_accepted(self) -> int:
        """Number of accepted records."""
        return len(self.records) - len(self.rejected)

    @property
    def acceptance(self) -> float:
        """Accepted records as a share of all records; 0 without records."""
        return self.num_accepted / len(self.records) if self.records else 0.0

    @property
    def reasons(self) -> Mapping[str, int]:
        """Number of rejected records by reason, the most frequent first."""
        return dict(Counter(one.reason for one in self.rejected).most_common())

    @property
    def cost_per_accepted(self) -> Usage | None:
        """Total cost divided by the number of accepted records; `None` when none is accepted.

        Calls and tokens may be fractions.
        """
        if not self.num_accepted:
            return None
        parts = {
            column.name: getattr(self.usage, column.name) / self.num_accepted
            for column in fields(Usage)
        }
        return Usage(**parts)


class Settling:
    """Records in the order of the seeds; duplicates and screened examples become rejected.

    Args:
        screen: Gives the reason not to use an example, or `None`.
    """

    def __init__(self, screen: Screen | None = None) -> None:
        self.accepted = 0
        self._screen = screen
        self._seen: set[str] = set()
        self._records: list[Record] = []

    def add(self, records: Iterable[Record]) -> None:
        """Add the records of the next seed."""
        for record in records:
            settled = _settle(record, self._seen, self._screen)
            self._records.append(settled)
            self.accepted += settled.accepted

    def first(self, wanted: int | None) -> tuple[Record, ...]:
        """All records, or the records up to the accepted one with number `wanted`."""
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
    """A seed's records with ids, and with the tags that all examples have."""
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

"""Several teachers, each record tagged with its teacher (TinyLLM, arXiv 2402.04616).

Any other source is run once per engine on the same seed. Records carry the role as `teacher`, so
that a mixture can weight the teachers; the same solution from two teachers is kept once for each.
Cost: that of the inner source, times the number of teachers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from underdog.core import Problem
from underdog.data.sources import sources
from underdog.data.sources.source import Ask, Desk, Exchange, Record, Reply, spelled
from underdog.errors import ConfigError, UnknownNameError


@sources.register("teachers")
@dataclass(frozen=True, slots=True)
class Teachers:
    """Another source run with every engine, its records tagged by teacher.

    Args:
        source: Spec of the inner source.
        roles: Roles of the teachers, joined by `+`; all engines when empty.
    """

    source: str = "hinted"
    roles: str = ""

    def __post_init__(self) -> None:
        if self.source.partition("(")[0].partition(":")[0] == "teachers":
            raise ConfigError("teachers cannot be nested; name their roles in one source")
        sources.create(self.source)

    @property
    def name(self) -> str:
        """The source with its parameters."""
        return spelled("teachers", self)

    def make(self, seed: Problem, desk: Desk) -> Exchange:
        """Run the inner source once per teacher, the asks of each step together."""
        inner = sources.create(self.source)
        running = {role: inner.make(seed, desk) for role in self._roles(desk)}
        sent: dict[str, Sequence[Sequence[Reply]]] = {}
        records: list[Record] = []
        while running:
            asks: dict[str, list[Ask]] = {}
            for role, exchange in list(running.items()):
                try:
                    batch = exchange.send(sent[role]) if role in sent else next(exchange)
                    asks[role] = [replace(ask, engine=role) for ask in batch]
                except StopIteration as stop:
                    records += [_of(role, record) for record in stop.value]
                    del running[role]
            if asks:
                flat = yield [ask for batch in asks.values() for ask in batch]
                sent = _dealt(asks, flat)
        return records

    def _roles(self, desk: Desk) -> list[str]:
        wanted = self.roles.split("+") if self.roles else sorted(desk.infos)
        for role in wanted:
            if role not in desk.infos:
                raise UnknownNameError("engine role", role, desk.infos)
        return wanted


def _dealt(
    asks: dict[str, list[Ask]], replies: Sequence[Sequence[Reply]]
) -> dict[str, Sequence[Sequence[Reply]]]:
    """Replies to the joined asks, by role."""
    dealt: dict[str, Sequence[Sequence[Reply]]] = {}
    start = 0
    for role, batch in asks.items():
        dealt[role] = replies[start : start + len(batch)]
        start += len(batch)
    return dealt


def _of(role: str, record: Record) -> Record:
    key = f"{role}|{record.key}" if record.key else ""
    return replace(record, teacher=role, key=key)

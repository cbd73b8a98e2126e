"""Collecting a data set from models: keep what is accepted, say what it cost, resume.

The journal in the folder holds every reply that was paid for; shards, `rejected.jsonl` and the card
are written from it at the end. So an interrupted collection goes on where it was, and a larger
count or budget goes on from a finished one. Of the items in the order of the seeds the first
`count` are kept, whatever ran side by side.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from underdog.core import Engine, Example, Sandbox, Usage
from underdog.data.dataset.card.collect_plan import CollectPlan
from underdog.data.dataset.card.data_card import (
    DataCard,
    Decontamination,
    Sampling,
    SourceCount,
    read_card,
)
from underdog.data.dataset.checking import claim_of
from underdog.data.dataset.per_process import process_sandbox
from underdog.data.dataset.shard_writer import remove_shards
from underdog.data.dataset.verification import verify
from underdog.data.dataset.writing import write_dataset
from underdog.data.decontamination import Protection
from underdog.data.decontamination.protection import card_facts
from underdog.data.decontamination.repeats import RepeatCount
from underdog.data.sources import sources
from underdog.data.sources.collecting.collect import CollectProgress, collect
from underdog.data.sources.collecting.collection import Collection
from underdog.data.sources.collecting.record_json import write_usage
from underdog.data.sources.collecting.seeding import Seeds
from underdog.data.sources.source import MAIN, Record, Source
from underdog.errors import ConfigError, DataError
from underdog.files import write_atomic

_JOURNAL = "journal.jsonl"
_REJECTED = "rejected.jsonl"
_BATCH = 2_000


def finished(plan: CollectPlan, folder: Path) -> DataCard | None:
    """The card of the same data set when nothing is left to do; `None` when there is.

    Raises:
        ConfigError: The folder holds another data set.
    """
    card = read_card(folder)
    if card is None:
        if any((folder / "data").glob("*.parquet")) and not (folder / _JOURNAL).exists():
            raise ConfigError(f"{folder} holds another data set; choose another folder")
        return None
    if card.sampling is None:
        raise ConfigError(f"{folder} holds a data set of another kind; choose another folder")
    made, asked = card.sampling.plan, plan.recorded
    for name in ("source", "models", "seeds", "seed"):
        before, now = getattr(made, name), getattr(asked, name)
        if before != now:
            raise ConfigError(
                f"{folder} holds a data set made with {name}={before}, now {name}={now} is asked "
                "for; choose another folder or remove this one"
            )
    return card if made == asked and card.sampling.stopped_by != "seconds" else None


async def collect_dataset(
    plan: CollectPlan,
    folder: Path,
    seeds: Seeds,
    engines: Mapping[str, Engine],
    sandbox: Sandbox,
    *,
    name: str = "",
    licence: str = "apache-2.0",
    jsonl: bool = True,
    tests: Protection | None = None,
    concurrency: int = 32,
    progress: Callable[[CollectProgress], None] | None = None,
) -> DataCard:
    """Collect a data set from models, or go on with one.

    Args:
        plan: What to collect.
        folder: Where; created when missing.
        seeds: The plan's seed problems.
        engines: The plan's models by role.
        sandbox: Where programs that models write run.
        name: Name on the card; the folder's when empty.
        licence: SPDX name of the data's licence.
        jsonl: Whether to write the rows as JSON lines too.
        tests: Test sets to stay clear of; `None` compares with none, which the card says.
        concurrency: Seeds worked on side by side.
        progress: Told after every seed.

    Returns:
        The card, also on disk.

    Raises:
        ConfigError: The folder holds another data set.
        DataError: Nothing was accepted, or the journal is another's.
        EngineError: A model cannot work; what was answered stays in the journal.
    """
    done = finished(plan, folder)
    if done is not None:
        return done
    source = sources.create(plan.source)
    made = await collect(
        source,
        seeds.problems,
        engines if MAIN in engines else {MAIN: next(iter(engines.values())), **engines},
        checker=seeds.checker,
        sandbox=sandbox,
        shots=seeds.shots,
        seed=plan.seed,
        journal=folder / _JOURNAL,
        budget=plan.caps.budget,
        concurrency=concurrency,
        screen=None if tests is None else tests.index.screen,
        wanted=plan.count,
        progress=progress,
    )
    if not made.num_accepted:
        raise DataError(_nothing(made, folder))
    writing = _Writing(plan, folder, source, made, tests)
    return writing.write(name, licence, jsonl, engines)


@dataclass(frozen=True, slots=True)
class _Writing:
    """Writing what was collected as a data set."""

    plan: CollectPlan
    folder: Path
    source: Source
    made: Collection
    tests: Protection | None

    def write(
        self, name: str, licence: str, jsonl: bool, engines: Mapping[str, Engine]
    ) -> DataCard:
        """Write rejected items, shards, and the card last, in place of an earlier run's."""
        remove_shards(self.folder)
        examples = self.made.examples
        lines = [_rejected_line(record) for record in self.made.rejected]
        write_atomic(self.folder / _REJECTED, lambda file: file.writelines(lines))
        verified = _verified(examples)

        def amend(card: DataCard) -> DataCard:
            [count] = card.sources
            return card.model_copy(
                update={
                    "verified": verified,
                    "sources": (self._counted(count),),
                    "sampling": self._sampling(engines),
                    "decontamination": self._decontamination(),
                }
            )

        return write_dataset(
            self.folder,
            examples,
            origin={"source": self.source.name, "seeds": self.plan.seeds},
            name=name,
            licence=licence,
            jsonl=jsonl,
            amend=amend,
        )

    def _counted(self, count: SourceCount) -> SourceCount:
        records = len(self.made.records)
        refused = {"": dict(self.made.reasons)} if self.made.rejected else {}
        update = {"wanted": self.plan.count, "drawn": records, "refused": refused}
        return count.model_copy(update=update)

    def _sampling(self, engines: Mapping[str, Engine]) -> Sampling:
        usage = sum((record.usage for record in self.made.records), Usage())
        return Sampling(
            plan=self.plan.recorded,
            engines={role: engine.info.fingerprint for role, engine in sorted(engines.items())},
            seeds_used=self.made.num_done,
            seeds_given=self.made.num_seeds,
            records=len(self.made.records),
            accepted=self.made.num_accepted,
            reasons=self.made.reasons,
            calls=usage.calls,
            prompt_tokens=usage.prompt_tokens,
            generated_tokens=usage.generated_tokens,
            flops=usage.flops,
            stopped_by=self.made.stopped_by,
        )

    def _decontamination(self) -> Decontamination:
        left_out = RepeatCount(self.made.reasons.get("screened", 0))
        return card_facts(self.tests, self.made.num_accepted + left_out.total, left_out)


def _verified(examples: list[Example]) -> int:
    """Rows whose completion is read back and graded right against the answer they carry."""
    claims = [claim for claim in map(claim_of, examples) if claim is not None]
    right = 0
    for start in range(0, len(claims), _BATCH):
        reasons = verify(claims[start : start + _BATCH], process_sandbox())
        right += sum(not reason for reason in reasons)
    return right


def _rejected_line(record: Record) -> bytes:
    row = {
        "id": record.id,
        "seed": record.seed,
        "reason": record.reason,
        "detail": record.detail,
        "question": record.question,
        "reply": record.reply,
        "teacher": record.teacher,
        "usage": write_usage(record.usage),
    }
    return json.dumps(row).encode() + b"\n"


def _nothing(made: Collection, folder: Path) -> str:
    reasons = ", ".join(f"{reason} {number:,}" for reason, number in made.reasons.items())
    stopped = f"; stopped by the cap on {made.stopped_by}" if made.stopped_by else ""
    return (
        f"none of {len(made.records):,} samples was accepted ({reasons or 'none was drawn'})"
        f"{stopped}; raise the caps or give more seeds, or try another form or model. The replies "
        f"are in {folder / _JOURNAL}"
    )

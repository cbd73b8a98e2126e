"""Collecting a data set from models: run a source, write accepted items and their cost, resume.

The journal in the folder holds every reply; shards, `rejected.jsonl` and the card are written from
it at the end. So an interrupted collection resumes, and a larger count or budget extends a finished
one. The first `count` accepted items in the order of the seeds are kept, whatever ran first.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from underdog.core import Budget, Engine, Example, Sandbox, Usage
from underdog.data.dataset.card.collect_plan import Caps, CollectPlan
from underdog.data.dataset.card.data_card import (
    DataCard,
    Decontamination,
    Sampling,
    SourceCount,
    check_files,
    read_card,
)
from underdog.data.dataset.per_process import process_sandbox
from underdog.data.dataset.shard_writer import refuse_foreign, remove_shards
from underdog.data.dataset.verification import claim_of, verify
from underdog.data.dataset.writing import write_dataset
from underdog.data.decontamination import Protection, protect
from underdog.data.decontamination.protection import card_facts
from underdog.data.decontamination.repeats import RepeatCount
from underdog.data.sources import sources
from underdog.data.sources.collecting.collect import CollectProgress
from underdog.data.sources.collecting.collect import collect as run_source
from underdog.data.sources.collecting.collection import Collection
from underdog.data.sources.collecting.record_json import write_usage
from underdog.data.sources.collecting.seeding import Seeds, open_seeds
from underdog.data.sources.source import MAIN, Record, Source
from underdog.engines.sync import Model, opened_engines, run
from underdog.errors import ConfigError, DataError, UsageError
from underdog.files import write_atomic
from underdog.sandbox.late import LateSandbox
from underdog.strategies.running.defaults import DEFAULT_MODEL

_JOURNAL = "journal.jsonl"
_REJECTED = "rejected.jsonl"
_BATCH = 2_000


def collect(
    source: str,
    out: str | Path,
    *,
    seeds: str,
    model: Model | Mapping[str, Model] = DEFAULT_MODEL,
    count: int = 10_000,
    max_seeds: int | None = None,
    seed: int = 0,
    budget: Budget = Budget(),
    sandbox: str = "auto",
    decontaminate: bool = True,
    test_files: Sequence[str | Path] = (),
    data_dir: str | Path | None = None,
    jsonl: bool = True,
    name: str = "",
    licence: str = "apache-2.0",
    progress: Callable[[CollectProgress], None] | None = None,
) -> DataCard:
    """Make a data set with a model: ask, check every answer, keep right ones.

    Args:
        source: Spec of the source, such as `self:form=program,k=4`; see `available("source")`.
        out: Folder of the data set; the same call resumes an interrupted one.
        seeds: Seed problems, such as `gsm8k:split=train`.
        model: The model that is asked: a name, a GGUF file, an endpoint, or an open engine; several
            by role, for sources that ask several.
        count: Training items wanted.
        max_seeds: Most seed problems; `None` is no limit.
        seed: Root seed, from which every sample's seed is derived.
        budget: Hard caps on the whole collection: calls, tokens, seconds, FLOPs, US dollars; after
            the cap on seconds the same call resumes.
        sandbox: Kind of sandbox for programs that the model writes.
        decontaminate: Leave out items that repeat an item of a test set on this machine.
        test_files: Further test sets to compare with: JSONL, CSV or Parquet.
        data_dir: Folder with the data of catalogue tasks.
        jsonl: Write the rows as JSON lines too.
        name: Name on the card; the folder's when empty.
        licence: SPDX name of the data's licence.
        progress: Told after every seed.

    Returns:
        The data set's card, with accepted and rejected records, reasons, and cost.

    Raises:
        UsageError: The source, the seed task or a model is misspelt.
        ConfigError: The folder holds another data set.
        DataError: Nothing was accepted, or the seeds are of a test split.
        EngineError: A model cannot be opened or cannot work; its answers so far are kept.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     card = collect("self:form=cot,k=1", folder, seeds="addition:digits=1", count=2,
        ...                    model="scripted:reply=The answer is 7.", decontaminate=False)
        >>> card.rows, card.verified
        (2, 2)
    """
    models = model if isinstance(model, Mapping) else {MAIN: model}
    sources.create(source)
    if count < 1:
        raise UsageError(f"count is {count}; give 1 or more")
    plan = CollectPlan(
        source=source,
        models={role: _spec(one) for role, one in models.items()},
        seeds=seeds,
        count=count,
        max_seeds=max_seeds,
        seed=seed,
        caps=Caps.of(budget),
    )
    done = finished(plan, Path(out))
    if done is not None:
        return done
    problems = open_seeds(seeds, max_seeds, data_dir)
    tests = protect(data_dir, [Path(file) for file in test_files]) if decontaminate else None
    with LateSandbox(sandbox) as programs, opened_engines(models) as engines:
        collecting = collect_dataset(
            plan,
            Path(out),
            problems,
            engines,
            programs,
            name=name,
            licence=licence,
            jsonl=jsonl,
            tests=tests,
            progress=progress,
        )
        return run(collecting)


def _spec(model: Model) -> str:
    """Spec of a model, as recorded on the card."""
    if isinstance(model, str | Path):
        return str(model)
    return f"{model.info.engine}:{model.info.model}"


def finished(plan: CollectPlan, folder: Path) -> DataCard | None:
    """The card of the same data set if it is complete; `None` if work is left.

    Raises:
        ConfigError: The folder holds another data set.
    """
    card = read_card(folder)
    refuse_foreign(folder)
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
    check_files(card, folder)
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
    """Collect a data set from models, or resume one.

    Args:
        plan: Plan of the collection.
        folder: Folder of the data set; created when missing.
        seeds: The plan's seed problems.
        engines: The plan's models by role.
        sandbox: Sandbox for programs that models write.
        name: Name on the card; the folder's when empty.
        licence: SPDX name of the data's licence.
        jsonl: Whether to write the rows as JSON lines too.
        tests: Test sets to leave out; `None` compares with none, and the card records that.
        concurrency: Number of seeds in work at a time.
        progress: Told after every seed.

    Returns:
        The card, also on disk.

    Raises:
        ConfigError: The folder holds another data set.
        DataError: Nothing was accepted, or the journal is of another collection.
        EngineError: A model cannot work; its replies so far stay in the journal.
    """
    done = finished(plan, folder)
    if done is not None:
        return done
    source = sources.create(plan.source)
    made = await run_source(
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
    """Writes a collection as a data set."""

    plan: CollectPlan
    folder: Path
    source: Source
    made: Collection
    tests: Protection | None

    def write(
        self, name: str, licence: str, jsonl: bool, engines: Mapping[str, Engine]
    ) -> DataCard:
        """Write rejected items, shards, and last the card, replacing those of an earlier run."""
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
    """Number of rows whose completion, read back, agrees with the row's answer."""
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

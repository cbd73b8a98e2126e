"""The card of a data set: what is in it and how it came to be, for machines and for people.

How it reads for people is in `page`. Every number in it is counted; `underdog data check` counts it
again from the files.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from underdog.data.dataset.card.collect_plan import CollectPlan
from underdog.data.dataset.card.plan import MakePlan
from underdog.errors import DataError
from underdog.toml_file import StrictTable, describe_errors


class Shard(StrictTable):
    """One file: its path below the folder, rows, and SHA-256."""

    path: str
    rows: int
    sha256: str


class SourceCount(StrictTable):
    """What came of one source.

    Attributes:
        source: Spec of the family, or name of the pool.
        wanted: Problems asked for.
        problems: Distinct problems in the data.
        rows: Rows in the data.
        drawn: Items drawn for them.
        repeats: Draws whose canonical key was already there.
        refused: Solutions left out, by form and reason.
        saturated: Whether its space gave nothing new any more.
    """

    source: str
    wanted: int
    problems: int
    rows: int
    drawn: int
    repeats: int = 0
    refused: Mapping[str, Mapping[str, int]] = {}
    saturated: bool = False


class Decontamination(StrictTable):
    """What is known of test items in a data set.

    Attributes:
        checked: Items that were compared with the test sets.
        left_out: Items that were left out because they repeat a test item.
        repeating: Rows that are in the data although they repeat one.
        by_benchmark: Of both, how many by test set.
        by_rule: Of both, how many by the rule that found them.
        checked_against: The test sets and how many items each has.
        not_here: Test sets of the catalogue that were not on the machine and so not looked at.
        digest: Hash of the test sets' texts and the rules.
        clear_before: Pools of a mixture that were not compared because their own cards say that
            they were, with the same test sets.
        off: Whether no test set was looked at because the maker said so.
    """

    checked: int = 0
    left_out: int = 0
    repeating: int = 0
    by_benchmark: Mapping[str, int] = {}
    by_rule: Mapping[str, int] = {}
    checked_against: Mapping[str, int] = {}
    not_here: tuple[str, ...] = ()
    digest: str = ""
    clear_before: tuple[str, ...] = ()
    off: bool = False


class Sampling(StrictTable):
    """How models made a data set, and what it cost: all samples up to the last that is kept.

    Attributes:
        plan: What was asked for.
        engines: Fingerprints of the engines, by role.
        seeds_used: Seed problems that were worked on.
        seeds_given: Seed problems that there were.
        records: Things that were tried.
        accepted: Those that were kept.
        reasons: Why the others were not, with counts.
        calls: Samples drawn.
        prompt_tokens: Tokens read.
        generated_tokens: Tokens sampled.
        flops: Floating-point operations, 0 where a model's architecture is not known.
        stopped_by: The cap that ended it before the count was reached.
    """

    plan: CollectPlan
    engines: Mapping[str, str]
    seeds_used: int
    seeds_given: int
    records: int
    accepted: int
    reasons: Mapping[str, int]
    calls: int
    prompt_tokens: int
    generated_tokens: int
    flops: float
    stopped_by: str | None = None

    @property
    def acceptance(self) -> float:
        """Share that was kept."""
        return self.accepted / self.records if self.records else 0.0


class DataCard(StrictTable):
    """A finished data set.

    Attributes:
        name: Name for people.
        licence: SPDX name of the licence.
        split: Which split its problems belong to.
        problems: Distinct problems.
        rows: Training rows.
        verified: Rows that were read back and graded right when made.
        sources: Counts by source.
        shards: The files.
        plan: What it was made from; none for data that came by another way.
        sampling: How models made it; none when none did.
        origin: How it came to be when there is no plan.
        repeats: Whether rows may occur again, as in a mixture of several epochs.
        decontamination: What was kept out while it was made; none when it came by another way.
        scan: What a later search for test items found; none when there was none.
    """

    name: str
    licence: str
    split: str
    problems: int
    rows: int
    verified: int
    sources: tuple[SourceCount, ...]
    shards: tuple[Shard, ...]
    plan: MakePlan | None = None
    sampling: Sampling | None = None
    origin: Mapping[str, Any] | None = None
    repeats: bool = False
    decontamination: Decontamination | None = None
    scan: Decontamination | None = None


def read_card(folder: Path) -> DataCard | None:
    """The card of a data set; `None` when there is none.

    Raises:
        DataError: The card is damaged.
    """
    path = folder / "card.json"
    if not path.exists():
        return None
    try:
        return DataCard.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise DataError(
            f"{path} is no card of this version: {describe_errors(error, DataCard)}"
        ) from error

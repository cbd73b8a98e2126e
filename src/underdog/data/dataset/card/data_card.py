"""The card of a data set: what is in it and how it came to be, for machines and for people.

`page` writes it for people. Every number is a count; `underdog data check` counts again from the
files.
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
    """A file of a data set: path relative to the folder, number of rows, SHA-256 in hex."""

    path: str
    rows: int
    sha256: str


class SourceCount(StrictTable):
    """Counts of one family or pool.

    Attributes:
        source: Spec of the family, or name of the pool.
        wanted: Problems asked for.
        problems: Distinct problems in the data.
        rows: Rows in the data.
        drawn: Items drawn, repeats and left-out items included.
        repeats: Drawn items whose canonical key had been drawn before.
        refused: Number of solutions left out, by form and reason.
        saturated: Whether drawing ended because no new problems came any more.
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
    """Result of comparing a data set with test sets.

    Attributes:
        checked: Items compared with the test sets.
        left_out: Items left out because they repeat a test item.
        repeating: Rows in the data that repeat a test item.
        by_benchmark: Number of items left out or repeating, by test set.
        by_rule: Number of items left out or repeating, by the rule that found them.
        checked_against: Number of items of each test set compared with.
        not_here: Test sets of the catalogue that were not on the machine, and so not compared.
        digest: Hash of the test sets' texts and the rules.
        clear_before: Pools of a mixture that were not compared again, because their own cards
            record the same comparison.
        off: Whether the comparison was switched off.
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
    """How a data set was sampled from models, and the cost of all samples up to the last kept one.

    Attributes:
        plan: The plan of the collection.
        engines: Fingerprints of the engines, by role.
        seeds_used: Seed problems worked on.
        seeds_given: Seed problems available.
        records: Records made from the samples, accepted or rejected.
        accepted: Accepted records.
        reasons: Number of rejected records, by reason.
        calls: Samples drawn.
        prompt_tokens: Tokens of all prompts.
        generated_tokens: Tokens sampled.
        flops: Floating-point operations, 0 when a model's architecture is not known.
        stopped_by: The cap that ended the collection before its count was reached.
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
        """Accepted records as a share of all records."""
        return self.accepted / self.records if self.records else 0.0


class DataCard(StrictTable):
    """The card of a finished data set.

    Attributes:
        name: Name for people.
        licence: SPDX name of the licence.
        split: Split of all its problems: `train`, `dev` or `test`.
        problems: Distinct problems.
        rows: Training rows.
        verified: Rows read back and graded right when the data set was made.
        sources: Counts of every family or pool.
        shards: The files.
        plan: Plan of generated data; `None` for other data.
        sampling: Sampling of data collected from models; `None` for other data.
        origin: Where the data comes from when there is no plan.
        repeats: Whether rows may repeat, as in a mixture of several epochs.
        decontamination: Comparison with test sets during making; `None` when the maker does none.
        scan: Comparison with test sets by a later scan; `None` before one.
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


def check_files(card: DataCard, folder: Path) -> None:
    """Check that every file of a finished data set is there.

    Raises:
        DataError: One is missing.
    """
    for shard in card.shards:
        if not (folder / shard.path).exists():
            raise DataError(
                f"{folder} is finished, but {shard.path} is missing; remove the folder and run the "
                "command again"
            )


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

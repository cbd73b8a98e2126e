"""A data set of generated problems in one call, from specs of families."""

from collections.abc import Callable, Sequence
from pathlib import Path

from underdog.data.dataset.card.data_card import DataCard
from underdog.data.dataset.card.plan import plan_of
from underdog.data.dataset.progress import WriteProgress
from underdog.data.decontamination import protect
from underdog.data.making.make import make as make_planned
from underdog.errors import UsageError


def make(
    families: str | Sequence[str],
    out: str | Path,
    count: int = 10_000,
    *,
    forms: Sequence[str] = (),
    split: str = "train",
    seed: int = 0,
    every_form: bool = True,
    instruction: float = 1.0,
    verify: bool = True,
    decontaminate: bool = True,
    test_files: Sequence[str | Path] = (),
    data_dir: str | Path | None = None,
    jsonl: bool = True,
    workers: int = 1,
    shard_problems: int = 20_000,
    name: str = "",
    licence: str = "apache-2.0",
    progress: Callable[[WriteProgress], object] = lambda _: None,
) -> DataCard:
    """Make a data set of generated problems, every solution read back and graded.

    Args:
        families: Families, with knobs and weights: `chain`, `words=3`, `addition(digits=4)=2`; see
            `available("family")`.
        out: Folder of the data set; the same call resumes an interrupted one.
        count: Number of distinct problems.
        forms: Forms of the solutions; each family's own when left out.
        split: `train`, `dev` or `test`.
        seed: Another seed gives other problems of the same split.
        every_form: One row per form of a problem, not one row per problem.
        instruction: Share of the problems with the form's instruction before the question.
        verify: Read every row back and grade it.
        decontaminate: Leave out problems that repeat an item of a test set on this machine.
        test_files: Further test sets to compare with: JSONL, CSV or Parquet.
        data_dir: Folder with the data of the catalogue's test sets.
        jsonl: Write the rows as JSON lines too.
        workers: Processes that draw and verify; 1 is this process.
        shard_problems: Problems per shard.
        name: Name on the card; the folder's when empty.
        licence: SPDX name of the data's licence.
        progress: Called at the start and after every shard.

    Returns:
        The data set's card; `read_examples` reads the rows.

    Raises:
        UsageError: A family, knob or form is misspelt.
        ConfigError: The folder holds another data set.
        DataError: A family has no problem of the split.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     card = make(["chain", "addition:digits=2"], folder, count=20, forms=["cot"],
        ...                 decontaminate=False)
        >>> card.problems, card.rows, card.verified
        (20, 20, 20)
    """
    specs = [families] if isinstance(families, str) else families
    if not specs:
        raise UsageError("nothing to make; name families, such as those of available('family')")
    plan = plan_of(
        specs,
        count,
        forms,
        split=split,
        seed=seed,
        every_form=every_form,
        instruction=instruction,
        verify=verify,
        shard_problems=shard_problems,
    )
    tests = protect(data_dir, [Path(file) for file in test_files]) if decontaminate else None
    return make_planned(
        plan,
        Path(out),
        name=name,
        licence=licence,
        jsonl=jsonl,
        workers=workers,
        tests=tests,
        progress=progress,
    )

"""The file that describes a mixture (MIX.toml): pools, their shares of the tokens, a seed.

seed = 0
tokenizer = "model/tokenizer.json"  # left out: characters / 4
test_files = ["my_test.jsonl"]      # beside the test sets of the catalogue
decontaminate = true

[pools.sums]
share = 0.7
family = "addition:digits=6"
forms = ["cot", "program"]

[pools.stories]
share = 0.3
data = "stories"                    # a data set; or jsonl = "stories.jsonl"
"""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, model_validator

from underdog.data.dataset.blocks import JsonLines, ParquetBlocks
from underdog.data.dataset.card.plan import InstructionShare, plan_of
from underdog.data.dataset.token_counts import TokenCounter, count_tokens
from underdog.data.mixing.clearing import made_clear
from underdog.data.mixing.mixture import Mixture, check_shares
from underdog.data.mixing.pools import FamilyPool, FinitePool, Pool
from underdog.toml_file import StrictTable, read_toml

if TYPE_CHECKING:
    from underdog.data.decontamination import Protection


class PoolTable(StrictTable):
    """One pool of a mixture; exactly one of `family`, `data` and `jsonl` is given.

    Attributes:
        share: Share of all tokens, above 0 and at most 1.
        family: Spec of a family, an endless pool of generated items.
        data: Folder of a data set, relative to the file.
        jsonl: JSON Lines file, relative to the file.
        forms: Forms of a family's solutions; the family's own when left out.
        split: Split of a family or a data set.
        instruction: Share of a family's prompts that contain the form's instruction; true is all.
        verify: Whether a family's items are read back and graded.
        features: For the planner: how many features the task has.
        decay: For the planner: feature j has strength j ** -decay.
    """

    share: float
    family: str = ""
    data: str = ""
    jsonl: str = ""
    forms: tuple[str, ...] = ()
    split: str = "train"
    instruction: InstructionShare = True
    verify: bool = True
    features: Annotated[int, Field(ge=1, le=10_000)] = 8
    decay: Annotated[float, Field(ge=0)] = 1.0

    @model_validator(mode="after")
    def _one_source(self) -> "PoolTable":
        if sum(map(bool, (self.family, self.data, self.jsonl))) != 1:
            raise ValueError("give exactly one of family, data and jsonl")
        if not self.family and self.forms:
            raise ValueError("forms goes with family only")
        return self


class MixFile(StrictTable):
    """The content of MIX.toml.

    Attributes:
        pools: Pools by name.
        seed: Root seed of the families' items and the pools' orders.
        tokenizer: Path of a `tokenizer.json`, relative to the file; empty to estimate
            characters / 4.
        test_files: Further test sets to compare with, paths relative to the file.
        decontaminate: Whether items that repeat a test item are left out.
    """

    pools: dict[str, PoolTable]
    seed: int = 0
    tokenizer: str = ""
    test_files: tuple[str, ...] = ()
    decontaminate: bool = True

    @property
    def shares(self) -> dict[str, float]:
        """Share of the tokens of every pool, by name."""
        return {name: pool.share for name, pool in self.pools.items()}


def read_mix(path: Path) -> MixFile:
    """Read a mixture file; its paths become relative to the current folder.

    Raises:
        ConfigError: The file is missing or malformed, or its shares do not sum to 1.
    """
    mix = read_toml(path, MixFile)
    check_shares(mix.shares)
    return _placed(mix, path.parent)


def open_mix(
    mix: MixFile,
    rank: int = 0,
    world: int = 1,
    tests: "Protection | None" = None,
    count: TokenCounter | None = None,
) -> Mixture:
    """The stream that a mixture file describes.

    Args:
        mix: Content of the file.
        rank: Number of the worker that draws, from 0.
        world: Number of workers that draw from the mixture.
        tests: Test sets to leave out, from `protect()`; `None` compares with none.
        count: Counts the tokens that the shares are of; `None` counts by the file's tokenizer.

    Raises:
        DataError: A pool's data is missing or empty.
        UnknownNameError: No such family or form.
    """
    count = count or partial(count_tokens, tokenizer=mix.tokenizer)
    pools = [_pool(name, table, mix, tests, count) for name, table in mix.pools.items()]
    return Mixture(pools, list(mix.shares.values()), rank, world, tests and tests.index)


def _placed(mix: MixFile, folder: Path) -> MixFile:
    def place(path: str) -> str:
        return str(folder / path) if path else ""

    pools = {
        name: pool.model_copy(update={"data": place(pool.data), "jsonl": place(pool.jsonl)})
        for name, pool in mix.pools.items()
    }
    files = tuple(map(place, mix.test_files))
    update = {"pools": pools, "tokenizer": place(mix.tokenizer), "test_files": files}
    return mix.model_copy(update=update)


def _pool(
    name: str, table: PoolTable, mix: MixFile, tests: "Protection | None", count: TokenCounter
) -> Pool:
    if table.family:
        plan = plan_of(
            [table.family],
            1,
            table.forms,
            split=table.split,
            seed=mix.seed,
            every_form=False,
            instruction=table.instruction,
            verify=table.verify,
        )
        return FamilyPool(name, plan.streams[0], count)
    if table.data:
        folder = Path(table.data)
        blocks = ParquetBlocks.of(folder, table.split)
        clear = tests is not None and made_clear(folder, table.split, tests.digest)
        return FinitePool(name, blocks, mix.seed, count, clear)
    return FinitePool(name, JsonLines.of(Path(table.jsonl)), mix.seed, count)

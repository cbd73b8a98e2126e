"""The file that describes data sets to make or collect (MAKE.toml): one pool for each.

seed = 0
test_files = ["my_test.jsonl"]      # beside the test sets of the catalogue
decontaminate = true

[[pool]]
name = "solved"
source = "self:form=program,k=4"    # a source of `underdog.data.sources`
model = "openvino:small.gguf"       # or models = {weak = "…", strong = "…"}
seeds = "gsm8k:split=train"
count = 500
caps = {tokens = 200000}

[[pool]]
name = "sums"
family = "addition:digits=6"
forms = ["cot"]
count = 1000

Each pool becomes a data set in a folder of its name, ready for a mixture.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from underdog.data.dataset.card.collect_plan import Caps, CollectPlan
from underdog.data.dataset.card.plan import MakePlan, plan_of
from underdog.data.sources.source import MAIN
from underdog.toml_file import StrictTable, read_toml


class PoolToMake(StrictTable):
    """One data set to make or collect; exactly one of `source` and `family` is given.

    Attributes:
        count: Training items of a source, problems of a family.
        name: Folder below the output folder; the source's or family's name when left out.
        source: Spec of a source.
        model: Engine spec of the role `main`.
        models: Engine specs by role.
        seeds: Spec of the seed problems of a source.
        max_seeds: Most seed problems; `None` is no limit.
        caps: Hard caps on the cost of a source.
        family: Spec of a family.
        forms: Forms of a family's solutions; the family's own when left out.
    """

    count: Annotated[int, Field(ge=1)]
    name: Annotated[str, Field(pattern=r"^([\w\-]+)?$")] = ""
    source: str = ""
    model: str = ""
    models: Mapping[str, str] = {}
    seeds: str = ""
    max_seeds: Annotated[int, Field(ge=1)] | None = None
    caps: Caps = Caps()
    family: str = ""
    forms: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_kind(self) -> "PoolToMake":
        if bool(self.source) == bool(self.family):
            raise ValueError("give exactly one of source and family")
        if self.source and not (self.seeds and (self.model or self.models)):
            raise ValueError("a source needs seeds, and model or models")
        if self.model and MAIN in self.models:
            raise ValueError("model is the role main; give it once")
        of_source = {"model", "models", "seeds", "max_seeds", "caps"}
        alien = self.model_fields_set & ({"forms"} if self.source else of_source)
        if alien:
            kind = "source" if self.source else "family"
            raise ValueError(f"{min(alien)} does not go with {kind}")
        return self

    @property
    def folder(self) -> str:
        """Name of the data set's folder."""
        return self.name or re.split(r"[:(]", self.source or self.family, maxsplit=1)[0]


class MakeFile(StrictTable):
    """The content of MAKE.toml.

    Attributes:
        pool: The data sets.
        seed: Root seed of all draws and samples.
        test_files: Further test sets to compare with, paths relative to the file.
        decontaminate: Whether items that repeat a test item are left out.
        licence: SPDX name of the data's licence.
    """

    pool: Annotated[tuple[PoolToMake, ...], Field(min_length=1)]
    seed: int = 0
    test_files: tuple[str, ...] = ()
    decontaminate: bool = True
    licence: str = "apache-2.0"

    @model_validator(mode="after")
    def _named_apart(self) -> "MakeFile":
        names = [pool.folder for pool in self.pool]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two pools are called {twice[0]!r}; give each a name")
        return self

    def plan(self, pool: PoolToMake) -> MakePlan | CollectPlan:
        """The plan of a pool: generated when it has a family, collected when it has a source.

        Raises:
            UnknownNameError: No such family or form.
            ConfigError: The family has none of the forms.
        """
        if pool.family:
            return plan_of([pool.family], pool.count, pool.forms, seed=self.seed)
        models = {**({MAIN: pool.model} if pool.model else {}), **pool.models}
        asked = pool.model_dump(include={"source", "seeds", "count", "max_seeds", "caps"})
        return CollectPlan(models=models, seed=self.seed, **asked)


def read_make(path: Path) -> MakeFile:
    """Read MAKE.toml; the paths of test files become relative to the current folder.

    Raises:
        ConfigError: The file is missing or malformed.
    """
    made = read_toml(path, MakeFile)
    files = tuple(str(path.parent / name) for name in made.test_files)
    return made.model_copy(update={"test_files": files})

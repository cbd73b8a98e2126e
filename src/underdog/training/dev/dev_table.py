"""The table `[dev]` of a recipe: which held-out problems are asked, how many and how often."""

import re
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from underdog.toml_file import StrictTable

HELD_OUT = ("dev", "validation", "valid", "val")
"""Names of splits that may choose settings, in the order in which they are looked for."""


class DevTable(StrictTable):
    """Which held-out problems are asked during training.

    Attributes:
        tasks: Specs of tasks, or task files, asked as `underdog solve` asks them.
        data: Folder of a data set, whose held-out rows are asked by their own prompts.
        split: Split of both; the first of `dev`, `validation`, `valid`, `val` when empty. A test
            split is refused: it would choose what it has to judge.
        form: Form in which tasks are asked; each task's default when empty.
        limit: Problems of each task and of the data set.
        every: Share of the budget between two measurements; one more comes before the first
            step and one after the last.
        max_tokens: Longest reply in tokens; `None` takes 160, or the form's own limit if lower.
        keep: `last` keeps the last step's weights; `best` those with the highest dev accuracy.
    """

    tasks: tuple[str, ...] = ()
    data: str = ""
    split: str = ""
    form: str = ""
    limit: Annotated[int, Field(ge=1, le=10_000)] = 64
    every: Annotated[float, Field(gt=0, le=1)] = 0.25
    max_tokens: Annotated[int | None, Field(ge=1)] = None
    keep: Literal["last", "best"] = "last"

    @field_validator("split")
    @classmethod
    def _held_out(cls, split: str) -> str:
        if re.search("test|train", split, re.IGNORECASE):
            raise ValueError(
                f"{split!r} is no dev split: what is chosen or watched on a test split is no test "
                "any more, and a train split is learned; give a dev split"
            )
        return split

    @model_validator(mode="after")
    def _something(self) -> "DevTable":
        if not self.tasks and not self.data:
            raise ValueError("give tasks or data")
        return self

"""The format of a task file: strict models of its TOML, for own tasks and the catalogue alike.

An unknown key is an error that offers the nearest known one. Only the TOML text is read here; data
files are opened by `underdog.tasks.declared`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, cast

from pydantic import BeforeValidator, Field, field_validator, model_validator

from underdog.errors import offer
from underdog.tasks.transforms import TRANSFORMS
from underdog.toml_file import StrictTable, read_toml

_NAME = r"^[A-Za-z0-9][A-Za-z0-9_.\-]*$"


def _listed(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _column_table(value: object) -> object:
    if isinstance(value, str | list):
        return {"column": cast("object", value)}
    return value


Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class ColumnTable(StrictTable):
    """Source of one value of a problem: a column, or several joined ones, and transforms.

    Attributes:
        column: Column names, dotted for nested columns (`meta.level`).
        join: Text between the values of several columns.
        transform: Names from `underdog.tasks.transforms`, applied in order.
    """

    column: Annotated[Names, Field(min_length=1)]
    join: str = " "
    transform: Names = ()

    @field_validator("transform")
    @classmethod
    def _known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in TRANSFORMS:
                raise ValueError(f"no transform {name!r}; {offer(name, TRANSFORMS)}")
        return names


ColumnRule = Annotated[ColumnTable, BeforeValidator(_column_table)]


def _unless_false(value: object) -> object:
    return None if value is False else _column_table(value)


GoldRule = Annotated[ColumnTable | None, BeforeValidator(_unless_false)]


class ColumnsTable(StrictTable):
    """Source columns of a problem's parts. Columns not named here become private meta data.

    Attributes:
        question: Text of the question.
        answer: The gold answer; `false` for questions without a known answer.
        id: Problem id, unique within the task; rows are numbered when left out.
        choices: List of options of a multiple-choice question.
        context: Passage that the question is about.
        split: Column that names each row's split, where one file holds several splits.
        fields: Further public columns by their name in prompts (`entry_point`).
        meta: Private columns by their name in graders and reports (`level`).
    """

    question: ColumnRule = ColumnTable(column=("question",))
    answer: GoldRule = ColumnTable(column=("answer",))
    id: ColumnRule | None = None
    choices: ColumnRule | None = None
    context: ColumnRule | None = None
    split: str | None = None
    fields: Mapping[str, ColumnRule] = {}
    meta: Mapping[str, ColumnRule] = {}

    @model_validator(mode="after")
    def _gold_stays_private(self) -> "ColumnsTable":
        if self.answer is None:
            return self
        gold = set(self.answer.column) - set(self.question.column)
        if not gold:
            same = self.answer.transform == self.question.transform
            gold = set(self.answer.column) if same else set[str]()
        public = {"question": self.question, "choices": self.choices, "context": self.context}
        public |= {f"fields.{name}": column for name, column in self.fields.items()}
        for name, column in public.items():
            for leak in sorted(gold.intersection(column.column if column else ())):
                raise ValueError(f"{name} would show column {leak!r}, which holds the gold answer")
        return self


class Hub(StrictTable):
    """A Hugging Face data set.

    Attributes:
        id: Hub name, or a local folder.
        config: Configuration name; `None` where the data set has only one.
        revision: Commit or tag on the hub; the newest when `None`.
        splits: The data set's split name by the task's split name.
        columns: Source columns in this data set; the task's own `[columns]` when left out.
    """

    id: str
    config: str | None = None
    revision: str | None = None
    splits: Annotated[dict[str, str], Field(min_length=1)]
    columns: ColumnsTable | None = None


class CardTable(StrictTable):
    """Source and terms of a data set: licence, paper, citation, note."""

    licence: str = ""
    paper: str = ""
    cite: str = ""
    note: str = ""


class ShotText(StrictTable):
    """A worked example: a question and an ideal reply."""

    question: str
    reply: str


class TaskFile(StrictTable):
    """A whole task file.

    Attributes:
        name: The task's name; the file's name when left out.
        description: One line for lists.
        checker: Checker spec, such as `numeric` or `label:labels=yes|no`.
        forms: Forms that suit the task, the default first.
        instruction: Text before every question, or around it if it has `{question}`; there
            `{name}` stands for the public field of that name.
        check_gold: Whether each gold answer is graded against itself while rows are read.
        files: Data file by split, relative to the task file or to the data folder.
        columns: Source columns in the files.
        hub: Data set to use when none of the files exists.
        shots: Worked examples by form.
        card: Source and terms of the data.
    """

    name: Annotated[str, Field(pattern=_NAME)]
    description: str = ""
    checker: str
    forms: Annotated[Names, Field(min_length=1)] = ("cot", "answer")
    instruction: str = ""
    check_gold: bool = True
    files: Mapping[str, str] = {}
    columns: ColumnsTable = ColumnsTable()
    hub: Hub | None = None
    shots: Mapping[str, tuple[ShotText, ...]] = {}
    card: CardTable = CardTable()

    @model_validator(mode="after")
    def _whole(self) -> "TaskFile":
        if not self.files and self.hub is None:
            raise ValueError("give a [files] table (split = file) or a [hub] table (id, splits)")
        for form in self.shots:
            if form not in self.forms:
                raise ValueError(f"shots.{form} is for a form that is not in forms {self.forms}")
        return self


def read_task_file(path: Path) -> TaskFile:
    """Parse and check a task file.

    Raises:
        ConfigError: The file is missing or no TOML, or has an unknown key or an impossible value;
            one line, with the nearest known key.
    """
    return read_toml(path, TaskFile, "task file", name=path.stem)

"""What a task file may say: strict models of its TOML, for own tasks and the catalogue alike.

A key that is not known is an error that offers the nearest known one. Nothing is read here but
the TOML text itself; files are opened by `underdog.tasks.declared`.
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
    """Where one value comes from.

    Attributes:
        column: Column name, dotted for nested ones (`meta.level`); several are joined.
        join: Put between several columns.
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
    """Which column is what. Everything not named here is kept as private meta data.

    Attributes:
        question: What is asked.
        answer: The gold answer; `false` for questions whose answer is not known.
        id: Unique within the task; left out, rows are numbered.
        choices: List of options of a multiple-choice question.
        context: A passage that the question is about.
        split: Column that names each row's split, where one file holds several.
        fields: Further public columns by the name that prompts know them by (`entry_point`).
        meta: Private columns by the name that graders and reports know them by (`level`).
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
        config: Configuration name.
        revision: Commit or tag.
        splits: The task's split names and the data set's.
        columns: Which column is what there; the task's own `[columns]` when left out.
    """

    id: str
    config: str | None = None
    revision: str | None = None
    splits: Annotated[dict[str, str], Field(min_length=1)]
    columns: ColumnsTable | None = None


class CardTable(StrictTable):
    """Where a data set comes from and under which terms."""

    licence: str = ""
    paper: str = ""
    cite: str = ""
    note: str = ""


class ShotText(StrictTable):
    """A worked example: what was asked and an ideal reply."""

    question: str
    reply: str


class TaskFile(StrictTable):
    """A whole task file.

    Attributes:
        name: The task's name; the file's name when left out.
        description: One line for lists.
        checker: Checker spec, such as `numeric` or `label:labels=yes|no`.
        forms: Forms that make sense for it, the default first.
        instruction: Put before every question, or around it where it says `{question}`; there
            `{name}` stands for the public field of that name.
        check_gold: Whether each gold answer is graded against itself while rows are read.
        files: Split name to data file, relative to the task file or to the data folder.
        columns: Which column of the files is what.
        hub: Where the data is when there are no files.
        shots: Worked examples by form.
        card: Source and terms.
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
        ConfigError: It is missing, no TOML, or says something that is not known or not possible;
            one line, with the nearest known key.
    """
    return read_toml(path, TaskFile, "task file", name=path.stem)

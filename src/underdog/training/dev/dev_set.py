"""Held-out problems of a task, or of a data set's own dev split, with the prompts to ask by."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from underdog.core import (
    Checker,
    Example,
    Form,
    Item,
    Problem,
    Prompt,
    Question,
    Reading,
    Sandbox,
    Shot,
    Task,
)
from underdog.data.dataset.blocks import ParquetBlocks
from underdog.data.dataset.columns import examples_of
from underdog.data.dataset.examples import problem_of, question_of
from underdog.data.dataset.shards import shards_of
from underdog.errors import ConfigError, DataError
from underdog.forms import forms
from underdog.grading import open_checker
from underdog.tasks import load_task
from underdog.training.training_recipe import HELD_OUT, DevTable

MOST_TOKENS = 160


@dataclass(frozen=True, slots=True)
class DevSet:
    """Problems that are asked in one form and graded by one checker.

    Attributes:
        name: Name for people: the task's spec, or the data set's folder.
        task: Source of the checker and worked examples.
        form: The form, which writes the prompts and reads the replies.
        problems: The problems.
        max_tokens: Longest reply in tokens.
    """

    name: str
    task: Task
    form: Form
    problems: tuple[Problem, ...]
    max_tokens: int


def open_dev_sets(table: DevTable, data_dir: str | Path | None = None) -> list[DevSet]:
    """The problems that a recipe's `[dev]` names.

    Args:
        table: The table.
        data_dir: Folder with the data of catalogue tasks.

    Raises:
        ConfigError: A task or data set has no held-out split.
        UnknownNameError: No such task, split or form.
        DataError: Data is missing, or rows cannot be graded.
    """
    sets = [_of_task(spec, table, data_dir) for spec in table.tasks]
    return [*sets, *(_of_data(table) if table.data else ())]


def _of_task(spec: str, table: DevTable, data_dir: str | Path | None) -> DevSet:
    task = load_task(spec, data_dir)
    split = _split(spec, table, task.splits)
    problems = tuple(task.problems(split, table.limit))
    if not problems:
        raise DataError(f"{spec}: split {split!r} has no problems")
    form = forms.create(table.form or task.forms[0])
    return DevSet(spec, task, form, problems, _most(table, form))


def _split(spec: str, table: DevTable, splits: Sequence[str]) -> str:
    """The split asked for, or the first held-out one."""
    if table.split:
        return table.split
    found = next((name for name in HELD_OUT if name in splits), None)
    if found is None:
        raise ConfigError(
            f"{spec} has no dev split (its splits: {', '.join(splits)}), and a test split may "
            "choose nothing; name another task for dev, or hold rows of its train split out in a "
            "task file"
        )
    return found


def _most(table: DevTable, form: Form) -> int:
    return table.max_tokens or min(MOST_TOKENS, form.max_tokens)


def _of_data(table: DevTable) -> list[DevSet]:
    """A data set's held-out rows, each problem once, by checker and form."""
    folder = Path(table.data)
    there = {path.name.rpartition("-")[0] for path in shards_of(folder)}
    split = _split(table.data, table, sorted(there))
    groups: dict[tuple[str, str], list[Example]] = {}
    for row in _spread(folder, split, table.limit):
        checker, form = (str(row.tags.get(name) or "") for name in ("checker", "form"))
        if not checker or not form or row.tags.get("answer") is None:
            raise DataError(
                f"{folder}: row {row.id!r} of split {split!r} names no checker, form or answer, "
                "so that replies cannot be graded; give tasks instead of data"
            )
        groups.setdefault((checker, form), []).append(row)
    return [
        _of_rows(f"{table.data} {form}", rows, checker, forms.create(form), table)
        for (checker, form), rows in groups.items()
    ]


def _spread(folder: Path, split: str, limit: int) -> Iterator[Example]:
    """At most `limit` rows of different problems, evenly over the split."""
    blocks = ParquetBlocks.of(folder, split)
    different: dict[str, Example] = {}
    for block in range(len(blocks.sizes)):
        for row in examples_of(blocks.read(block)):
            different.setdefault(problem_of(row), row)
    rows = list(different.values())
    count = min(limit, len(rows))
    return (rows[number * len(rows) // count] for number in range(count))


def _of_rows(
    name: str, rows: Sequence[Example], checker: str, form: Form, table: DevTable
) -> DevSet:
    problems = tuple(
        Problem(question_of(row), str(row.tags["answer"]), str(row.tags.get("split") or ""))
        for row in rows
    )
    asked = AsTrained(form, {row.id: _prompt(row) for row in rows})
    task = HeldOutRows(name, open_checker(checker), problems, (form.name,))
    return DevSet(name, task, asked, problems, _most(table, form))


def _prompt(row: Example) -> Prompt:
    """The turns before the reply that is learned."""
    pieces = list(row.segments)
    while pieces and pieces[-1].role == "assistant":
        pieces.pop()
    return Prompt(Example(row.id, tuple(pieces)).messages)


@dataclass(frozen=True, slots=True)
class AsTrained:
    """A form that asks by the prompts of a data set's rows.

    Attributes:
        inner: The form that reads the replies.
        prompts: Prompt by the question's id.
    """

    inner: Form
    prompts: Mapping[str, Prompt]

    @property
    def name(self) -> str:
        """The inner form's name."""
        return self.inner.name

    @property
    def stop(self) -> tuple[str, ...]:
        """The inner form's stop strings."""
        return self.inner.stop

    @property
    def max_tokens(self) -> int:
        """The inner form's limit."""
        return self.inner.max_tokens

    def prompt(self, question: Question, shots: Sequence[Shot] | None = None) -> Prompt:
        """The row's own prompt."""
        return self.prompts[question.id]

    def read(self, reply: str, question: Question, checker: Checker, sandbox: Sandbox) -> Reading:
        """As the inner form reads."""
        return self.inner.read(reply, question, checker, sandbox)

    def render(self, item: Item) -> str | None:
        """As the inner form renders."""
        return self.inner.render(item)


@dataclass(frozen=True, slots=True)
class HeldOutRows:
    """Rows of a data set as a task.

    Attributes:
        name: Name of the data set.
        checker: Checker of the answers.
        rows: The problems.
        forms: The form of the rows.
    """

    name: str
    checker: Checker
    rows: tuple[Problem, ...]
    forms: tuple[str, ...]

    @property
    def splits(self) -> tuple[str, ...]:
        """The rows' splits."""
        return tuple({row.split: None for row in self.rows})

    def problems(self, split: str, limit: int | None = None) -> Iterator[Problem]:
        """The first `limit` rows of a split."""
        return iter([row for row in self.rows if row.split == split][:limit])

    def shots(self, form: str) -> Sequence[Shot] | None:
        """`None`: rows bring their own prompts."""
        return None

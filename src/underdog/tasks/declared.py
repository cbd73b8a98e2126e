"""A task made of a task file and its data: the one implementation of `Task` for data sets.

Each data file is looked for beside the task file, then in the data folder; when none of the files
exists, the `[hub]` data set is used. Rows are read lazily, in file order.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from underdog.core import Checker, Problem, Sandbox, Shot
from underdog.errors import DataError, MissingExtraError, UnknownNameError, UsageError
from underdog.tasks.loaders import Row, hub, read_file
from underdog.tasks.records import to_problem
from underdog.tasks.shared_sandbox import make_checker
from underdog.tasks.task_file import ColumnsTable, TaskFile


@dataclass(frozen=True, slots=True)
class DataPlace:
    """Place of a task's data: files, or a data set on the hub.

    Attributes:
        files: Path by split, some of which may not exist; empty when the hub is used.
        hub: Hub name, or `None` when files are used.
    """

    files: Mapping[str, Path]
    hub: str | None = None

    def __str__(self) -> str:
        """The folder or hub name, for messages."""
        if self.hub is not None:
            return f"hub: {self.hub}"
        return str(next(iter(self.files.values())).parent)


def locate(spec: TaskFile, folders: Sequence[Path]) -> DataPlace:
    """Find a task's data.

    Args:
        spec: The task file.
        folders: Folders to search for the files, in order.

    Raises:
        DataError: None of the files exists, and the task file names no hub data set.
        MissingExtraError: The data is on the hub and `datasets` is not installed.
    """
    if spec.files:
        found = {
            split: find_file((name, f"{spec.name}/{split}.jsonl"), folders)
            for split, name in spec.files.items()
        }
        if any(path.exists() for path in found.values()):
            return DataPlace(found)
        if spec.hub is None:
            raise DataError(_absent(spec, folders))
    if not hub.installed():
        raise MissingExtraError("the library that reads hub data sets", "datasets")
    return DataPlace({}, spec.hub.id if spec.hub else None)


def find_file(names: Sequence[str], folders: Sequence[Path]) -> Path:
    """The first existing path among the names, each in every folder in turn.

    When no such path exists: the first name in the last folder.
    """
    places = [folder / Path(name).expanduser() for name in names for folder in folders]
    missing = folders[-1] / Path(names[0]).expanduser()
    return next((place for place in places if place.exists()), missing)


def _absent(spec: TaskFile, folders: Sequence[Path]) -> str:
    names = ", ".join(sorted(set(spec.files.values())))
    looked = " and ".join(str(folder) for folder in folders)
    return (
        f"task {spec.name!r} has no data: {names} not found in {looked}; "
        "give data_dir or set UNDERDOG_DATA_DIR to the folder that holds it"
    )


class DeclaredTask:
    """Problems, forms, shots and checker of a task file.

    Args:
        spec: The task file's content.
        place: The files or the hub data set to read.
        base: Folder that a local `hub.id` is relative to.
        sandbox: Sandbox for a checker that runs programs; the process's own when `None`.
    """

    def __init__(
        self, spec: TaskFile, place: DataPlace, base: Path, sandbox: Sandbox | None = None
    ) -> None:
        self.spec = spec
        self.place = place
        self._base = base
        self._sandbox = sandbox
        self._checker: Checker | None = None

    @property
    def name(self) -> str:
        """The task's name."""
        return self.spec.name

    @property
    def splits(self) -> tuple[str, ...]:
        """Splits whose data file exists, or all splits of a hub data set."""
        if self.place.hub is not None and self.spec.hub is not None:
            return tuple(self.spec.hub.splits)
        return tuple(split for split, path in self.place.files.items() if path.exists())

    @property
    def forms(self) -> tuple[str, ...]:
        """Forms that suit the task, the default first."""
        return self.spec.forms

    @property
    def checker(self) -> Checker:
        """The checker of the task file; made on first use."""
        if self._checker is None:
            self._checker = make_checker(self.spec.checker, self._sandbox)
        return self._checker

    def shots(self, form: str) -> Sequence[Shot] | None:
        """The task file's worked examples for a form; `None` for the form's own examples."""
        given = self.spec.shots.get(form)
        return None if given is None else tuple(Shot(shot.question, shot.reply) for shot in given)

    def problems(self, split: str, limit: int | None = None) -> Iterator[Problem]:
        """Problems of a split in file order, the first `limit` of them.

        Raises:
            UnknownNameError: The task has no such split.
            UsageError: `limit` is negative.
            DataError: The data is missing or broken; raised when the row is reached.
        """
        if limit is not None and limit < 0:
            raise UsageError(f"limit is {limit}; give 0 or more, or None for all")
        rows = self._rows(split)
        return islice(self._build(rows, split), limit)

    def _rows(self, split: str) -> Iterator[Row]:
        known = self.spec.hub.splits if self._on_hub and self.spec.hub else self.spec.files
        if split not in known:
            raise UnknownNameError(f"split of task {self.name!r}", split, known)
        if self._on_hub and self.spec.hub:
            there = self.spec.hub
            local = self._base / Path(there.id).expanduser()
            source = str(local) if local.is_dir() else there.id
            return hub.read(source, there.splits[split], there.config, there.revision)
        return read_file(self.place.files[split])

    @property
    def _on_hub(self) -> bool:
        return self.place.hub is not None

    @property
    def _columns(self) -> ColumnsTable:
        there = self.spec.hub
        own = there.columns if self._on_hub and there else None
        return own or self.spec.columns

    def _build(self, rows: Iterator[Row], split: str) -> Iterator[Problem]:
        columns = self._columns
        seen: dict[str, str] = {}
        for index, row in enumerate(_of_split(rows, split, columns.split)):
            number = f"{self.name}-{split}-{index:05d}"
            problem = to_problem(row, self.name, split, number, columns, self.spec.instruction)
            if problem.id in seen:
                raise DataError(
                    f"{row.where}: id {problem.id!r} was already used in {seen[problem.id]}; "
                    "ids must be unique, or leave columns.id out to number the rows"
                )
            seen[problem.id] = row.where
            if self.spec.check_gold:
                check_gold(self.checker, problem, row.where)
            yield problem


def check_gold(checker: Checker, problem: Problem, where: str) -> None:
    """Raise `DataError` when an ideal reply, one that ends in the gold answer, is graded wrong.

    Such a row can never be answered right: the answer is mistyped, the wrong column was mapped,
    or the checker does not suit the task. Programs are graded as they are, without a reply around.
    """
    if problem.gold is None:
        return
    answer: str | None = problem.gold
    if checker.name != "code":
        extraction = checker.extract(f"#### {problem.gold}", problem.question)
        answer = extraction.strict or extraction.flexible
    if answer is None:
        reason = "it finds no answer in it"
    else:
        grade = checker.grade(answer, problem)
        if grade.status != "wrong":
            return
        reason = grade.detail or f"it reads {answer!r:.60}"
    raise DataError(
        f"{where}: the checker {checker.name!r} rejects the gold answer {problem.gold!r:.60} "
        f"({reason}); correct the row, choose another checker or transform, or set "
        "check_gold = false"
    )


def _of_split(rows: Iterator[Row], split: str, column: str | None) -> Iterator[Row]:
    if column is None:
        yield from rows
        return
    found = False
    for row in rows:
        if column not in row.values:
            raise DataError(f"{row.where}: no column {column!r} (split); set it under [columns]")
        if row.values[column] == split:
            found = True
            yield row
    if not found:
        raise DataError(f"no row has {split!r} in column {column!r}; check the split's name")

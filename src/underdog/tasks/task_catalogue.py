"""The catalogue: one task file per benchmark in `catalogue/`, and finding a task by name.

Adding a task to the catalogue is adding one TOML file there. A task resolves to local files
(`data_dir`, else the folder named by `UNDERDOG_DATA_DIR`, laid out as `<task>/<split>.jsonl`), else
to its Hugging Face data set. Nothing is downloaded before problems are asked for.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from underdog.core import Sandbox, Task
from underdog.errors import DataError, MissingExtraError, UnknownNameError
from underdog.generators import families
from underdog.tasks.declared import DataPlace, DeclaredTask, locate
from underdog.tasks.generated import as_task
from underdog.tasks.loaders import count_rows
from underdog.tasks.task_file import TaskFile, read_task_file

CATALOGUE = Path(__file__).parent / "catalogue"


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One task of the catalogue, as a list of tasks shows it.

    Attributes:
        name: Name for `load_task`.
        description: One line.
        splits: Splits of the local data, or of the hub data set.
        sizes: Number of problems by split, where known without a download.
        checker: Checker spec.
        forms: Forms that suit the task, the default first.
        licence: Licence of the data, with a remark where it is disputed.
        paper: arXiv id or venue of its paper.
        cite: Authors, year and title.
        source: Folder or hub name of the data; `None` when the data cannot be found.
        local: Whether the data is on this machine's disk, so that nothing need be downloaded.
        why_not: Why the data cannot be found and what to do; empty when it was found.
    """

    name: str
    description: str
    splits: tuple[str, ...]
    sizes: Mapping[str, int]
    checker: str
    forms: tuple[str, ...]
    licence: str
    paper: str
    cite: str
    source: str | None
    local: bool
    why_not: str = ""


def load_task(
    name_or_path: str | Path,
    data_dir: str | Path | None = None,
    sandbox: Sandbox | None = None,
) -> Task:
    """A task by catalogue name, by the spec of a family of generators, or by its `.toml` file.

    Args:
        name_or_path: Such as `gsm8k`, `addition:digits=3` or `tasks/invoices.toml`.
        data_dir: Folder with the data of catalogue tasks; `UNDERDOG_DATA_DIR` when `None`.
        sandbox: Sandbox for the tests of code tasks; the process's own when `None`.

    Returns:
        The task: its problems, forms, worked examples and checker.

    Raises:
        UnknownNameError: No such task; the nearest names are offered.
        ConfigError: The task file is malformed.
        DataError: The task's data is nowhere to be found.
        MissingExtraError: The data is on the hub and `datasets` is not installed.

    Example:
        >>> task = load_task("underdog-words")
        >>> next(iter(task.problems("dev"))).question.task
        'underdog-words'
    """
    from underdog.tasks import tasks

    name_or_path = str(name_or_path)
    if name_or_path.endswith(".toml"):
        return _declared(Path(name_or_path).expanduser(), data_dir, sandbox)
    if name_or_path in catalogue_names():
        return _declared(CATALOGUE / f"{name_or_path}.toml", data_dir, sandbox)
    name = re.split(r"[:(]", name_or_path, maxsplit=1)[0]
    if name in tasks.names():
        return tasks.create(name_or_path)
    if name in families.names():
        return as_task(families.create(name_or_path))
    known = [*catalogue_names(), *tasks.names(), *families.names()]
    raise UnknownNameError("task", name_or_path, known, "Or give the path of a task .toml file")


def catalogue(data_dir: str | Path | None = None) -> list[CatalogueEntry]:
    """Cards of all catalogue tasks, sorted by name; the data of each is looked for now.

    Args:
        data_dir: Folder with the data of the tasks; `UNDERDOG_DATA_DIR` when `None`.

    Returns:
        A card per task: description, sizes, and where its data is.

    Example:
        >>> [card.local for card in catalogue() if card.name == "underdog-words"]
        [True]
    """
    return [_card(_catalogue_file(name), data_dir) for name in catalogue_names()]


@cache
def catalogue_names() -> tuple[str, ...]:
    """Names of all catalogue tasks, sorted."""
    return tuple(sorted(path.stem for path in CATALOGUE.glob("*.toml")))


@cache
def _catalogue_file(name: str) -> TaskFile:
    return read_task_file(CATALOGUE / f"{name}.toml")


def _declared(path: Path, data_dir: str | Path | None, sandbox: Sandbox | None) -> DeclaredTask:
    spec = read_task_file(path)
    place = locate(spec, _folders(path.parent, data_dir))
    return DeclaredTask(spec, place, path.parent, sandbox)


def _folders(base: Path, data_dir: str | Path | None) -> list[Path]:
    chosen = data_dir if data_dir is not None else os.environ.get("UNDERDOG_DATA_DIR")
    return [base, Path(chosen).expanduser()] if chosen else [base]


def _card(spec: TaskFile, data_dir: str | Path | None) -> CatalogueEntry:
    place, why_not = DataPlace({}), ""
    try:
        place = locate(spec, _folders(CATALOGUE, data_dir))
    except (DataError, MissingExtraError) as error:
        why_not = str(error)
    sizes = {split: count_rows(path) for split, path in place.files.items()}
    if spec.columns.split is not None:
        sizes = _sizes_by_column(spec, place)
    hub_splits = tuple(spec.hub.splits) if spec.hub else ()
    there = tuple(split for split, path in place.files.items() if path.exists())
    return CatalogueEntry(
        name=spec.name,
        description=spec.description,
        splits=there or hub_splits or tuple(spec.files),
        sizes={split: size for split, size in sizes.items() if size is not None},
        checker=spec.checker,
        forms=spec.forms,
        licence=spec.card.licence,
        paper=spec.card.paper,
        cite=spec.card.cite,
        source=None if why_not else str(place),
        local=bool(there),
        why_not=why_not,
    )


def _sizes_by_column(spec: TaskFile, place: DataPlace) -> dict[str, int | None]:
    task = DeclaredTask(spec.model_copy(update={"check_gold": False}), place, CATALOGUE)
    return {split: sum(1 for _ in task.problems(split)) for split in task.splits}

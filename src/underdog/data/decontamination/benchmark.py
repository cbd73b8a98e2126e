"""Test sets for decontamination: the splits of a task not for training, or a user's file.

An item's question and passage are protected. Answers and choices are too short to tell where they
come from.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from underdog.core import Question, Task
from underdog.errors import DataError
from underdog.tasks import catalogue, load_task
from underdog.tasks.loaders import Row, read_file

OPEN_SPLITS = frozenset({"train", "prompt"})
"""Splits that may be trained on."""

_COLUMNS = ("question", "prompt", "problem", "instruction", "input", "text", "context")


@dataclass(frozen=True, slots=True)
class Passage:
    """A text of a test item.

    Attributes:
        item: The item's id.
        text: The item's question or passage.
    """

    item: str
    text: str


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A test set.

    Attributes:
        name: Task and split, or a file's name.
        passages: The texts of the test items; an item may have several.
    """

    name: str
    passages: tuple[Passage, ...]


def protected(task: Task) -> Iterator[Benchmark]:
    """The splits of a task that must not be trained on: all but `train` and `prompt`."""
    for split in task.splits:
        if split not in OPEN_SPLITS:
            found = [
                Passage(problem.id, text)
                for problem in task.problems(split)
                for text in _texts(problem.question)
            ]
            yield Benchmark(f"{task.name}/{split}", tuple(found))


def local_benchmarks(data_dir: str | Path | None = None) -> Iterator[Benchmark]:
    """Test sets of all catalogue tasks whose data is on this machine; downloads nothing.

    Args:
        data_dir: Folder with the tasks' data; `UNDERDOG_DATA_DIR` when `None`.
    """
    for card in catalogue(data_dir):
        if card.local:
            yield from protected(load_task(card.name, data_dir))


def benchmark_file(path: Path) -> Benchmark:
    """A user's own test set: JSONL, CSV or Parquet with a column that holds the text.

    Raises:
        DataError: The file cannot be read, or a row has no text in any of the known columns.
    """
    passages: list[Passage] = []
    for number, row in enumerate(read_file(path)):
        texts = _columns(row)
        if not texts:
            raise DataError(
                f"{row.where}: no text to protect; name its column one of {', '.join(_COLUMNS)}"
            )
        name = row.values.get("id")
        item = str(number) if name is None else str(name)
        passages += [Passage(item, text) for text in texts]
    return Benchmark(path.name, tuple(passages))


def flatten(sets: Iterable[Task | Benchmark]) -> Iterator[Benchmark]:
    """Benchmarks unchanged, and the protected splits of tasks."""
    for one in sets:
        if isinstance(one, Benchmark):
            yield one
        else:
            yield from protected(one)


def _texts(question: Question) -> Iterator[str]:
    return (text for text in (question.text, question.context) if text)


def _columns(row: Row) -> list[str]:
    values = (row.values.get(name) for name in _COLUMNS)
    return [value for value in values if isinstance(value, str) and value.strip()]

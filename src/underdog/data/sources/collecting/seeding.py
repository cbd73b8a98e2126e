"""Seed problems from a spec: a split of a task, demands for stories, or passages of files.

- `gsm8k`, `words:max_steps=3`, `mine.toml`, each with `:split=…` (or `,split=…`) when not `train`
- `stories`: drawn demands for the source `stories`
- `files:a.txt,b.txt`: passages for the source `documents`
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from underdog.core import Checker, Problem, Shot
from underdog.data.decontamination import OPEN_SPLITS
from underdog.data.sources.collecting.collect import refuse_held_out
from underdog.data.sources.documents import passages
from underdog.data.sources.source import no_shots
from underdog.data.sources.stories import story_seeds
from underdog.errors import DataError
from underdog.grading import open_checker
from underdog.tasks import load_task
from underdog.tasks.task_catalogue import catalogue_names

_SPLIT = re.compile(r"[:,]split=([\w\-]+)")
_STORIES = 1_000


@dataclass(frozen=True, slots=True)
class Seeds:
    """Seed problems with the checker and worked examples of their task.

    Attributes:
        problems: The seed problems, in order.
        checker: Reads and compares answers.
        shots: Gives the worked examples of a form; `None` leaves them to the form.
    """

    problems: tuple[Problem, ...]
    checker: Checker
    shots: Callable[[str], Sequence[Shot] | None] = no_shots


def open_seeds(spec: str, limit: int | None = None, data_dir: str | Path | None = None) -> Seeds:
    """The seed problems of a spec.

    Args:
        spec: Such as `gsm8k:split=train`.
        limit: Most problems; of a family 1,000 when `None`.
        data_dir: Folder with the data of catalogue tasks.

    Raises:
        DataError: The split is held out, or is empty.
        UnknownNameError: No such task or split.

    Example:
        >>> open_seeds("underdog-words", limit=2).problems[0].split
        'train'
    """
    if spec == "stories":
        return Seeds(tuple(story_seeds(limit or _STORIES)), open_checker("exact"))
    kind, _, rest = spec.partition(":")
    if kind == "files":
        texts = passages(Path(name.strip()) for name in rest.split(",") if name.strip())
        return _some(spec, Seeds(tuple(islice(texts, limit)), open_checker("exact")))
    found = _SPLIT.search(spec)
    split = found[1] if found else "train"
    name = _SPLIT.sub("", spec).replace(":,", ":")
    refuse_held_out(split, f"seeds {spec!r}")
    if name in catalogue_names() and split not in OPEN_SPLITS:
        raise DataError(
            f"seeds {spec!r} are from split {split!r} of a benchmark, which is a test set; only "
            f"{' and '.join(sorted(OPEN_SPLITS))} may be trained on"
        )
    task = load_task(name, data_dir)
    return _some(spec, Seeds(tuple(task.problems(split, limit)), task.checker, task.shots))


def _some(spec: str, seeds: Seeds) -> Seeds:
    if not seeds.problems:
        raise DataError(f"seeds {spec!r} hold no problem; name another task, split or file")
    return seeds

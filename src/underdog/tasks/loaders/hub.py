"""Hugging Face data sets, by hub name or from a local folder, through the `datasets` library.

A local folder was written by `save_to_disk`, or holds data files that `load_dataset` understands.
Label columns are decoded to their names. Code that a data set ships is not run: `datasets` 4 and
later refuse such data sets.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from underdog.core import JSONValue
from underdog.errors import DataError, MissingExtraError, UnknownNameError
from underdog.tasks.loaders.rows import Row, plain

_REFUSALS = (OSError, ValueError, LookupError, RuntimeError)


def installed() -> bool:
    """Whether the `datasets` library can be imported."""
    return find_spec("datasets") is not None


def read(
    id: str, split: str, config: str | None = None, revision: str | None = None
) -> Iterator[Row]:
    """Rows of one split of a data set.

    Args:
        id: Hub name such as `openai/gsm8k`, or a local folder.
        split: The data set's own name of the split.
        config: Configuration name; `None` where the data set has only one.
        revision: Commit or tag on the hub; the newest when `None`.

    Raises:
        MissingExtraError: `datasets` is not installed.
        DataError: The data set cannot be found, downloaded or read, or the split is empty.
    """
    if not installed():
        raise MissingExtraError("the library that reads hub data sets", "datasets")
    dataset = _load(id, split, config, revision)
    labels = _label_names(dataset)
    name = f"{id}{f' ({config})' if config else ''}, split {split}"
    empty = True
    for number, record in enumerate(dataset, start=1):
        empty = False
        yield Row(f"{name}, row {number}", _values(record, labels))
    if empty:
        raise DataError(f"{name} has no rows")


def _load(id: str, split: str, config: str | None, revision: str | None) -> Any:
    datasets: Any = import_module("datasets")
    folder = Path(id).expanduser()
    try:
        if (folder / "dataset_dict.json").is_file():
            return _split(datasets.load_from_disk(str(folder)), id, split)
        if (folder / "state.json").is_file():
            return datasets.load_from_disk(str(folder))
        if folder.is_dir():
            id = str(folder)
        return datasets.load_dataset(id, config, split=split, revision=revision)
    except (*_REFUSALS, datasets.exceptions.DatasetsError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise DataError(
            f"data set {id!r}, split {split!r}: {type(error).__name__}: {reason}; check the name, "
            "the split and the network, or point UNDERDOG_DATA_DIR at a folder that holds the task"
        ) from error


def _split(parts: Mapping[str, Any], id: str, split: str) -> Any:
    if split not in parts:
        raise UnknownNameError(f"split of data set {id!r}", split, parts)
    return parts[split]


def _label_names(dataset: Any) -> dict[str, list[str]]:
    label_type = import_module("datasets").ClassLabel
    features: Mapping[str, Any] = dataset.features
    return {
        name: list(kind.names) for name, kind in features.items() if isinstance(kind, label_type)
    }


def _values(record: Mapping[str, object], labels: dict[str, list[str]]) -> dict[str, JSONValue]:
    values: dict[str, JSONValue] = {}
    for name, value in record.items():
        names = labels.get(name)
        known = names is not None and isinstance(value, int) and 0 <= value < len(names)
        values[name] = names[value] if names and known and isinstance(value, int) else plain(value)
    return values

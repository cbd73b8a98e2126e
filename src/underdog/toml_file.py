"""Strict pydantic tables, and reading a user's TOML file into one; errors name key and value."""

import tomllib
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from underdog.errors import ConfigError, offer
from underdog.files import read_bounded

M = TypeVar("M", bound=BaseModel)

_MAX_BYTES = 1 << 23


class StrictTable(BaseModel):
    """Base of tables in files: unknown keys are an error, and instances are immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def read_toml(path: Path, model: type[M], kind: str = "file", **defaults: object) -> M:
    """A TOML file as a validated table.

    Args:
        path: The file.
        model: Type of the table.
        kind: Name of the kind of file in error messages.
        defaults: Values for top-level keys that the file leaves out.

    Raises:
        ConfigError: The file is missing, larger than 8 MiB or malformed: all faults in one
            line, unknown keys first, each with the nearest keys of its table.
    """
    try:
        raw = tomllib.loads(read_bounded(path, _MAX_BYTES).decode())
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: no such {kind}") from error
    except OSError as error:
        raise ConfigError(f"{path}: cannot read this {kind} ({error.strerror or error})") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: cannot read this {kind} ({error})") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from error
    try:
        return model.model_validate(defaults | raw)
    except ValidationError as error:
        raise ConfigError(f"{path}: {describe_errors(error, model)}") from error


def describe_errors(error: ValidationError, model: type[BaseModel]) -> str:
    """Validation errors of a table of `model` as one line; unknown keys first.

    A list that seems too short because what stands in it has faults is not one of them.
    """
    places = [one["loc"] for one in error.errors()]

    def follows(one: ErrorDetails) -> bool:
        depth = len(one["loc"])
        inner = any(len(place) > depth and place[:depth] == one["loc"] for place in places)
        return one["type"] == "too_short" and inner

    told = [one for one in error.errors() if not follows(one)]
    found = sorted(told, key=lambda one: one["type"] != "extra_forbidden")
    return "; ".join(_fault(one, model) for one in found)


def _fault(fault: ErrorDetails, model: type[BaseModel]) -> str:
    *outer, key = fault["loc"] or ("",)
    place = ".".join(map(str, fault["loc"]))
    if fault["type"] == "extra_forbidden":
        return f"unknown key {place!r}; {offer(str(key), _table_at(outer, model).model_fields)}"
    if fault["type"] == "missing":
        return f"key {place!r} is missing"
    why, value = fault["msg"].removeprefix("Value error, "), fault["input"]
    seen = "" if isinstance(value, dict | list | bytes) else f", got {str(value)[:80]!r}"
    return f"{place}: {why}{seen}" if place else f"{why}{seen}"


def _table_at(place: list[str | int], model: type[BaseModel]) -> type[BaseModel]:
    """Type of the table at a place below `model`; indices and mapping keys do not change it."""
    for part in place:
        field = model.model_fields.get(str(part))
        model = _table_in(field.annotation if field else None) or model
    return model


def _table_in(annotation: Any) -> type[BaseModel] | None:
    """The table type inside an annotation, such as `Table` in `dict[str, Table] | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _table_in(part))), None)

"""Reading a TOML file that a user wrote as a pydantic model; a fault names its place and value."""

import difflib
import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from underdog.errors import ConfigError

M = TypeVar("M", bound=BaseModel)


def read_toml(path: Path, model: type[M]) -> M:
    """Read a file.

    Raises:
        ConfigError: It is missing or malformed; of several faults, an unknown name is told first.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not TOML: {error}") from error
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        faults = sorted(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
        raise ConfigError(f"{path}: {_told(faults, _names(model))}") from error


def _told(faults: list[ErrorDetails], known: set[str]) -> str:
    fault = faults[0]
    place = ".".join(map(str, fault["loc"])) or "file"
    if fault["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(fault["loc"][-1]), known, n=1, cutoff=0.6)
        return f"unknown name {place}" + (f"; did you mean {near[0]}?" if near else "; remove it")
    value = fault["input"]
    seen = "" if isinstance(value, dict | list) else f", got {str(value)[:80]!r}"
    return f"{place}: {fault['msg']}{seen}"


def _names(model: type[BaseModel]) -> set[str]:
    """Names that a file of the model may hold, at any depth."""
    schema = model.model_json_schema()
    tables: list[dict[str, Any]] = [schema, *schema.get("$defs", {}).values()]
    return {name for table in tables for name in table.get("properties", {})}

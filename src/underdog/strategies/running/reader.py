"""Fingerprints of the code and settings that read an answer out of a reply.

A stored reply stays valid when a checker, a form or a sandbox changes; the answer that was read
from it does not. Solutions therefore carry the fingerprint of their reader: the sources of forms,
graders and sandboxes, the versions of the libraries under them, and the settings of the form and
the checker in use.
"""

import hashlib
import json
import re
import sys
from collections.abc import Mapping, Set
from dataclasses import fields, is_dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from numbers import Number
from pathlib import Path
from typing import Any, cast

from underdog.core import Checker, Form, Quick, Sandbox

READERS = ("underdog.forms", "underdog.grading", "underdog.sandbox")
_LIBRARIES = ("math-verify", "sympy", "pydantic-monty", "jsonschema")
_OWN = "underdog."
_DEPTH = 4


def reader_fingerprint(form: Form, checker: Checker, sandbox: Sandbox) -> str:
    """Fingerprint of what reads answers: code, form, checker, and the sandbox where one is used."""
    parts: list[object] = [source_digest(READERS), settings(form), settings(checker)]
    if not (isinstance(form, Quick) and isinstance(checker, Quick)):
        parts.append(sandbox.name)
    return digest(parts)


def digest(value: object) -> str:
    """Sixteen hexadecimal digits for a JSON value."""
    text = json.dumps(value, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


@cache
def source_digest(packages: tuple[str, ...]) -> str:
    """Digest of the sources of packages, and of the versions of the libraries that readers use."""
    hasher = hashlib.blake2b(digest_size=8)
    for package in packages:
        spec = find_spec(package)
        for root in (spec.submodule_search_locations or ()) if spec is not None else ():
            for path in sorted(Path(root).rglob("*.py")):
                hasher.update(path.relative_to(root).as_posix().encode())
                hasher.update(path.read_bytes())
    for library in _LIBRARIES:
        hasher.update(f"{library} {_version(library)}".encode())
    return hasher.hexdigest()


def settings(part: object) -> object:
    """A form's or checker's class, source and settings as a JSON value.

    Of our own classes the source is in `source_digest`; of others the file of their module counts.
    """
    kind = type(part)
    name = f"{kind.__module__}.{kind.__qualname__}"
    source = "" if kind.__module__.startswith(_OWN) else _module_digest(kind.__module__)
    return [name, source, str(getattr(part, "name", "")), _plain(_state(part), _DEPTH + 1)]


@cache
def _module_digest(module: str) -> str:
    path = getattr(sys.modules.get(module), "__file__", None)
    try:
        return hashlib.blake2b(Path(path or "").read_bytes(), digest_size=8).hexdigest()
    except OSError:  # a notebook or an archive: the class's name and settings have to do
        return ""


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return ""


def _state(part: object) -> dict[str, Any]:
    if is_dataclass(part):
        return {field.name: getattr(part, field.name) for field in fields(part)}
    return dict(getattr(part, "__dict__", {}))


def _plain(value: object, depth: int) -> object:
    """A JSON value with everything in it that can be a setting; other objects by their class."""
    if value is None or isinstance(value, str | bool):
        return value
    kind = type(value).__name__
    if isinstance(value, Number | bytes):
        return [kind, repr(value)]
    if isinstance(value, re.Pattern):
        pattern = cast("re.Pattern[Any]", value)
        return [kind, repr(pattern.pattern), pattern.flags]
    if depth and isinstance(value, Mapping):
        items = cast("Mapping[Any, Any]", value).items()
        return [kind, *([repr(key), _plain(inner, depth - 1)] for key, inner in items)]
    if depth and isinstance(value, tuple | list):
        return [kind, *(_plain(inner, depth - 1) for inner in cast("list[object]", value))]
    if depth and isinstance(value, Set):
        members = (_plain(one, depth - 1) for one in cast("Set[object]", value))
        return [kind, *sorted(members, key=repr)]
    named = value if isinstance(value, type) or callable(value) else type(value)
    name = f"{getattr(named, '__module__', '')}.{getattr(named, '__qualname__', '')}"
    if depth and is_dataclass(value) and not isinstance(value, type):
        return [name, _plain(_state(value), depth - 1)]
    return [name, str(getattr(cast("object", value), "name", ""))]

"""Whose fault an exception in Monty is: the program's, a limit's, or Monty's own gaps.

The question asked is always what CPython would have done. A name, attribute, module or encoding
that CPython has and Monty lacks is a gap (`unsupported`); one that CPython lacks too is the
program's error. Limits are told apart from exceptions of the same type that the program raised by
something a program cannot know (the exact limit) or cannot fake (its running time). A message that
fits both a gap and an error counts as a gap: the program then runs in CPython, which decides.
"""

import builtins
import codecs
import importlib
import re
import types
from typing import Final

from underdog.core import SandboxStatus

MODULES: Final = frozenset(
    (  # noqa: SIM905
        "asyncio base64 binascii bisect collections copy csv dataclasses datetime decimal "
        "functools hashlib itertools json math os os.path pathlib posixpath random re sys time "
        "tomllib typing unicodedata"
    ).split()
)
"""Modules of which Monty implements a part."""

_GAPS: Final = (
    "does not yet support",
    "not yet supported",
    "is not supported in this environment",
    "error handler is not supported by Monty",
    "cannot create 'object' instances",
    "'list' object is not an iterator",
    "Wildcard imports",
    "Source is too deeply nested",
)
_SITE_NAMES: Final = frozenset(
    ("exit", "quit", "help", "copyright", "credits", "license", "__builtins__")
)
_MODULE_ATTRIBUTE: Final = re.compile(r"module '([\w.]+)' has no attribute '(\w+)'")
_IMPORT_NAME: Final = re.compile(r"cannot import name '(\w+)' from '([\w.]+)'")
_TYPE_ATTRIBUTE: Final = re.compile(
    r"(?:type object )?'([\w.]+)'(?: object)? has no attribute '(\w+)'"
)
_NAME: Final = re.compile(r"name '(\w+)' is not defined")
_ENCODING: Final = re.compile(r"unknown encoding: ([\w-]+)")
_TYPES: Final = {
    "builtin_function_or_method": types.BuiltinFunctionType,
    "function": types.FunctionType,
    "module": types.ModuleType,
    "NoneType": type(None),
}


def judge(
    kind: str, message: str, traced: bool, *, timed_out: bool, memory_bytes: int
) -> SandboxStatus:
    """Status of a run that ended with an exception.

    Args:
        kind: Exception type.
        message: Exception message.
        traced: Whether the exception carries a traceback, as every exception of the program does.
        timed_out: Whether the run took at least its time limit.
        memory_bytes: The memory limit, with its random part that the program cannot guess.
    """
    if kind == "TimeoutError" and timed_out:
        return "timeout"
    if kind == "MemoryError" and message.endswith(f"> {memory_bytes} bytes"):
        return "memory"
    if kind == "MemoryError" and not traced:
        return "memory"
    if kind == "SystemExit" and not message:
        return "ok"
    return "unsupported" if _is_gap(kind, message, traced) else "error"


def _is_gap(kind: str, message: str, traced: bool) -> bool:
    if kind == "ModuleNotFoundError" or any(gap in message for gap in _GAPS):
        return True
    if message.startswith("Internal error in monty"):
        return not traced
    if kind == "NameError":
        return _cpython_has_name(message)
    if kind in ("AttributeError", "ImportError"):
        return _cpython_has_attribute(message)
    return kind == "LookupError" and _cpython_has_encoding(message)


def _cpython_has_name(message: str) -> bool:
    found = _NAME.match(message)
    return found is not None and (found[1] in _SITE_NAMES or hasattr(builtins, found[1]))


def _cpython_has_attribute(message: str) -> bool:
    if found := _MODULE_ATTRIBUTE.match(message):
        return _module_has(found[1], found[2])
    if found := _IMPORT_NAME.match(message):
        return _module_has(found[2], found[1])
    found = _TYPE_ATTRIBUTE.match(message)
    if found is None:
        return False
    module, _, name = found[1].rpartition(".")
    if module in MODULES:
        owner = getattr(importlib.import_module(module), name, None)
    else:
        owner = _TYPES.get(name) or getattr(builtins, name, None)
    return isinstance(owner, type) and hasattr(owner, found[2])


def _module_has(module: str, name: str) -> bool:
    return module in MODULES and hasattr(importlib.import_module(module), name)


def _cpython_has_encoding(message: str) -> bool:
    found = _ENCODING.match(message)
    if found is None:
        return False
    try:
        codecs.lookup(found[1])
    except LookupError:
        return False
    return True

r"""Named column transforms: from a data set's notation to the value that a task needs.

A task file names them (`transform = "after_hashes"`); each takes the column's value and returns
the new one. A transform that does not fit its value raises `ValueError`, which the task turns into
a `DataError` naming the row. Programs are parsed here, never run.
"""

import ast
import builtins
import re
import warnings
from collections.abc import Callable
from typing import TypeAlias

from underdog.core import JSONValue

Transform: TypeAlias = Callable[[JSONValue], JSONValue]

TRANSFORMS: dict[str, Transform] = {}

_OPTION_LABEL = re.compile(r"^\s*\(?[A-Za-z]\s*(?:\)|[.:](?=\s))\s*")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")


def _transform(function: Transform) -> Transform:
    TRANSFORMS[function.__name__] = function
    return function


@_transform
def after_hashes(value: JSONValue) -> JSONValue:
    """The text after the last `####`, thousands separators removed (the end of GSM8K answers)."""
    before, mark, after = _text(value).rpartition("####")
    if not mark:
        raise ValueError(f"no '####' in {before or after!r:.60}")
    return _THOUSANDS.sub("", after.strip())


@_transform
def before_hashes(value: JSONValue) -> JSONValue:
    """The text before the last `####` (the solution in GSM8K answers)."""
    return _text(value).rpartition("####")[0].strip()


@_transform
def strip_commas(value: JSONValue) -> JSONValue:
    """The text without thousands separators."""
    return _THOUSANDS.sub("", _text(value)).strip()


@_transform
def strip(value: JSONValue) -> JSONValue:
    """The text without white space at both ends."""
    return _text(value).strip()


@_transform
def lower(value: JSONValue) -> JSONValue:
    """The text in lower case."""
    return _text(value).lower()


@_transform
def yes_no(value: JSONValue) -> JSONValue:
    """`yes` for true and 1, `no` for false and 0."""
    words = {"true": "yes", "1": "yes", "yes": "yes", "false": "no", "0": "no", "no": "no"}
    word = str(value).strip().lower()
    if word not in words:
        raise ValueError(f"{value!r:.40} is neither true nor false")
    return words[word]


@_transform
def letter(value: JSONValue) -> JSONValue:
    """`A` for 0, `B` for 1, … (choices counted from zero)."""
    index = int(value) if isinstance(value, str | int) else -1
    if not 0 <= index < 26:
        raise ValueError(f"{value!r:.40} is no position from 0 to 25")
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[index]


@_transform
def letter_from_one(value: JSONValue) -> JSONValue:
    """`A` for 1, `B` for 2, … (choices counted from one)."""
    return letter(int(value) - 1 if isinstance(value, str | int) else None)


@_transform
def first(value: JSONValue) -> JSONValue:
    """First item of a list."""
    items = _list(value)
    if not items:
        raise ValueError("an empty list has no first item")
    return items[0]


@_transform
def join_answers(value: JSONValue) -> JSONValue:
    """Several answers as one text, joined by ` ; `."""
    return " ; ".join(_text(item) for item in _list(value))


@_transform
def paragraphs(value: JSONValue) -> JSONValue:
    """A list of passages as one text, a blank line between them."""
    return "\n\n".join(_text(item) for item in _list(value))


@_transform
def option_texts(value: JSONValue) -> JSONValue:
    """Options without their labels `A)`, `(B)`, `C.`; a space follows a label's full stop."""
    return [_OPTION_LABEL.sub("", _text(item), count=1).strip() for item in _list(value)]


@_transform
def choice_texts(value: JSONValue) -> JSONValue:
    """Texts of options given as `{"A": …, "B": …}` or as `{"label": […], "text": […]}`."""
    if not isinstance(value, dict):
        raise ValueError(f"expected a table of options, found {value!r:.40}")
    table = value
    if set(table) == {"label", "text"}:
        table = dict(zip(map(_text, _list(value["label"])), _list(value["text"]), strict=True))
    return [table[label] for label in sorted(table)]


@_transform
def boxed(value: JSONValue) -> JSONValue:
    r"""The content of the last `\boxed{…}`."""
    text = _text(value)
    start = text.rfind("\\boxed{")
    if start < 0:
        raise ValueError(f"no \\boxed{{…}} in {text!r:.60}")
    begin = end = start + len("\\boxed{")
    depth = 1
    while end < len(text) and depth:
        depth += {"{": 1, "}": -1}.get(text[end], 0)
        end += 1
    if depth:
        raise ValueError("the last \\boxed{ is not closed")
    return text[begin : end - 1]


@_transform
def called_function(value: JSONValue) -> JSONValue:
    """Name of the function that a list of `assert` lines tests."""
    return _tested_call(value)[0]


@_transform
def example_call(value: JSONValue) -> JSONValue:
    """The tested call of the first `assert` line, without the expected result."""
    return _tested_call(value)[1]


def _tested_call(value: JSONValue) -> tuple[str, str]:
    tests = _list(value)
    source = _text(tests[0]) if tests else ""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        tree = ast.parse(source)
    calls = [
        (node.func.id, ast.unparse(node))
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]
    if not calls:
        raise ValueError(f"no function is called in {source!r:.60}")
    own = [call for call in calls if call[0] not in vars(builtins)]
    return (own or calls)[0]


def _text(value: JSONValue) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return str(value)
    raise ValueError(f"expected text, found {value!r:.40}")


def _list(value: JSONValue) -> list[JSONValue]:
    if isinstance(value, list):
        return value
    raise ValueError(f"expected a list, found {value!r:.40}")

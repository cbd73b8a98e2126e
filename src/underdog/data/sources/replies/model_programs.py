"""Syntax trees of programs written by models: their numbers and calculations; runs nothing."""

import ast
import hashlib
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Literal:
    """A number literal in a program.

    Attributes:
        value: Its exact value.
        line: Number of the line, from 0.
        start: Offset of the first byte in the line.
        end: Offset after the last byte.
    """

    value: Fraction
    line: int
    start: int
    end: int


def parsed(code: str) -> ast.Module | None:
    """The syntax tree of a program; `None` when it is not valid Python."""
    try:
        return ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def literals(code: str) -> list[Literal]:
    r"""The number literals of a program in order; empty when it is not valid Python.

    Example:
        >>> [int(one.value) for one in literals("def solution():\n    return 12 * 8 - 7")]
        [12, 8, 7]
    """
    tree = parsed(code)
    found: list[Literal] = []
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.Constant) and (value := _number(node.value)) is not None:
            end = node.end_col_offset
            if end is not None:
                found.append(Literal(value, node.lineno - 1, node.col_offset, end))
    return sorted(found, key=lambda one: (one.line, one.start))


def calculates(code: str) -> bool:
    """Whether a program calculates, and does not only state its answer."""
    tree = parsed(code)
    working = (ast.BinOp, ast.AugAssign, ast.Call, ast.For, ast.While, ast.Compare)
    return tree is not None and any(isinstance(node, working) for node in ast.walk(tree))


def program_way(code: str) -> str:
    r"""A digest that two programs share when they differ only in names, comments and layout.

    Example:
        >>> program_way("def solution():\n    a = 2  # two\n    return a * 3") == program_way(
        ...     "def solution():\n    cats = 2\n    return cats * 3")
        True
    """
    tree = parsed(code)
    if tree is None:
        return " ".join(code.split())
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = names.setdefault(node.id, f"v{len(names)}")
        elif isinstance(node, ast.FunctionDef | ast.Module):
            node.body = [one for one in node.body if not _is_docstring(one)]
    return hashlib.blake2b(ast.dump(tree).encode(), digest_size=12).hexdigest()


def _number(value: object) -> Fraction | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return Fraction(str(value))
    except ValueError:  # infinity, the value of 1e999, or more digits than Python prints
        return None


def _is_docstring(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )

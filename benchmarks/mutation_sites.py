"""Where a Python file can be changed by one small fault, and the file with that fault in it.

A fault is one of: a comparison turned (`<` to `<=`, `==` to `!=`, `in` to `not in`), an operator of
arithmetic exchanged, `and` for `or`, a `not` dropped, a condition negated, a number one larger,
`True` for `False`, a statement left out, a returned value lost. Not touched: docstrings,
annotations, decorators, and what is raised.
"""

import ast
import random
from collections.abc import Iterator
from dataclasses import dataclass

_COMPARED: dict[type[ast.cmpop], str] = {
    ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "==",
    ast.In: "not in", ast.NotIn: "in", ast.Is: "is not", ast.IsNot: "is",
}  # fmt: skip
_COMPUTED: dict[type[ast.operator], str] = {
    ast.Add: "-", ast.Sub: "+", ast.Mult: "/", ast.Div: "*", ast.FloorDiv: "/", ast.Mod: "//",
    ast.Pow: "*", ast.BitAnd: "|", ast.BitOr: "&", ast.LShift: ">>", ast.RShift: "<<",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Site:
    """One fault in one file.

    Attributes:
        line: Line of the fault, from 1.
        start: Offset in characters of what is replaced.
        end: Offset behind it.
        new: What stands there instead.
        what: The fault in words, as `old -> new`.
    """

    line: int
    start: int
    end: int
    new: str
    what: str


def sites(source: str) -> list[Site]:
    """Every fault that can be put into a file, in the order of its text."""
    lines = [0]
    for line in source.splitlines(keepends=True):
        lines.append(lines[-1] + len(line))
    rows = source.splitlines()

    def offset(line: int, column: int) -> int:
        written = rows[line - 1].encode()[:column].decode() if line <= len(rows) else ""
        return lines[line - 1] + len(written)

    found: list[Site] = []
    for node, new in _changes(ast.parse(source)):
        start = offset(node.lineno, node.col_offset)
        end = offset(node.end_lineno or node.lineno, node.end_col_offset or 0)
        old = " ".join(source[start:end].split())
        found.append(Site(node.lineno, start, end, new, f"{old[:60]} -> {new[:60]}"))
    return sorted(set(found), key=lambda one: (one.start, one.end, one.new))


def changed(source: str, site: Site) -> str:
    """The file with one fault in it."""
    return source[: site.start] + site.new + source[site.end :]


def statement(source: str, line: int) -> range | None:
    """The lines of the statement around a line.

    Args:
        source: Text of a file.
        line: From 1.

    Returns:
        Lines of the innermost statement, of a block its head alone; None where it runs as the file
        is imported.
    """
    around = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or node.lineno)
    ]
    functions = [one for one in around if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
    if not any(one.body[0].lineno <= line for one in functions):
        return None
    inner = max(around, key=lambda one: (one.lineno, -(one.end_lineno or 0)))
    last = inner.end_lineno or inner.lineno
    body = getattr(inner, "body", None)
    if body:
        last = max(inner.lineno, body[0].lineno - 1)
    return range(inner.lineno, last + 1)


def _changes(tree: ast.Module) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    for node in _live(tree):
        if isinstance(node, ast.If | ast.While | ast.IfExp):
            yield node.test, f"(not ({ast.unparse(node.test)}))"
        if isinstance(node, ast.expr | ast.stmt):
            new = _other_value(node) if isinstance(node, ast.expr) else _other_step(node)
            if new is not None:
                yield node, new


def _other_value(node: ast.expr) -> str | None:
    match node:
        case ast.Compare(ops=[op]) if type(op) in _COMPARED:
            left, right = ast.unparse(node.left), ast.unparse(node.comparators[0])
            return f"({left} {_COMPARED[type(op)]} {right})"
        case ast.BinOp(op=op) if type(op) in _COMPUTED and not _is_text(node):
            left, right = ast.unparse(node.left), ast.unparse(node.right)
            return f"(({left}) {_COMPUTED[type(op)]} ({right}))"
        case ast.BoolOp():
            word = " or " if isinstance(node.op, ast.And) else " and "
            return "(" + word.join(f"({ast.unparse(one)})" for one in node.values) + ")"
        case ast.UnaryOp(op=ast.Not()):
            return f"({ast.unparse(node.operand)})"
        case ast.Constant(value=bool() as value):
            return str(not value)
        case ast.Constant(value=int() | float() as value):
            return repr(value + 1)
        case _:
            return None


def _other_step(node: ast.stmt) -> str | None:
    match node:
        case ast.AugAssign(op=op) if type(op) in _COMPUTED:
            return f"{ast.unparse(node.target)} {_COMPUTED[type(op)]}= {ast.unparse(node.value)}"
        case ast.Return(value=ast.expr() as value) if not _is_none(value):
            return "return None"
        case ast.Expr(value=ast.Call() | ast.Await()):
            return "pass"
        case ast.Continue():
            return "break"
        case ast.Break():
            return "continue"
        case _:
            return None


def _live(node: ast.AST) -> Iterator[ast.AST]:
    """Every node below that runs and decides something."""
    if isinstance(node, ast.Raise | ast.Assert | ast.JoinedStr | ast.Import | ast.ImportFrom):
        return
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
        return
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "bases"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _live(child)


def _is_text(node: ast.BinOp) -> bool:
    """Whether an operation joins texts, or is a type written with `|`."""
    sides = [node.left, node.right]
    if any(isinstance(one, ast.JoinedStr) for one in sides):
        return True
    if any(isinstance(one, ast.Constant) and isinstance(one.value, str) for one in sides):
        return True
    return isinstance(node.op, ast.BitOr) and any(
        isinstance(one, ast.Constant) and one.value is None for one in sides
    )


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def drawn(found: dict[str, list[Site]], count: int, seed: int) -> list[tuple[str, Site]]:
    """A sample of faults over files: without replacement, each fault with equal chance.

    Args:
        found: Faults by file.
        count: How many.
        seed: Of the sample.

    Returns:
        Files with faults, in a random order.
    """
    every = [(path, site) for path in sorted(found) for site in found[path]]
    return random.Random(seed).sample(every, min(count, len(every)))

"""What nodes of a syntax tree bind, call and change, for the subset that Monty is given."""

import ast
from collections.abc import Iterable

from underdog.sandbox._subset import subset_names as names


def bound(found: Iterable[ast.AST]) -> Iterable[str]:
    """Names that a program binds anywhere."""
    for node in found:
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.FunctionDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.alias):
            yield node.asname or node.name


def makes_dict(node: ast.AST) -> bool:
    """Whether a node makes a dict."""
    if isinstance(node, ast.arguments):
        return node.kwarg is not None
    return isinstance(node, ast.Dict) or (isinstance(node, ast.Name) and node.id == "dict")


def arguments(given: ast.arguments) -> list[ast.arg]:
    """All arguments of a function."""
    rest = [one for one in (given.vararg, given.kwarg) if one is not None]
    return [*given.posonlyargs, *given.args, *given.kwonlyargs, *rest]


def changed(node: ast.AST) -> Iterable[str]:
    """Names whose object a statement or call changes in place."""
    changed: list[ast.expr] = []
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        changed = [node.func.value] if node.func.attr in names.MUTATORS else []
    elif isinstance(node, ast.AugAssign):
        changed = [node.target]
    elif isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
        changed = [node.value]
    for one in changed:
        while isinstance(one, (ast.Subscript, ast.Attribute)):
            one = one.value
        if isinstance(one, ast.Name):
            yield one.id


def calls(node: ast.expr, ones: Iterable[str]) -> bool:
    """Whether a node calls one of the named functions."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ones


def is_join(function: ast.expr) -> bool:
    """Whether a function is a method called join."""
    return isinstance(function, ast.Attribute) and function.attr == "join"


def is_singleton(node: ast.expr) -> bool:
    """Whether a node is None, True or False."""
    return isinstance(node, ast.Constant) and (node.value is None or isinstance(node.value, bool))


def is_plain_test(arguments: list[ast.expr]) -> bool:
    """Whether the arguments of isinstance name plain types only."""
    if len(arguments) != 2:
        return False
    kinds = arguments[1].elts if isinstance(arguments[1], ast.Tuple) else [arguments[1]]
    return all(isinstance(kind, ast.Name) and kind.id in names.TESTABLE for kind in kinds)

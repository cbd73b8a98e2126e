"""What a tested program returns is compared as data: it does not decide itself what it equals.

`assert f(2) == 4` asks the left side first, so an object whose `__eq__` always says yes would pass
every test. Here what a test asks of the program goes through `returned`, which refuses an object
that answers comparisons or arithmetic by Python code of its own, also inside lists, tuples, sets
and dicts. Types of the standard library that hold plain values, and of sympy, are let
through. Where both sides of a test come from the program, as in `f() == Point(1, 2)`, its own types
are what the test is about, and nothing is refused.

`returned` and `results_of` run in the sandbox as source text; this process only reads them.
"""

import ast
import builtins
import inspect
import re
from collections.abc import Callable
from typing import Any

_MAY_DECIDE = re.compile(
    r"\b(?:class|type|types|exec|eval|compile|mock|unittest|importlib|make_dataclass|__\w+__)\b"
)


def may_decide(program: str) -> bool:
    """Whether a program might return an object of a type of its own making."""
    return _MAY_DECIDE.search(program) is not None


def returned(value: Any) -> Any:
    """The value as it is.

    Raises:
        AssertionError: Something in it answers comparisons by code of its own.
    """
    import sys
    import types

    asked = [
        "eq",
        "ne",
        "lt",
        "le",
        "gt",
        "ge",
        "contains",
        "abs",
        "neg",
        "add",
        "radd",
        "sub",
        "rsub",
        "mul",
        "rmul",
        "truediv",
        "rtruediv",
        "floordiv",
        "mod",
        "pow",
        "round",
    ]
    trusted = [
        "collections",
        "datetime",
        "decimal",
        "enum",
        "fractions",
        "mpmath",
        "numbers",
        "sympy",
    ]
    plain_containers: Any = (list, tuple, set, frozenset)
    mapping: Any = dict
    seen: set[int] = set()
    left: list[Any] = [value]
    while left:
        one: Any = left.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        for owner in type.__dict__["__mro__"].__get__(type(one)):
            names = type.__dict__["__dict__"].__get__(owner)
            module = str(names.get("__module__", "builtins"))
            known = getattr(sys.modules.get(module), owner.__name__, None) is owner
            if known and module.partition(".")[0] in trusted:
                continue
            for name in asked:
                method = names.get(f"__{name}__")
                native = isinstance(
                    method, (types.WrapperDescriptorType, types.MethodDescriptorType)
                )
                if method is not None and not (native and method.__name__ == f"__{name}__"):
                    raise AssertionError(f"returned an object that decides {name!r} itself")
        for kind in plain_containers:
            if isinstance(one, kind):
                left.extend(kind.__iter__(one))
        if isinstance(one, dict):
            left.extend(mapping.keys(one))
            left.extend(mapping.values(one))
    return value


def results_of(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, with what it returns held against `returned`."""
    return lambda *given, **named: returned(function(*given, **named))


def helpers() -> str:
    """Source of what `guarded` tests and wrapped functions call."""
    return "\n".join(
        inspect.getsource(one)
        .replace("def returned", "def _underdog_returned")
        .replace("def results_of", "def _underdog_results_of")
        .replace(" returned(function", " _underdog_returned(function")
        .replace(": Callable[..., Any]) -> Callable[..., Any]", ")")
        .replace("(value: Any) -> Any", "(value)")
        for one in (returned, results_of)
    )


def guarded(tests: str, setup: str, program: str) -> str:
    """Tests as they are, but asking for a program's results through `returned`.

    Args:
        tests: Statements; only their `assert`s are changed. Text that is no Python is kept.
        setup: Statements that run before the tests; their names count as the tests' own.
        program: The program under test.
    """
    try:
        tree = ast.parse(tests)
        theirs = ast.parse(program)
        own = set(dir(builtins)) | _bound(theirs)
        own -= _bound(theirs, modules=False)
        own |= _bound(tree) | _bound(ast.parse(setup))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return tests
    return ast.unparse(ast.fix_missing_locations(_Guard(own).visit(tree)))


def _bound(tree: ast.AST, *, modules: bool = True) -> set[str]:
    """Names that are defined, assigned or imported somewhere in a program."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            found.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.ImportFrom) or (modules and isinstance(node, ast.Import)):
            found |= {(one.asname or one.name).partition(".")[0] for one in node.names}
    return found


class _Guard(ast.NodeTransformer):
    """Wraps calls in what a test asserts, save those of the tests' own names.

    Args:
        own: Builtins, modules, and what the tests and their set-up bind.
    """

    def __init__(self, own: set[str]) -> None:
        self._own = own
        self._asserting = False

    def visit_Assert(self, node: ast.Assert) -> ast.Assert:
        self._asserting = True
        node.test = self.visit(node.test)
        self._asserting = False
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.Compare:
        sides = [node.left, *node.comparators]
        if not all(self._asks(side) for side in sides):
            node.left, *node.comparators = [self.visit(side) for side in sides]
        return node

    def visit_Call(self, node: ast.Call) -> ast.Call:
        name = node.func.id if isinstance(node.func, ast.Name) else None
        if self._asserting and name is not None and name not in self._own:
            return ast.Call(ast.Name("_underdog_returned", ast.Load()), [node], [])
        self.generic_visit(node)
        return node

    def _asks(self, side: ast.expr) -> bool:
        return any(isinstance(n, ast.Name) and n.id not in self._own for n in ast.walk(side))

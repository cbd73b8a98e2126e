"""The part of Python in which Monty's results are CPython's, as an allow-list over a syntax tree.

Monty lacks some of Python and does some of it otherwise, mostly without a word: iterators are
computed at once and can be read twice, sets keep the order of insertion, a dict whose key is set
again under an equal one (1, 1.0) takes the new key, annotations are not evaluated. And a program
may ask for what is missing (`hasattr`, `except ImportError`) and go another way. So Monty is given
only programs made of the syntax, builtins, methods and modules listed here, which the tests compare
with CPython; every other program is for the jail, however Monty would have ended it.

Iterators (`zip`, generator expressions, ...) are let through where they are read once, at once and
to their end; `any` and `all` stop early in CPython, which shows when a later element raises.
"""

import ast
import builtins
import re
from collections.abc import Callable, Iterable
from typing import Any, ClassVar, Final

from underdog.sandbox._subset import subset_names as names
from underdog.sandbox._subset import syntax_nodes as nodes

_MAX_DEPTH: Final = 150
_RISKY_FIELD: Final = re.compile(r"\{\w*(?!\w|\}|:[^{}]*[dfFeEgGxXobn%]\})")
_FREE: Final = frozenset(
    {
        *(ast.Module, ast.Expr, ast.Pass, ast.Break, ast.Continue, ast.If, ast.While, ast.Assert),
        *(ast.Global, ast.Nonlocal, ast.BoolOp, ast.BinOp, ast.UnaryOp, ast.IfExp, ast.Subscript),
        *(ast.Slice, ast.List, ast.Tuple, ast.Starred, ast.JoinedStr),
        *(ast.NamedExpr, ast.keyword, *ast.unaryop.__subclasses__()),
        *(*ast.boolop.__subclasses__(), *ast.expr_context.__subclasses__()),
        *(set(ast.operator.__subclasses__()) - {ast.MatMult}),
    }
)
"""Syntax that is the same wherever it stands, when its parts are."""


class OutsideError(Exception):
    """The program holds something that is not known to be the same in Monty; says what."""


class Subset:
    """Checks one program.

    Args:
        tree: The program.

    Raises:
        OutsideError: The program is not in the subset.

    Attributes:
        certain: Whether an exception of the program would be raised by CPython too.
    """

    def __init__(self, tree: ast.Module) -> None:
        self.certain = True
        self._nodes = list(ast.walk(tree))
        self._bound = set(nodes.bound(self._nodes))
        self._math = {"math"} & self._bound
        self._typing: set[str] = set()
        self._has_dict = any(nodes.makes_dict(node) for node in self._nodes)
        if shadowed := self._bound & names.LAZY:
            raise OutsideError(f"a name of its own for {min(shadowed)}")
        self._functions = 0
        self._depth = 0
        self._visit(tree)

    def _visit(self, node: ast.AST) -> None:
        """Check a node and everything below it."""
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise OutsideError("deep nesting")
        kind = type(node)
        if (special := self._special.get(kind)) is not None:
            special(self, node)
        elif kind in _FREE:
            self._children(node)
        else:
            raise OutsideError(kind.__name__)
        self._depth -= 1

    def _children(self, node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            self._visit(child)

    def _all(self, parts: Iterable[ast.AST | None]) -> None:
        for node in parts:
            if node is not None:
                self._visit(node)

    def _function(self, node: ast.FunctionDef) -> None:
        if node.decorator_list:
            raise OutsideError("a decorator")
        for argument in nodes.arguments(node.args):
            self._annotation(argument.annotation)
        self._annotation(node.returns)
        self._all((*node.args.defaults, *node.args.kw_defaults))
        self._functions += 1
        self._all(node.body)
        self._functions -= 1

    def _lambda(self, node: ast.Lambda) -> None:
        self._all((*node.args.defaults, *node.args.kw_defaults, node.body))

    def _return(self, node: ast.Return) -> None:
        if not self._functions:
            raise OutsideError("return outside a function")
        self._all([node.value])

    def _assign(self, node: ast.Assign | ast.AugAssign | ast.AnnAssign) -> None:
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            self._target(target)
        if isinstance(node, ast.AnnAssign):
            self._annotation(node.annotation)
        elif isinstance(node, ast.AugAssign):
            self._visit(node.op)
        self._all([node.value])

    def _target(self, target: ast.expr) -> None:
        for node in ast.walk(target):
            if isinstance(node, ast.Subscript) and self._has_dict:
                self._key(node.slice)
        self._visit(target)

    def _key(self, key: ast.expr | None) -> None:
        """A dict's key must be equal to no key of another type, whose text would differ."""
        if isinstance(key, ast.JoinedStr):
            return
        if not isinstance(key, ast.Constant) or type(key.value) not in (str, int):
            raise OutsideError("a computed key of a dict")

    def _dict(self, node: ast.Dict) -> None:
        for key in node.keys:
            self._key(key)
        self._children(node)

    def _for(self, node: ast.For) -> None:
        self._target(node.target)
        self._iterable(node.iter, [*node.body, node.target])
        self._all((*node.body, *node.orelse))

    def _comprehension(self, node: ast.ListComp | ast.GeneratorExp) -> None:
        for part in node.generators:
            if part.is_async:
                raise OutsideError("async for")
            self._target(part.target)
            self._iterable(part.iter, [node.elt, *part.ifs])
            self._all(part.ifs)
        self._visit(node.elt)

    def _iterable(self, iterable: ast.expr, body: Iterable[ast.AST]) -> None:
        """What a loop reads: Monty reads `zip` and its like before the first round."""
        if not nodes.calls(iterable, names.LOOPED):
            self._visit(iterable)
            return
        assert isinstance(iterable, ast.Call)  # noqa: S101
        read = {node.id for node in ast.walk(iterable) if isinstance(node, ast.Name)} - names.LAZY
        if self._changes(read, body):
            raise OutsideError("a loop that changes what it reads")
        for argument in iterable.args:
            self._iterable(argument, body)
        self._all(keyword.value for keyword in iterable.keywords)

    def _changes(self, read: set[str], body: Iterable[ast.AST]) -> bool:
        """Whether a loop's body may change what one of the names read stands for, in place."""
        aliases = any(
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Name)
            and node.value.id in read
            for node in self._nodes
        )
        changed = {name for part in body for node in ast.walk(part) for name in nodes.changed(node)}
        return bool(changed) if aliases else not read.isdisjoint(changed)

    def _generator(self, _: ast.GeneratorExp) -> None:
        raise OutsideError("a generator expression that is not read at once")

    def _call(self, node: ast.Call) -> None:
        name = node.func.id if isinstance(node.func, ast.Name) else None
        if isinstance(node.func, ast.Attribute) and node.func.attr == "format":
            self._template(node.func.value)
        if name is None or name in self._bound:
            if nodes.is_join(node.func):
                self._visit(node.func)
                self._consumed(node.args[0] if node.args else None)
                return
            if self._has_dict and isinstance(node.func, ast.Attribute):
                self._method_of_dict(node.func.attr, node.args)
            self._children(node)
            return
        self._builtin(name, node)

    def _method_of_dict(self, name: str, arguments: list[ast.expr]) -> None:
        if name == "setdefault":
            self._key(arguments[0] if arguments else None)
        if name == "update" and not all(isinstance(one, ast.Dict) for one in arguments):
            raise OutsideError("a dict made of computed keys")

    def _builtin(self, name: str, node: ast.Call) -> None:
        given = {keyword.arg for keyword in node.keywords}
        if name == "print" and not given <= names.PRINT_WORDS:
            raise OutsideError("print to elsewhere")
        if name == "dict" and (node.args or None in given):
            raise OutsideError("a dict made of computed keys")
        if name == "format" and len(node.args) > 1:
            self._spec(node.args[1])
        if name == "isinstance" and not nodes.is_plain_test(node.args):
            raise OutsideError("isinstance of more than plain types")
        if name == "len" and len(node.args) == 1 and nodes.calls(node.args[0], {"set"}):
            self._set(node.args[0])
            return
        self._visit(node.func)
        arguments = list(node.args)
        if name in names.CONSUMERS and arguments:
            self._consumed(arguments.pop(0), early=name in names.EARLY)
        self._all((*arguments, *node.keywords))

    def _consumed(self, argument: ast.expr | None, *, early: bool = False) -> None:
        """An argument that is read at once, to its end unless `early`."""
        if argument is None:
            return
        if isinstance(argument, ast.GeneratorExp):
            if early:
                self._pure(argument)
            self._comprehension(argument)
        elif nodes.calls(argument, names.LAZY) and not early:
            assert isinstance(argument, ast.Call)  # noqa: S101
            for one in argument.args:
                self._consumed(one)
            self._all(keyword.value for keyword in argument.keywords)
        else:
            self._visit(argument)

    def _pure(self, generator: ast.GeneratorExp) -> None:
        self.certain = False
        for node in ast.walk(generator):
            if isinstance(node, ast.NamedExpr):
                raise OutsideError("any or all with an assignment inside")
            if not isinstance(node, ast.Call):
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else None
            if name is not None and name not in self._bound and name in names.PURE:
                continue
            if isinstance(node.func, ast.Attribute) and node.func.attr not in names.MUTATORS:
                continue
            raise OutsideError("any or all over calls")

    def _template(self, template: ast.expr) -> None:
        """Text whose `format` is called: it may look into objects, and format lists."""
        if not isinstance(template, ast.Constant) or not isinstance(template.value, str):
            raise OutsideError("a computed format")
        if _RISKY_FIELD.search(template.value):
            raise OutsideError("a format without a number's type")

    def _formatted(self, node: ast.FormattedValue) -> None:
        self._visit(node.value)
        if node.format_spec is not None and node.conversion == -1:
            self._spec(node.format_spec)

    def _spec(self, spec: ast.expr) -> None:
        """A format for numbers only: CPython refuses to format a list, Monty does not."""
        last = spec.values[-1] if isinstance(spec, ast.JoinedStr) and spec.values else spec
        text = last.value if isinstance(last, ast.Constant) else None
        if not isinstance(text, str) or text[-1:] not in names.NUMBER_TYPES:
            raise OutsideError("a format without a number's type")
        self._visit(spec)

    def _compare(self, node: ast.Compare) -> None:
        self._visit(node.left)
        for operator, right in zip(node.ops, node.comparators, strict=True):
            if isinstance(operator, (ast.Is, ast.IsNot)) and not nodes.is_singleton(right):
                raise OutsideError("is")
            if isinstance(operator, (ast.In, ast.NotIn)) and isinstance(right, ast.Set):
                self._all(right.elts)
            elif isinstance(operator, (ast.In, ast.NotIn)) and nodes.calls(right, {"set"}):
                self._set(right)
            else:
                self._visit(right)

    def _set(self, node: ast.expr) -> None:
        """A set of which only the size or the members are asked, not the order."""
        if "set" in self._bound or not isinstance(node, ast.Call) or node.keywords:
            raise OutsideError("set")
        self._all(node.args)

    def _name(self, node: ast.Name) -> None:
        name = node.id
        if name in self._typing:
            raise OutsideError("a type as a value")
        if name in self._bound or name in names.BUILTINS or name in names.OTHER_NAMES:
            return
        if name.startswith("__") or hasattr(builtins, name):
            raise OutsideError(name)

    def _attribute(self, node: ast.Attribute) -> None:
        if not isinstance(node.ctx, ast.Load):
            raise OutsideError("an attribute that is set")
        if isinstance(node.value, ast.Name) and node.value.id in self._math:
            if node.attr not in names.MATH:
                raise OutsideError(f"math.{node.attr}")
        elif node.attr not in names.METHODS:
            raise OutsideError(f"attribute {node.attr}")
        self._visit(node.value)

    def _constant(self, node: ast.Constant) -> None:
        if node.value is not None and type(node.value) not in (str, int, float, bool):
            raise OutsideError(f"{type(node.value).__name__} constant")

    def _import(self, node: ast.Import) -> None:
        for alias in node.names:
            if alias.name != "math":
                raise OutsideError(f"module {alias.name}")
            self._math.add(alias.asname or alias.name)

    def _import_from(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            if node.module == "typing" and alias.name in names.TYPING and alias.asname is None:
                self._typing.add(alias.name)
            elif node.module != "math" or node.level or alias.name not in names.MATH:
                raise OutsideError(f"{alias.name} of module {node.module}")

    def _raise(self, node: ast.Raise) -> None:
        made = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        if node.cause is not None or not isinstance(made, ast.Name) or made.id in self._bound:
            raise OutsideError("raise of more than a builtin exception")
        if made.id == "SystemExit" and isinstance(node.exc, ast.Call):
            given = node.exc.args[0] if node.exc.args else None
            if not (
                isinstance(given, ast.Constant) and given.value and isinstance(given.value, str)
            ):
                raise OutsideError("SystemExit with a code")
        self._all([node.exc])

    def _annotation(self, node: ast.expr | None) -> None:
        """CPython evaluates an annotation, Monty does not: it must be one that cannot fail."""
        if node is None or (isinstance(node, ast.Constant) and node.value is None):
            return
        if isinstance(node, ast.Name) and (node.id in self._typing or node.id in names.PLAIN_TYPES):
            return
        if not isinstance(node, ast.Subscript) or not isinstance(node.value, ast.Name):
            raise OutsideError("an annotation")
        inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        wanted = names.TYPING.get(node.value.id, 0)
        known = node.value.id in self._typing or node.value.id in names.GENERIC
        if not known or wanted < 0 or (wanted and len(inner) != wanted):
            raise OutsideError("an annotation")
        for one in inner:
            self._annotation(one)

    _special: ClassVar[dict[type[ast.AST], Callable[[Any, Any], None]]] = {
        ast.FunctionDef: _function,
        ast.Lambda: _lambda,
        ast.Return: _return,
        ast.Assign: _assign,
        ast.AugAssign: _assign,
        ast.AnnAssign: _assign,
        ast.Dict: _dict,
        ast.For: _for,
        ast.ListComp: _comprehension,
        ast.GeneratorExp: _generator,
        ast.Call: _call,
        ast.FormattedValue: _formatted,
        ast.Compare: _compare,
        ast.Name: _name,
        ast.Attribute: _attribute,
        ast.Constant: _constant,
        ast.Import: _import,
        ast.ImportFrom: _import_from,
        ast.Raise: _raise,
    }

"""Finding implementations by name: one registry per kind, filled by a decorator.

A registry knows a package of ours, whose modules it imports on first use (so adding a built-in is
adding one file), and an entry-point group, through which other distributions add theirs. Of a
sub-package only `__init__` is imported: it registers an entry itself, or calls `gather` to have its
modules imported too. A *spec* names an entry with parameters, `majority:n=16,form=cot`; `create`
checks them against the signature, so that a misspelt parameter fails with the nearest names.
"""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Generic, TypeVar

from underdog.errors import ConfigError, UnknownNameError

T = TypeVar("T")
Factory = TypeVar("Factory", bound=Callable[..., Any])
Value = str | int | float | bool

_SPEC = re.compile(r"([\w.\-]+)\s*(?::(.*)|\((.*)\))?", re.DOTALL)


class Registry(Generic[T]):
    """Implementations of one seam by name.

    Args:
        kind: Word for an entry in messages, such as `strategy`.
        package: Package whose modules register the built-in entries, such as
            `underdog.strategies`; also the name of the entry-point group.
        old_group: Former name of the entry-point group, still read; empty for none.
    """

    def __init__(self, kind: str, package: str, old_group: str = "") -> None:
        self.kind = kind
        self._packages = [package]
        self._groups = [package, *filter(None, [old_group])]
        self._entries: dict[str, Callable[..., T]] = {}
        self._loaded = False

    def register(self, name: str) -> Callable[[Factory], Factory]:
        """Decorator that registers a class or factory under `name` and returns it unchanged."""

        def enter(factory: Factory) -> Factory:
            known = self._entries.get(name)
            if known is not None and known is not factory:
                raise ConfigError(f"{self.kind} {name!r} is registered twice")
            self._entries[name] = factory
            return factory

        return enter

    def gather(self, package: str) -> None:
        """Have the modules of a sub-package imported; called in its `__init__`.

        Args:
            package: The sub-package's `__name__`.
        """
        if package not in self._packages:
            self._packages.append(package)

    def names(self) -> list[str]:
        """All names, sorted."""
        self._load()
        return sorted(self._entries)

    def get(self, name: str) -> Callable[..., T]:
        """The class or factory under `name`. Raises `UnknownNameError`."""
        self._load()
        if name not in self._entries:
            raise UnknownNameError(self.kind, name, self._entries)
        return self._entries[name]

    def create(self, spec: str, **given: Any) -> T:
        """Build an entry from a spec such as `majority:n=16`.

        Args:
            spec: Name, then optionally `:` and comma-separated `key=value` pairs.
            given: Further arguments, for parameters that are not plain values. The spec's arguments
                take precedence; names that are not parameters of the entry are dropped.

        Raises:
            UnknownNameError: No such entry or parameter.
            ConfigError: The spec is malformed, or the entry refused a value.
        """
        name, values = parse_spec(spec)
        parameters = inspect.signature(self.get(name)).parameters
        fitting = {key: value for key, value in given.items() if key in parameters}
        return self.build(spec, name, fitting | values)

    def build(self, spec: str, name: str, arguments: Mapping[str, Any]) -> T:
        """Build an entry from a parsed spec. Raises as `create` does."""
        factory = self.get(name)
        parameters = inspect.signature(factory).parameters
        for key in arguments:
            if key not in parameters:
                raise UnknownNameError(f"parameter of {self.kind} {name!r}", key, parameters)
        try:
            return factory(**arguments)
        except (TypeError, ValueError) as error:
            raise ConfigError(f"{self.kind} {spec!r}: {error}") from error

    def describe(self, name: str) -> str:
        """First line of the entry's documentation."""
        doc = inspect.getdoc(self.get(name)) or ""
        return doc.partition("\n")[0]

    def _load(self) -> None:
        if self._loaded:
            return
        for package in self._packages:  # which grows while the sub-packages are imported
            for module in pkgutil.iter_modules(importlib.import_module(package).__path__):
                if not module.name.startswith("_"):
                    importlib.import_module(f"{package}.{module.name}")
        for group in self._groups:
            for point in entry_points(group=group):
                if point.name not in self._entries:
                    self._entries[point.name] = _loaded(point)
        self._loaded = True


_PACKAGES = {
    "checker": "underdog.grading",
    "engine": "underdog.engines",
    "family": "underdog.generators",
    "form": "underdog.forms",
    "sandbox": "underdog.sandbox",
    "selector": "underdog.data.selectors",
    "objective": "underdog.training.objectives",
    "schedule": "underdog.training.schedules",
    "trainable": "underdog.training.trainable",
    "source": "underdog.data.sources",
    "study": "underdog.studies",
    "strategy": "underdog.strategies",
    "verifier": "underdog.verifiers",
}


def available(kind: str) -> dict[str, str]:
    """Registered names of a kind, with a line about each.

    Args:
        kind: `strategy`, `verifier`, `form`, `checker`, `engine`, `sandbox`, `family` (of generated
            problems), `source` or `selector` (of training data), `objective`, `schedule` or
            `trainable` (of training), or `study`. For tasks see `catalogue`.

    Returns:
        First line of each entry's documentation by name. A name is a spec, and takes parameters
        after a colon: `majority:n=8`.

    Raises:
        UnknownNameError: No such kind.

    Example:
        >>> available("strategy")["majority"]
        'Answer with the most frequent answer among n samples.'
    """
    if kind not in _PACKAGES:
        raise UnknownNameError("kind", kind, _PACKAGES)
    members = vars(importlib.import_module(_PACKAGES[kind])).values()
    found: list[Registry[Any]] = [one for one in members if isinstance(one, Registry)]
    return {name: one.describe(name) for one in found for name in one.names()}


def _loaded(point: EntryPoint) -> Callable[..., Any]:
    """Boundary: whatever a foreign package raises while it is imported is told as its fault."""
    try:
        return point.load()
    except Exception as error:
        whose = point.dist.name if point.dist else point.module
        raise ConfigError(
            f"package {whose!r} cannot be used: {point.group} {point.name!r} is {point.value!r}, "
            f"which fails with {type(error).__name__}: {error}; mend or uninstall it"
        ) from error


def parse_spec(spec: str) -> tuple[str, dict[str, Value]]:
    """Split `name:key=value,…` or `name(key=value,…)` into the name and typed values.

    A value may itself be a spec in brackets, so that an implementation's `name` is a spec that
    builds it again.

    Example:
        >>> parse_spec("adaptive:max_n=16,level=0.95")
        ('adaptive', {'max_n': 16, 'level': 0.95})
        >>> parse_spec("weighted(n=8,verifier=deepconf(kind=tail,window=16))")
        ('weighted', {'n': 8, 'verifier': 'deepconf(kind=tail,window=16)'})
    """
    match = _SPEC.fullmatch(spec.strip())
    if match is None:
        raise ConfigError(f"{spec!r} is not of the form name:key=value,… or name(key=value,…)")
    name, rest = match[1], match[2] or match[3] or ""
    values: dict[str, Value] = {}
    for pair in filter(None, (part.strip() for part in split_specs(rest))):
        key, equals, text = pair.partition("=")
        if not equals or not key.strip():
            raise ConfigError(f"{spec!r}: expected key=value, found {pair!r}")
        values[key.strip()] = _value(text.strip())
    return name, values


def split_specs(text: str) -> list[str]:
    """Parts between commas that are outside brackets.

    Example:
        >>> split_specs("gsm8k,words(min_steps=1,max_steps=2)")
        ['gsm8k', 'words(min_steps=1,max_steps=2)']
    """
    parts, depth = [""], 0
    for char in text:
        depth += (char == "(") - (char == ")")
        if char == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return parts


def _value(text: str) -> Value:
    lowered = text.lower()
    if lowered in ("true", "false"):
        return lowered == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text

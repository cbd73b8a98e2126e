"""The exceptions that underdog raises, one class per boundary.

    UnderdogError
    ├── UsageError            a name, value or option the user gave
    │   ├── UnknownNameError  no such strategy, task, model, …; offers the nearest names
    │   └── ConfigError       a configuration file or specification
    ├── DataError             a file or a row of data
    ├── GradingError          a checker's own set-up (never an answer's content)
    ├── SandboxError          no sandbox can be set up
    ├── EngineError           an engine cannot work
    │   ├── ModelFileError    a model file is missing, corrupt or refused
    │   ├── EndpointError     a remote endpoint refused or failed
    │   └── ContextError      a prompt does not fit the model's context
    ├── TrainingError         training cannot start, go on, or be kept
    ├── VerifierError         a verifier broke its contract
    ├── UnsupportedError      this implementation has no such ability
    ├── MissingExtraError     an optional dependency is not installed
    ├── StoreError            the rollout store cannot be read or written
    └── OracleError           something that sees gold was handed to a strategy

A message says what failed, the value seen, and what to do about it. Only these reach the command
line as one-line errors (exit code 2); anything else is a defect of underdog.
"""

import difflib
from collections.abc import Iterable


def offer(name: str, known: Iterable[str], otherwise: str = "known:") -> str:
    """Suggestion for an unknown name: the nearest known names, else all of them."""
    names = list(known)
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    return f"did you mean {' or '.join(near)}?" if near else f"{otherwise} {', '.join(names)}"


class UnderdogError(Exception):
    """Base of every error that underdog raises on purpose."""


class UsageError(UnderdogError):
    """A name, value or option that the user gave cannot be used."""


class UnknownNameError(UsageError):
    """No such name; the message offers the nearest ones."""

    def __init__(self, kind: str, name: str, known: Iterable[str], hint: str = "") -> None:
        instead = offer(name, sorted(known))
        super().__init__(f"unknown {kind} {name!r}; {instead}{' ' + hint if hint else ''}")
        self.kind = kind
        self.name = name


class ConfigError(UsageError):
    """A configuration file or specification is malformed."""


class DataError(UnderdogError):
    """A file or row of data cannot be used."""


class GradingError(UnderdogError):
    """A checker cannot be set up."""


class SandboxError(UnderdogError):
    """No sandbox can be set up."""


class EngineError(UnderdogError):
    """An engine cannot work."""


class ModelFileError(EngineError):
    """A model file is missing, corrupt, or of a refused format."""


class EndpointError(EngineError):
    """A remote endpoint refused the request or failed."""


class ContextError(EngineError):
    """A prompt does not fit into the model's context."""


class TrainingError(UnderdogError):
    """Training cannot start, go on, or be kept."""


class VerifierError(UnderdogError):
    """A verifier broke its contract."""


class UnsupportedError(UnderdogError):
    """This implementation has no such ability."""


class MissingExtraError(UnderdogError):
    """An optional dependency is not installed."""

    def __init__(self, needs: str, extra: str) -> None:
        super().__init__(f"{needs} is not installed; run: pip install 'underdog[{extra}]'")
        self.extra = extra


class StoreError(UnderdogError):
    """The rollout store cannot be read or written."""


class OracleError(UnderdogError):
    """Something that sees gold answers was handed to a strategy."""


CONCERN_ALL = (
    MissingExtraError,
    OracleError,
    SandboxError,
    StoreError,
    UnsupportedError,
    UsageError,
)
"""Errors that no other question or sample would be spared; they end a run."""

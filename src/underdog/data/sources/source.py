"""The seam to sources of training data: what they ask, what they get, what they make of it.

A source does no input or output: it is a generator that yields what to ask of which model and
is sent the replies. `collect` does the asking, the accounts and the journal, so that a source can
be stopped and continued, tested by hand, and run on any engine.
"""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Protocol, TypeAlias

from underdog.core import (
    Checker,
    Completion,
    EngineInfo,
    Example,
    FinishReason,
    JSONValue,
    Problem,
    Prompt,
    SamplingParams,
    Sandbox,
    Shot,
    Usage,
)

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

MAIN = "main"


@dataclass(frozen=True, slots=True)
class Ask:
    """Something to ask of a model.

    Attributes:
        prompt: What to continue.
        params: How to sample.
        n: How many samples.
        engine: Role of the engine, such as `main` or `student`.
    """

    prompt: Prompt
    params: SamplingParams
    n: int = 1
    engine: str = MAIN


@dataclass(frozen=True, slots=True)
class Reply:
    """One sample that a model gave.

    Attributes:
        text: The whole reply, the prompt's prefix included.
        finish: Why it ended; `error` when the sample failed.
        engine: Role of the engine that gave it.
        usage: What it cost; the prompt is charged to the first sample of an ask.
        stop_string: The stop string that ended it, left out of the text.
        error: What went wrong when `finish` is `error`.
        prefix: The part of the text that the prompt had opened the reply with.
    """

    text: str
    finish: FinishReason
    engine: str = MAIN
    usage: Usage = Usage()
    stop_string: str | None = None
    error: str = ""
    prefix: str = ""

    @property
    def said(self) -> str:
        """The model's own part of the text."""
        return self.text.removeprefix(self.prefix)

    @classmethod
    def of(cls, ask: Ask, completion: Completion) -> "Reply":
        """The reply that a completion makes."""
        return cls(
            text=ask.prompt.prefix + completion.text,
            finish=completion.finish,
            engine=ask.engine,
            usage=completion.usage,
            stop_string=completion.stop_string,
            error=completion.error or "",
            prefix=ask.prompt.prefix,
        )


@dataclass(frozen=True, slots=True)
class Record:
    """One thing that a source tried to make, and what became of it.

    Attributes:
        reason: Why it was rejected, in a few fixed words; empty when it was accepted.
        detail: More about the reason: the answer seen, the words missing.
        question: The text of the problem that the reply belongs to.
        reply: What the model wrote, or what was made of it.
        teacher: Role of the engine.
        usage: What it cost. Every reply of a source is charged to exactly one of its records.
        example: The training item when it was accepted.
        problem: The new problem with its answer, where the source makes problems.
        key: Records of a collection with the same key are duplicates; empty is like no other.
        tags: What else is known of it.
        id: Given by `collect`: seed and number.
        seed: Given by `collect`: id of the seed problem.
    """

    reason: str
    detail: str = ""
    question: str = ""
    reply: str = ""
    teacher: str = MAIN
    usage: Usage = Usage()
    example: Example | None = None
    problem: Problem | None = None
    key: str = ""
    tags: Mapping[str, JSONValue] = field(default_factory=dict[str, JSONValue])
    id: str = ""
    seed: str = ""

    @property
    def accepted(self) -> bool:
        """Whether it is in the data."""
        return not self.reason


def no_shots(_form: str) -> Sequence[Shot] | None:
    """Leave worked examples to the form."""
    return None


@dataclass(frozen=True, slots=True)
class Desk:
    """What a source works with.

    Attributes:
        checker: How answers are read and compared.
        sandbox: Where programs run.
        shots: The task's worked examples for a form; `None` leaves them to the form.
        peers: All seed problems of the collection.
        infos: What the engines say of themselves, by role.
        seed: Root of everything drawn at random.
    """

    checker: Checker
    sandbox: Sandbox
    shots: Callable[[str], Sequence[Shot] | None] = no_shots
    peers: Sequence[Problem] = ()
    infos: Mapping[str, EngineInfo] = field(default_factory=dict[str, EngineInfo])
    seed: int = 0

    def role(self, wanted: str) -> str:
        """The role `wanted` when an engine has it, else the main one."""
        return wanted if wanted in self.infos else MAIN


Exchange: TypeAlias = Generator[Sequence[Ask], Sequence[Sequence[Reply]], list[Record]]
"""Yields what to ask, is sent the replies to each, returns the records."""


class Source(Protocol):
    """A way to make training data with a model."""

    @property
    def name(self) -> str:
        """The source with all its parameters, as a spec for the same thing."""
        ...

    def make(self, seed: Problem, desk: Desk) -> Exchange:
        """Make records from one seed problem.

        What it asks must depend on nothing but the seed, the desk and the replies, so that a
        stopped collection can be continued from its journal.
        """
        ...


def spelled(kind: str, source: "DataclassInstance") -> str:
    """The spec of a source that is a dataclass, with all its parameters.

    Example:
        >>> from underdog.data.sources.hinted import Hinted
        >>> Hinted(n=2).name
        'hinted(form=cot,n=2,temperature=0.7,max_tokens=0,strict=True,sound=True)'
    """
    pairs = (f"{one.name}={getattr(source, one.name)}" for one in fields(source))
    return f"{kind}({','.join(pairs)})"

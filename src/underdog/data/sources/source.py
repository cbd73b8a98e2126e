"""The protocol of sources of training data: asks to models, their replies, and records.

A source does no input or output: it is a generator that yields asks, each for one model, and is
sent the replies. `collect` does sampling, budget and journal, so that a source can be stopped and
resumed, tested by hand, and run on any engine.
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
from underdog.forms.whole_reply import whole_reply

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

MAIN = "main"


@dataclass(frozen=True, slots=True)
class Ask:
    """A request for samples of a model.

    Attributes:
        prompt: The prompt.
        params: Sampling parameters.
        n: Number of samples.
        engine: Role of the engine, such as `main` or `student`.
    """

    prompt: Prompt
    params: SamplingParams
    n: int = 1
    engine: str = MAIN


@dataclass(frozen=True, slots=True)
class Reply:
    """One sample of a model.

    Attributes:
        text: The whole reply, the prompt's prefix included.
        finish: Reason why the sample ended; `error` when it failed.
        engine: Role of the engine.
        usage: Cost; the first sample of an ask has the cost of the prompt.
        stop_string: The stop string that ended the sample, not part of the text.
        error: Message of the error when `finish` is `error`.
        prefix: The beginning of the text, given by the prompt.
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
        """The text without the prompt's prefix."""
        return self.text.removeprefix(self.prefix)

    @classmethod
    def of(cls, ask: Ask, completion: Completion, continues: bool = True) -> "Reply":
        """The reply of a completion; `continues` as in the engine's `EngineInfo`."""
        return cls(
            text=whole_reply(ask.prompt.prefix, completion.text, continues=continues),
            finish=completion.finish,
            engine=ask.engine,
            usage=completion.usage,
            stop_string=completion.stop_string,
            error=completion.error or "",
            prefix=ask.prompt.prefix,
        )


@dataclass(frozen=True, slots=True)
class Record:
    """One attempt of a source to make an item or a problem, accepted or rejected.

    Attributes:
        reason: Reason of rejection, in a few fixed words; empty when accepted.
        detail: More about the reason: the answer seen, the words missing.
        question: Text of the problem that the reply belongs to.
        reply: The model's text, possibly edited by the source.
        teacher: Role of the engine.
        usage: Cost. Every reply of a source counts in exactly one of its records.
        example: The training item, when accepted.
        problem: The new problem with its answer, from sources that make problems.
        key: Records of a collection with equal keys are duplicates; an empty key equals none.
        tags: Further facts, by name.
        id: Seed and number; set by `collect`.
        seed: Id of the seed problem; set by `collect`.
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
        """Whether the record is accepted."""
        return not self.reason


def no_shots(_form: str) -> Sequence[Shot] | None:
    """`None` for every form: the form's own worked examples are used."""
    return None


@dataclass(frozen=True, slots=True)
class Desk:
    """The surroundings of a source: checker, sandbox, worked examples, engines, seed.

    Attributes:
        checker: Reads and compares answers.
        sandbox: Sandbox for programs.
        shots: The task's worked examples for a form; `None` leaves them to the form.
        peers: All seed problems of the collection.
        infos: `EngineInfo` of each engine, by role.
        seed: Root seed of all random draws.
    """

    checker: Checker
    sandbox: Sandbox
    shots: Callable[[str], Sequence[Shot] | None] = no_shots
    peers: Sequence[Problem] = ()
    infos: Mapping[str, EngineInfo] = field(default_factory=dict[str, EngineInfo])
    seed: int = 0

    def role(self, wanted: str) -> str:
        """The role `wanted` when an engine has it, else `main`."""
        return wanted if wanted in self.infos else MAIN


Exchange: TypeAlias = Generator[Sequence[Ask], Sequence[Sequence[Reply]], list[Record]]
"""Generator that yields asks, is sent the replies to each ask, and returns records."""


class Source(Protocol):
    """A way to make training data with a model."""

    @property
    def name(self) -> str:
        """Spec of the source with all its parameters."""
        ...

    def make(self, seed: Problem, desk: Desk) -> Exchange:
        """Make records from one seed problem.

        The asks must depend only on the seed, the desk and the replies, so that a stopped
        collection can be resumed from its journal.
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

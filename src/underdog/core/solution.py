"""One sampled attempt at a question, read and ready for a vote."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from underdog.core.completion import FinishReason, TokenTrace
from underdog.core.usage import Usage

SolutionStatus: TypeAlias = Literal[
    "ok",  # an answer was read
    "no_answer",  # the reply ended without a readable answer
    "truncated",  # the token cap cut the reply before its answer
    "execution_error",  # the program raised, or printed nothing usable
    "timeout",  # the program ran into its time limit
    "memory",  # the program ran into its memory limit
    "output",  # the program printed too much
    "unsupported",  # no sandbox could run the program; neither right nor wrong
    "crashed",  # the sandbox worker died
    "engine_error",  # the engine failed on this sample
]


@dataclass(frozen=True, slots=True)
class Solution:
    """A reply, the answer read from it, and what it cost.

    Attributes:
        index: Position in its pool of samples (same question, engine, form, sampling); unique
            there and stable across resumes.
        engine: Role of the engine that wrote the reply: `main`, or the role a strategy named.
        form: Form that the prompt asked for.
        text: The whole reply, the form's opening included.
        answer: Answer as read; `None` unless `status` is `ok`.
        vote_key: Canonical form of the answer, the same for equal answers; `None` without one.
        strict: Whether the answer stood where the form asks for it, rather than being found by
            the flexible rule.
        status: Whether an answer was read, else why not.
        finish: Why generation ended; see `Completion`.
        trace: Token trace of the sampled part.
        usage: Cost of the sample.
        scores: Verifier scores by verifier name; higher is better.
        detail: Error message of the execution or the engine; empty without one.
        reader: Fingerprint of the code and settings that read the answer; empty when unknown.
    """

    index: int
    engine: str
    form: str
    text: str
    answer: str | None = None
    vote_key: str | None = None
    strict: bool = True
    status: SolutionStatus = "ok"
    finish: FinishReason = "stop"
    trace: TokenTrace = TokenTrace()
    usage: Usage = Usage()
    scores: Mapping[str, float] = field(default_factory=dict[str, float])
    detail: str = ""
    reader: str = field(default="", compare=False)

    def with_score(self, verifier: str, score: float) -> "Solution":
        """A copy with `verifier`'s score added."""
        return replace(self, scores={**self.scores, verifier: score})

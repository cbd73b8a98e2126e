"""The seam to selectors: what they are given, and what they say of every example."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from underdog.core.example import Example
from underdog.data.selectors.keep import Keep
from underdog.data.selectors.trajectories import Trajectories
from underdog.engines.sync import SyncEngine

Aid: TypeAlias = Literal["engine", "trajectories", "pass_rates"]


@dataclass(frozen=True, slots=True)
class Aids:
    """What a selector may look at besides the examples; it says which it needs.

    Attributes:
        engine: A small model whose `score` gives losses. Not closed by the selector.
        trajectories: Each example's loss at every checkpoint of a small proxy's training.
        pass_rates: Share of a student's samples that were right, by example id or `key` tag.
        seed: What random choices hang on.
    """

    engine: SyncEngine | None = None
    trajectories: Trajectories | None = None
    pass_rates: Mapping[str, float] | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Choice:
    """What was decided about one example.

    Attributes:
        example: The example.
        kept: Whether it stays.
        reason: Why, in a few words, the same words for the same cause.
        score: What the selector measured, in its own unit; `None` when it measured nothing.
        rival: Id of the example that it repeats, for selectors that drop repeats.
    """

    example: Example
    kept: bool
    reason: str
    score: float | None = None
    rival: str | None = None


class Selector(Protocol):
    """Decides which examples are worth training on."""

    @property
    def name(self) -> str:
        """Registered name."""
        ...

    @property
    def needs(self) -> tuple[Aid, ...]:
        """Aids that must be given."""
        ...

    @property
    def streams(self) -> bool:
        """Whether it decides example by example, without reading all of them first.

        Such a selector takes no `keep`: how many stay follows from the data.
        """
        ...

    def choose(
        self, examples: Iterable[Example], keep: Keep | None, aids: Aids
    ) -> Iterator[Choice]:
        """One choice per example, in their order.

        Args:
            examples: With unique ids.
            keep: How much to keep; `None` keeps all that the selector does not reject.
            aids: Holds at least what it needs.
        """
        ...

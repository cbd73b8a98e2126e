"""The protocol of selectors: examples and aids in, one choice per example out."""

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
    """Inputs of a selector besides the examples; `Selector.needs` names the required ones.

    Attributes:
        engine: A small model whose `score` gives losses; the caller closes it.
        trajectories: Loss of each example at every checkpoint of a small proxy's training.
        pass_rates: Share of a student's samples that are right, by example id or `key` tag.
        seed: Seed of random choices.
    """

    engine: SyncEngine | None = None
    trajectories: Trajectories | None = None
    pass_rates: Mapping[str, float] | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Choice:
    """Decision about one example.

    Attributes:
        example: The example.
        kept: Whether the example is kept.
        reason: Reason in a few fixed words.
        score: The selector's measure of the example, in its own unit; `None` without one.
        rival: Id of the earlier example that this one repeats, from selectors that drop repeats.
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
        """Names of the aids that must be given."""
        ...

    @property
    def streams(self) -> bool:
        """Whether the selector decides example by example, without reading all of them first.

        Such a selector takes no `keep`: the number of kept examples follows from the data.
        """
        ...

    def choose(
        self, examples: Iterable[Example], keep: Keep | None, aids: Aids
    ) -> Iterator[Choice]:
        """One choice per example, in their order.

        Args:
            examples: Examples with unique ids.
            keep: Share or count to keep; `None` keeps all that the selector does not reject.
            aids: At least the aids in `needs`.
        """
        ...

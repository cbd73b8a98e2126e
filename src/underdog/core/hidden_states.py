"""What a model thinks while it reads: vectors of its residual stream, for probes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from underdog.core.prompt import Prompt
from underdog.core.usage import Usage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class StatesRequest:
    """Read a prompt, its prefix included, and look at some of its tokens.

    Attributes:
        prompt: What is read.
        layer: How many layers have been passed: 0 looks at the embeddings, `num_layers` at what
            goes into the last norm; negative numbers count from the end (-1 is the last layer).
        positions: Which tokens, from 0; negative numbers count from the end. `None` is all.
    """

    prompt: Prompt
    layer: int
    positions: tuple[int, ...] | None = (-1,)


@dataclass(frozen=True, slots=True, eq=False)
class LayerStates:
    """What was found.

    Attributes:
        values_PD: One vector in float32 for each of the P positions, of the model's width D.
        num_tokens: Tokens of the prompt.
        usage: What reading cost.
    """

    values_PD: "NDArray[np.float32]"
    num_tokens: int
    usage: Usage = Usage()


@runtime_checkable
class HiddenStates(Protocol):
    """An ability that an engine may have beside those of `Engine`."""

    async def hidden_states(self, requests: Sequence[StatesRequest]) -> list[LayerStates]:
        """The residual stream per request, in order."""
        ...

"""The seam to hidden states: vectors of a model's residual stream, for probes."""

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
    """Request for the hidden states of some tokens of a prompt.

    Attributes:
        prompt: The prompt; its prefix is included.
        layer: Number of decoder layers passed: 0 gives the embeddings, `num_layers` the input of
            the last norm; negative numbers count from the end (-1 is the last layer).
        positions: Token positions, from 0; negative numbers count from the end. `None` is all.
    """

    prompt: Prompt
    layer: int
    positions: tuple[int, ...] | None = (-1,)


@dataclass(frozen=True, slots=True, eq=False)
class LayerStates:
    """Hidden states of one request.

    Attributes:
        values_PD: One float32 vector of the model's width D for each of the P positions.
        num_tokens: Length of the prompt in tokens.
        usage: Cost of reading the prompt.
    """

    values_PD: "NDArray[np.float32]"
    num_tokens: int
    usage: Usage = Usage()


@runtime_checkable
class HiddenStates(Protocol):
    """Engines that can also return hidden states."""

    async def hidden_states(self, requests: Sequence[StatesRequest]) -> list[LayerStates]:
        """The hidden states of each request, in order."""
        ...

"""Finding at the step that training goes wrong: a loss that is no number, or one that leaps."""

import math
from collections import deque
from collections.abc import Iterable
from statistics import median

from underdog.errors import TrainingError

_MEMORY = 50
_LEAST = 20
_DEVIATIONS = 10.0
_SMALLEST = 0.05
_IN_A_ROW = 3


class Divergence(TrainingError):
    """The loss is no number, or leapt and stayed up."""


class DivergenceWatch:
    """Watches the losses of a stage.

    A loss leaps when it lies above the median of the last 50 by more than ten times their median
    deviation, and by more than 0.5 nats; three in a row end the stage.

    Args:
        losses: Losses so far, oldest first.
        leaps: Leaps in a row so far.
    """

    def __init__(self, losses: Iterable[float] = (), leaps: int = 0) -> None:
        self._losses = deque(losses, _MEMORY)
        self._leaps = leaps

    @property
    def losses(self) -> tuple[float, ...]:
        """The last losses, oldest first, for a checkpoint."""
        return tuple(self._losses)

    @property
    def leaps(self) -> int:
        """Leaps in a row so far; above 0 the weights may be spoiled already."""
        return self._leaps

    def check(self, step: int, loss: float, gradient: float) -> None:
        """Take note of a step.

        Raises:
            Divergence: The loss or the gradient is no number, or the loss leapt three times.
        """
        if not (math.isfinite(loss) and math.isfinite(gradient)):
            raise Divergence(
                f"step {step}: the loss is {loss:g} and the gradient's norm {gradient:g}; lower "
                "the learning rate, or look for damaged items; the last checkpoint is kept"
            )
        if self._leapt(loss):
            self._leaps += 1
            if self._leaps >= _IN_A_ROW:
                raise Divergence(
                    f"step {step}: the loss leapt to {loss:.2f} from about "
                    f"{median(self._losses):.2f} and stays there; lower the learning rate; "
                    "the last checkpoint is kept"
                )
            return
        self._leaps = 0
        self._losses.append(loss)

    def _leapt(self, loss: float) -> bool:
        if len(self._losses) < _LEAST:
            return False
        middle = median(self._losses)
        spread = median(abs(one - middle) for one in self._losses)
        return loss > middle + _DEVIATIONS * max(spread, _SMALLEST)

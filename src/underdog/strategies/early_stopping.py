"""Early-stopping self-consistency (ESC): stop when one window of samples is unanimous.

Li et al., arXiv 2401.10480: samples are drawn in windows of fixed size; a window whose answers all
agree ends the sampling. Departure: a window in which no solution has an answer is not unanimous.
Cost: between one window and `max_n` calls.
"""

from underdog.core import Question, Sample, Solution, Steps
from underdog.strategies import strategies
from underdog.strategies.parameters import positive
from underdog.strategies.voting import decide


@strategies.register("early_stopping")
class EarlyStopping:
    """Majority vote that stops after a unanimous window.

    Args:
        max_n: Most samples to draw.
        window: Samples per window.
    """

    def __init__(self, max_n: int = 16, window: int = 5) -> None:
        self._max_n = positive("max_n", max_n)
        self._window = positive("window", window)
        self.name = f"early_stopping(max_n={max_n},window={window})"

    def solve(self, question: Question) -> Steps:
        """Draw windows until one is unanimous, or `max_n` is reached."""
        drawn: list[Solution] = []
        while True:
            want = min(self._window, self._max_n - len(drawn))
            wave = yield Sample(want)
            drawn.extend(wave)
            keys = {one.vote_key for one in wave}
            if len(wave) == self._window and len(keys) == 1 and None not in keys:
                return decide(drawn, f"unanimous window after {len(drawn)} of {self._max_n}")
            if len(wave) < want or len(drawn) >= self._max_n:
                return decide(drawn, f"drew {len(drawn)} of {self._max_n}")

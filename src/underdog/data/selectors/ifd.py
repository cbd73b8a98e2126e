"""IFD and IC-IFD: the effect of the question on the model's loss of the answer.

From mean losses L of answer A and question Q under a small model: IFD = L(A|Q) / L(A) (Cherry,
arXiv 2308.12032) and IC-IFD = L(A|Q) / (L(Q) · L(A)) (arXiv 2412.11231). Examples with the highest
values are kept: the question says little about the answer, so there is something to learn. At IFD ≥
1 the question does not help at all and probably does not belong to the answer; the guard rejects
such examples. Label noise also scores high. Cost: 2 forward passes per example, 3 for IC-IFD.
"""

from collections.abc import Iterable, Iterator, Sequence

from underdog.core import Prompt
from underdog.core.example import Example
from underdog.data.selectors import selectors
from underdog.data.selectors.keep import Keep
from underdog.data.selectors.measuring.losses import NOTHING, asked, losses
from underdog.data.selectors.measuring.ranking import report_best
from underdog.data.selectors.selector import Aid, Aids, Choice
from underdog.errors import UsageError

_MISFIT = "the question does not help"
_EMPTY = "nothing to score"


class _Ratio:
    """The selection that `IFD` and `ICIFD` share."""

    name = "ifd"
    needs: tuple[Aid, ...] = ("engine",)
    streams = False

    def __init__(self, guard: bool = True) -> None:
        self._guard = bool(guard)

    def choose(
        self, examples: Iterable[Example], keep: Keep | None, aids: Aids
    ) -> Iterator[Choice]:
        """One choice per example, in their order."""
        if aids.engine is None:
            raise UsageError(f"{self.name} needs an engine")
        rows = list(examples)
        given = losses(aids.engine, [(asked(row), row.completion) for row in rows])
        alone = losses(aids.engine, [(NOTHING, row.completion) for row in rows])
        ratios = [_over(upper, lower) for upper, lower in zip(given, alone, strict=True)]
        scores = self._scores(ratios, rows, aids)
        rejected = {place: _EMPTY for place, score in enumerate(scores) if score is None}
        if self._guard:
            rejected |= {
                place: _MISFIT for place, ratio in enumerate(ratios) if ratio and ratio >= 1
            }
        yield from report_best(rows, scores, keep, rejected)

    def _scores(
        self, ratios: list[float | None], rows: Sequence[Example], aids: Aids
    ) -> list[float | None]:
        return ratios


@selectors.register("ifd")
class IFD(_Ratio):
    """Answers that their question makes least likelier.

    Args:
        guard: Reject examples whose question does not make the answer likelier at all.
    """


@selectors.register("ic_ifd")
class ICIFD(_Ratio):
    """IC-IFD: as `IFD`, with more weight on easy (likely) questions.

    Args:
        guard: Reject examples whose question does not make the answer likelier at all.
    """

    name = "ic_ifd"

    def _scores(
        self, ratios: list[float | None], rows: Sequence[Example], aids: Aids
    ) -> list[float | None]:
        if aids.engine is None:
            return ratios
        asking = losses(aids.engine, [(NOTHING, _question(asked(row))) for row in rows])
        return [_over(ratio, loss) for ratio, loss in zip(ratios, asking, strict=True)]


def _question(prompt: Prompt) -> str:
    return "\n\n".join(turn.content for turn in prompt.messages)


def _over(upper: float | None, lower: float | None) -> float | None:
    return None if upper is None or not lower else upper / lower

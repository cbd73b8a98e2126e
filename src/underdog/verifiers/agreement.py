"""Agreement: the share of the other solutions that reach the same answer.

With `across=forms` only solutions written in another form count, so that a chain of thought is
checked by programs and the other way round (arXiv 2401.11864). Cost: no model calls.
"""

from collections.abc import Sequence

from underdog.core import ModelCalls, Question, ScoreUnit, Solution
from underdog.errors import UnknownNameError
from underdog.verifiers import verifiers


@verifiers.register("agreement")
class Agreement:
    """Share of other solutions with the same answer, in [0, 1].

    Args:
        across: `all` compares with all other solutions, `forms` only with solutions in other forms.
    """

    unit: ScoreUnit = "probability"
    pointwise = False

    def __init__(self, across: str = "all") -> None:
        if across not in ("all", "forms"):
            raise UnknownNameError("kind of agreement", across, ("all", "forms"))
        self._forms_only = across == "forms"
        self.name = f"agreement(across={across})"

    async def score(
        self, question: Question, solutions: Sequence[Solution], calls: ModelCalls
    ) -> list[float | None]:
        """The share per solution; 0 without an answer, `None` without another solution."""
        return [self._share(place, solutions) for place in range(len(solutions))]

    def _share(self, place: int, solutions: Sequence[Solution]) -> float | None:
        mine = solutions[place]
        others = [
            one
            for at, one in enumerate(solutions)
            if at != place and not (self._forms_only and one.form == mine.form)
        ]
        if not others:
            return None
        if mine.vote_key is None:
            return 0.0
        return sum(one.vote_key == mine.vote_key for one in others) / len(others)

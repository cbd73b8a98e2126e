"""Cross-form vote: solutions written in several forms vote together.

A chain of thought and a program make different mistakes, so an answer that both reach is more
likely right (ensemble of thoughts, arXiv 2401.11864). Cost: n calls in all, shared between forms.
"""

from underdog.core import Question, Sample, Solution, Steps
from underdog.errors import ConfigError
from underdog.strategies import strategies
from underdog.strategies.parameters import positive
from underdog.strategies.voting import decide


@strategies.register("cross_form")
class CrossForm:
    """Majority vote over samples in several forms.

    Args:
        n: Samples in all; forms share them equally, earlier ones first.
        forms: Form names joined by `+`.
    """

    def __init__(self, n: int = 16, forms: str = "cot+program") -> None:
        self._n = positive("n", n)
        self._forms = tuple(filter(None, (form.strip() for form in str(forms).split("+"))))
        if len(set(self._forms)) < 2:
            raise ConfigError(f"forms must name at least two forms joined by '+', not {forms!r}")
        self.name = f"cross_form(n={n},forms={'+'.join(self._forms)})"

    @property
    def forms(self) -> tuple[str, ...]:
        """Forms that the bench has to provide."""
        return self._forms

    def solve(self, question: Question) -> Steps:
        """Draw each form's share and let all solutions vote."""
        drawn: list[Solution] = []
        for place, form in enumerate(self._forms):
            share = self._n // len(self._forms) + (place < self._n % len(self._forms))
            if share:
                drawn.extend((yield Sample(share, form=form)))
        return decide(drawn, f"majority of {len(drawn)} in {len(self._forms)} forms")

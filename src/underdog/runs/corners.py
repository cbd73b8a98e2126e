"""Names of a match's strategies and forms, checked before a model is opened."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from underdog.core import Engine
from underdog.forms import forms
from underdog.runs.match import Contender
from underdog.strategies import strategies
from underdog.strategies.running.defaults import MATCH_STRATEGY


@dataclass(frozen=True, slots=True)
class Corners:
    """Strategies and forms of both sides of a match.

    Attributes:
        small_strategies: Strategy specs of the small model; the verdict is about the first.
        big_strategy: Strategy spec of the big model.
        form: Name of the form; the task's default when `None`.
        big_form: Name of the big model's form; `form` when `None`.
    """

    small_strategies: tuple[str, ...] = (MATCH_STRATEGY,)
    big_strategy: str = "greedy"
    form: str | None = None
    big_form: str | None = None

    def __post_init__(self) -> None:
        for spec in (*self.small_strategies, self.big_strategy):
            strategies.create(spec)
        for form in filter(None, (self.form, self.big_form)):
            forms.create(form)

    def contenders(self, engines: Mapping[str, Engine]) -> dict[str, Contender]:
        """Contenders by side; against another model, the small one also plays greedily.

        Args:
            engines: Models by side, `small` and `big`.
        """
        small, big = engines["small"], engines["big"]
        alone = () if small is big or "greedy" in self.small_strategies else ("greedy",)
        arms = (*self.small_strategies, *alone)
        return {
            "small": Contender(_label(small), small, arms, self.form),
            "big": Contender(_label(big), big, (self.big_strategy,), self.big_form or self.form),
        }


def _label(engine: Engine) -> str:
    """Short name of an engine's model, for tables."""
    return Path(engine.info.model).name.removesuffix(".gguf")

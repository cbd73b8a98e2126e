"""What `underdog data collect` is asked for: source, models, seeds, size, caps."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field

from underdog.core import Budget
from underdog.toml_file import StrictTable


class Caps(StrictTable):
    """Hard caps on what a data set of models may cost; what is left out has none.

    Attributes:
        calls: Samples.
        tokens: Tokens sampled.
        seconds: Of one run; the same command goes on after it.
        flops: Floating-point operations.
        usd: Money.
    """

    calls: Annotated[int, Field(ge=1)] | None = None
    tokens: Annotated[int, Field(ge=1)] | None = None
    seconds: Annotated[float, Field(gt=0)] | None = None
    flops: Annotated[float, Field(gt=0)] | None = None
    usd: Annotated[float, Field(gt=0)] | None = None

    @classmethod
    def of(cls, budget: Budget) -> "Caps":
        """A budget as caps."""
        return cls(
            calls=budget.calls,
            tokens=budget.generated_tokens,
            seconds=budget.seconds,
            flops=budget.flops,
            usd=budget.cost_usd,
        )

    @property
    def budget(self) -> Budget:
        """The same as a budget."""
        return Budget(
            calls=self.calls,
            generated_tokens=self.tokens,
            seconds=self.seconds,
            flops=self.flops,
            cost_usd=self.usd,
        )


class CollectPlan(StrictTable):
    """A data set that is collected from models; it stands on the card.

    Attributes:
        source: Spec of the source, such as `self:form=program,k=4`.
        models: Engine specs by role; `main` is the one asked.
        seeds: Spec of the seed problems, such as `gsm8k:split=train`.
        count: Training items wanted.
        max_seeds: Most seed problems.
        seed: What all sampling hangs on.
        caps: Hard caps.
    """

    source: str
    models: Annotated[Mapping[str, str], Field(min_length=1)]
    seeds: str
    count: Annotated[int, Field(ge=1)]
    max_seeds: Annotated[int, Field(ge=1)] | None = None
    seed: int = 0
    caps: Caps = Caps()

    @property
    def recorded(self) -> "CollectPlan":
        """The plan as a card tells it: models without the folders they lie in."""
        return self.model_copy(update={"models": {r: _bare(m) for r, m in self.models.items()}})


def _bare(model: str) -> str:
    kind, colon, place = model.rpartition(":")
    return f"{kind}{colon}{Path(place).name}" if Path(place).expanduser().exists() else model

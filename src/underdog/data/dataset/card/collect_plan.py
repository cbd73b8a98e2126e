"""The plan of `underdog data collect`: source, models, seed problems, size, caps."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field

from underdog.core import Budget
from underdog.toml_file import StrictTable


class Caps(StrictTable):
    """Hard caps on the cost of collecting a data set; `None` is no cap.

    Attributes:
        calls: Samples drawn.
        tokens: Tokens sampled.
        seconds: Wall-clock seconds of one run; the same command resumes afterwards.
        flops: Floating-point operations.
        usd: US dollars.
    """

    calls: Annotated[int, Field(ge=1)] | None = None
    tokens: Annotated[int, Field(ge=1)] | None = None
    seconds: Annotated[float, Field(gt=0)] | None = None
    flops: Annotated[float, Field(gt=0)] | None = None
    usd: Annotated[float, Field(gt=0)] | None = None

    @classmethod
    def of(cls, budget: Budget) -> "Caps":
        """The caps of a budget."""
        return cls(
            calls=budget.calls,
            tokens=budget.generated_tokens,
            seconds=budget.seconds,
            flops=budget.flops,
            usd=budget.cost_usd,
        )

    @property
    def budget(self) -> Budget:
        """The budget with these caps."""
        return Budget(
            calls=self.calls,
            generated_tokens=self.tokens,
            seconds=self.seconds,
            flops=self.flops,
            cost_usd=self.usd,
        )


class CollectPlan(StrictTable):
    """A data set to collect from models, as recorded on its card.

    Attributes:
        source: Spec of the source, such as `self:form=program,k=4`.
        models: Engine specs by role; `main` answers unless the source names another.
        seeds: Spec of the seed problems, such as `gsm8k:split=train`.
        count: Training items wanted.
        max_seeds: Most seed problems; `None` is no limit.
        seed: Root seed of all sampling.
        caps: Hard caps on the cost.
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
        """The plan as the card records it: model files by name, without their folders."""
        return self.model_copy(update={"models": {r: _bare(m) for r, m in self.models.items()}})


def _bare(model: str) -> str:
    kind, colon, place = model.rpartition(":")
    return f"{kind}{colon}{Path(place).name}" if Path(place).expanduser().exists() else model

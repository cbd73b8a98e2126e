"""The plan of `underdog data make`: families with knobs and shares, forms, split, size, seed.

A plan is stored on the card and in every shard of its data set, so the names and the order of its
fields are a file format.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypedDict, Unpack

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from underdog.errors import ConfigError, UnknownNameError
from underdog.forms import forms as known_forms
from underdog.generators import families
from underdog.generators.drawing import SHARES
from underdog.toml_file import StrictTable, describe_errors


def _all_or_none(value: Any) -> Any:
    """Shares 0 and 1 as the truth values that files hold for them."""
    return bool(value) if isinstance(value, int | float) and value in (0, 1) else value


InstructionShare = Annotated[
    bool | Annotated[float, Field(ge=0, le=1)], BeforeValidator(_all_or_none)
]
_SHARED = re.compile(r"([\w.\-]+|[\w.\-]+\(.*\)|[\w.\-]+:.*=[^=,]*)=(\d+(?:\.\d+)?%?)", re.DOTALL)


class PlannedFamily(StrictTable):
    """A family of generated problems and its share of the data.

    Attributes:
        spec: The family, such as `addition:digits=4`.
        share: Share of the problems, above 0 and at most 1.
        version: Version of the family.
        checker: Spec of the family's checker.
        forms: Forms of the solutions.
    """

    spec: str
    share: Annotated[float, Field(gt=0, le=1)]
    version: int
    checker: str
    forms: Annotated[tuple[str, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class FamilyStream:
    """The endless sequence of a family's items as training rows, in a fixed order.

    Attributes:
        family: The family and the forms of its solutions.
        split: Split of the items: `train`, `dev` or `test`.
        seed: Another seed gives other items of the same split.
        every_form: True for one row per form of an item; false for one row per item, its form
            chosen by hash.
        instruction: Share of the items whose prompt contains the form's instruction.
        verify: Whether every row is read back and graded.
    """

    family: PlannedFamily
    split: str
    seed: int
    every_form: bool
    instruction: float
    verify: bool


class MakePlan(StrictTable):
    """A plan from which a data set can be made again, byte for byte.

    Attributes:
        sources: Families, with shares that sum to 1.
        count: Distinct problems wanted.
        split, seed, every_form, instruction, verify: See `FamilyStream`.
        shard_problems: Problems per shard.
    """

    sources: Annotated[tuple[PlannedFamily, ...], Field(min_length=1)]
    count: Annotated[int, Field(ge=1)]
    split: str = "train"
    seed: int = 0
    every_form: bool = True
    instruction: InstructionShare = True
    verify: bool = True
    shard_problems: Annotated[int, Field(ge=1)] = 20_000

    @model_validator(mode="after")
    def _sound(self) -> "MakePlan":
        specs = [source.spec for source in self.sources]
        if len(set(specs)) < len(specs):
            raise ValueError(f"a family is named twice: {', '.join(specs)}")
        if abs(sum(source.share for source in self.sources) - 1) > 1e-9:
            raise ValueError("the shares of the families do not sum to 1")
        return self

    @property
    def streams(self) -> tuple[FamilyStream, ...]:
        """One stream of items per family."""
        style = (self.split, self.seed, self.every_form, self.instruction, self.verify)
        return tuple(FamilyStream(family, *style) for family in self.sources)


class PlanSettings(TypedDict, total=False):
    """Settings of a plan; one left out takes the default of `MakePlan`."""

    split: str
    seed: int
    every_form: bool
    instruction: float
    verify: bool
    shard_problems: int


def plan_of(
    specs: Sequence[str],
    count: int,
    forms: Sequence[str] = (),
    **settings: Unpack[PlanSettings],
) -> MakePlan:
    """A plan from families as a user writes them.

    Args:
        specs: `addition`, `addition:digits=4`; with a weight `addition=2`, `addition(digits=4)=2`.
            Weights are relative, 1 when left out.
        count: Distinct problems wanted.
        forms: Forms to write; each family's own when left out.
        settings: `split` (`train`, `dev` or `test`), `seed`, `every_form`, `instruction`, `verify`
            and `shard_problems`, as in `MakePlan`.

    Raises:
        UnknownNameError: No such family, parameter, form or split.
        ConfigError: A weight or size cannot be used, or a family has none of the forms.
    """
    split = settings.get("split", "train")
    if split not in SHARES:
        raise UnknownNameError("split", split, SHARES)
    parsed = [weighted(text) for text in specs]
    total = sum(weight for _, weight in parsed)
    sources = tuple(_planned(spec, weight / total, forms) for spec, weight in parsed)
    try:
        return MakePlan(sources=sources, count=count, **settings)
    except ValidationError as error:
        raise ConfigError(f"data plan: {describe_errors(error, MakePlan)}") from error


def weighted(text: str) -> tuple[str, float]:
    """A family's spec and its weight.

    Example:
        >>> weighted("addition(digits=3)=0.5"), weighted("addition:digits=3")
        (('addition(digits=3)', 0.5), ('addition:digits=3', 1.0))
    """
    match = _SHARED.fullmatch(text.strip())
    if match is None:
        return text.strip(), 1.0
    number = match[2]
    weight = float(number[:-1]) / 100 if number.endswith("%") else float(number)
    if weight <= 0:
        raise ConfigError(f"{text!r}: a family's weight must be above 0; leave it out instead")
    return match[1], weight


def _planned(spec: str, share: float, wanted: Sequence[str]) -> PlannedFamily:
    family = families.create(spec)
    for name in wanted:
        known_forms.get(name)
    chosen = tuple(name for name in wanted if name in family.forms) if wanted else family.forms
    if not chosen:
        raise ConfigError(
            f"family {spec!r} has none of the forms {', '.join(wanted)}; "
            f"it has {', '.join(family.forms)}"
        )
    return PlannedFamily(
        spec=spec, share=share, version=family.version, checker=family.checker, forms=chosen
    )

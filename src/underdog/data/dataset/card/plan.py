"""What a generated data set is asked to be: families with shares, forms, size, seed."""

import re
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, ValidationError, model_validator

from underdog.core import Family
from underdog.errors import ConfigError, UnknownNameError
from underdog.generators.drawing import SHARES
from underdog.toml_file import StrictTable, faults

_SHARED = re.compile(r"([\w.\-]+|[\w.\-]+\(.*\)|[\w.\-]+:.*=[^=,]*)=(\d+(?:\.\d+)?%?)", re.DOTALL)


class PlannedFamily(StrictTable):
    """A family of generated problems and how much of the data it makes up.

    Attributes:
        spec: The family, such as `addition:digits=4`.
        share: Its share of the problems.
        version: Version of the family.
        checker: Spec of its checker.
        forms: Forms that its solutions are written in.
    """

    spec: str
    share: Annotated[float, Field(gt=0, le=1)]
    version: int
    checker: str
    forms: Annotated[tuple[str, ...], Field(min_length=1)]


class Plan(StrictTable):
    """A data set that can be made again from this alone.

    Attributes:
        sources: Where problems come from.
        count: Distinct problems wanted.
        split: Which split they belong to.
        seed: Another seed gives other problems of the same split.
        every_form: One row per form of a problem; else one per problem, its form by hash.
        instruction: Whether the prompt carries the form's instruction.
        verify: Whether every row is read back and graded.
        shard_problems: Problems per file.
    """

    sources: Annotated[tuple[PlannedFamily, ...], Field(min_length=1)]
    count: Annotated[int, Field(ge=1)]
    split: str = "train"
    seed: int = 0
    every_form: bool = True
    instruction: bool = True
    verify: bool = True
    shard_problems: Annotated[int, Field(ge=1)] = 20_000

    @model_validator(mode="after")
    def _sound(self) -> "Plan":
        specs = [source.spec for source in self.sources]
        if len(set(specs)) < len(specs):
            raise ValueError(f"a family is named twice: {', '.join(specs)}")
        if abs(sum(source.share for source in self.sources) - 1) > 1e-9:
            raise ValueError("the shares of the families do not sum to 1")
        return self


def plan_of(
    specs: Sequence[str],
    count: int,
    forms: Sequence[str] = (),
    *,
    split: str = "train",
    seed: int = 0,
    every_form: bool = True,
    instruction: bool = True,
    verify: bool = True,
    shard_problems: int = 20_000,
) -> Plan:
    """A plan from families as a user writes them.

    Args:
        specs: `addition`, `addition:digits=4`; with a weight `addition=2`, `addition(digits=4)=2`.
            Weights are relative, 1 when left out.
        count: Distinct problems wanted.
        forms: Forms to write; each family's own when left out.
        split: `train`, `dev` or `test`.
        seed: Any integer.
        every_form: One row per form of a problem; else one row per problem.
        instruction: Whether the prompt carries the form's instruction.
        verify: Whether every row is read back and graded.
        shard_problems: Problems per file.

    Raises:
        UnknownNameError: No such family, parameter, form or split.
        ConfigError: A weight or size cannot be used, or a family has none of the forms.
    """
    if split not in SHARES:
        raise UnknownNameError("split", split, SHARES)
    parsed = [weighted(text) for text in specs]
    total = sum(weight for _, weight in parsed)
    try:
        return Plan(
            sources=tuple(_source(spec, weight / total, forms) for spec, weight in parsed),
            count=count,
            split=split,
            seed=seed,
            every_form=every_form,
            instruction=instruction,
            verify=verify,
            shard_problems=shard_problems,
        )
    except ValidationError as error:
        raise ConfigError(f"data plan: {faults(error, Plan)}") from error


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


def open_family(spec: str) -> Family:
    """The family that a spec names."""
    from underdog.generators import families

    return families.create(spec)


def _source(spec: str, share: float, wanted: Sequence[str]) -> PlannedFamily:
    from underdog.forms import forms

    family = open_family(spec)
    for name in wanted:
        forms.get(name)
    chosen = tuple(name for name in wanted if name in family.forms) if wanted else family.forms
    if not chosen:
        raise ConfigError(
            f"family {spec!r} has none of the forms {', '.join(wanted)}; "
            f"it has {', '.join(family.forms)}"
        )
    return PlannedFamily(
        spec=spec, share=share, version=family.version, checker=family.checker, forms=chosen
    )

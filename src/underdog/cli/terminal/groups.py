"""Groups of options that several commands share, each a dataclass of fields with their help.

A command takes a group as one parameter and is marked `@grouped`; on the command line the group's
fields appear as options of their own, in its place.
"""

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from inspect import Parameter
from typing import Any, get_type_hints

from underdog.cli.terminal import options
from underdog.core import Budget, SamplingParams
from underdog.strategies.running.defaults import DEFAULT_TOP_LOGPROBS


@dataclass(frozen=True, slots=True)
class BudgetOptions:
    """Hard caps on what a problem may cost."""

    budget_tokens: options.BudgetTokens = None
    budget_calls: options.BudgetCalls = None
    budget_seconds: options.BudgetSeconds = None
    budget_flops: options.BudgetFlops = None
    budget_usd: options.BudgetUsd = None

    @property
    def caps(self) -> Budget:
        """The caps given on the command line, as a budget."""
        return Budget(
            calls=self.budget_calls,
            generated_tokens=self.budget_tokens,
            seconds=self.budget_seconds,
            flops=self.budget_flops,
            cost_usd=self.budget_usd,
        )


@dataclass(frozen=True, slots=True)
class SamplingOptions:
    """Sampling options: temperature, filters, reply length, seed."""

    temperature: options.Temperature = 0.7
    top_p: options.TopP = 1.0
    top_k: options.TopK = 0
    min_p: options.MinP = 0.0
    top_logprobs: options.TopLogprobs = DEFAULT_TOP_LOGPROBS
    max_tokens: options.MaxTokens = None
    seed: options.Seed = 0

    @property
    def params(self) -> SamplingParams:
        """Sampling parameters; stop strings and reply length come from the form."""
        return SamplingParams(
            temperature=self.temperature,
            top_p=self.top_p,
            top_k=self.top_k,
            min_p=self.min_p,
            top_logprobs=self.top_logprobs,
        )


def grouped(command: Callable[..., None]) -> Callable[..., None]:
    """Decorator that turns each dataclass parameter of a command into options for its fields."""
    hints = get_type_hints(command, include_extras=True)
    groups: dict[str, Any] = {name: kind for name, kind in hints.items() if is_dataclass(kind)}
    flat: list[Parameter] = []
    for name, parameter in inspect.signature(command).parameters.items():
        if name in groups:
            flat.extend(_options(groups[name]))
        else:
            flat.append(_option(name, hints[name], parameter.default))

    @functools.wraps(command)
    def run(**given: Any) -> None:
        for name, group in groups.items():
            given[name] = group(**{field.name: given.pop(field.name) for field in fields(group)})
        command(**given)

    annotations = {parameter.name: parameter.annotation for parameter in flat}
    vars(run)["__signature__"] = inspect.Signature(flat)
    run.__annotations__ = annotations | {"return": None}
    return run


def _options(group: Any) -> list[Parameter]:
    hints = get_type_hints(group, include_extras=True)
    return [_option(field.name, hints[field.name], field.default) for field in fields(group)]


def _option(name: str, kind: Any, default: Any) -> Parameter:
    return Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=kind)

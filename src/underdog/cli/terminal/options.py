"""Options that several commands share, and their shell completion.

Completion and validation ask the registries, so that a new strategy, form or task needs no edit
here. Nothing heavy is imported before a command runs.
"""

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from underdog.errors import UsageError
from underdog.registry import split_specs


def complete_strategy(incomplete: str) -> list[str]:
    """Names of strategies that begin with `incomplete`."""
    from underdog.strategies import strategies

    return [name for name in strategies.names() if name.startswith(incomplete)]


def complete_form(incomplete: str) -> list[str]:
    """Names of forms that begin with `incomplete`."""
    from underdog.forms import forms

    return [name for name in forms.names() if name.startswith(incomplete)]


def complete_task(incomplete: str) -> list[str]:
    """Names of tasks that begin with `incomplete`, or with its part after the last comma."""
    from underdog.tasks import tasks
    from underdog.tasks.task_catalogue import catalogue_names

    done, comma, last = incomplete.rpartition(",")
    names = sorted({*catalogue_names(), *tasks.names()})
    return [f"{done}{comma}{name}" for name in names if name.startswith(last)]


Form: TypeAlias = Annotated[
    str | None,
    typer.Option(
        help="How solutions are written down; the task's default when left out.",
        autocompletion=complete_form,
    ),
]
Seed: TypeAlias = Annotated[int, typer.Option(help="Every sample's seed is derived from it.")]
Temperature: TypeAlias = Annotated[
    float, typer.Option(min=0.0, help="Where a strategy samples; greedy ones use 0.")
]
TopP: TypeAlias = Annotated[
    float, typer.Option(min=0.0, max=1.0, help="Nucleus mass to sample from.")
]
TopK: TypeAlias = Annotated[
    int, typer.Option(min=0, help="Sample from so many of the likeliest tokens; 0 is all.")
]
MinP: TypeAlias = Annotated[
    float,
    typer.Option(
        min=0.0, max=1.0, help="Drop tokens below this share of the likeliest one's probability."
    ),
]
TopLogprobs: TypeAlias = Annotated[
    int, typer.Option(min=0, help="Alternatives per token that confidence is computed from.")
]
MaxTokens: TypeAlias = Annotated[
    int | None, typer.Option(min=1, help="Longest reply, in place of the form's own limit.")
]
DataDir: TypeAlias = Annotated[
    Path | None,
    typer.Option(help="Folder with the data sets, as <task>/<split>.jsonl.", show_default=False),
]
BudgetTokens: TypeAlias = Annotated[
    int | None, typer.Option(min=1, help="Hard cap on generated tokens per problem.")
]
BudgetCalls: TypeAlias = Annotated[
    int | None, typer.Option(min=1, help="Hard cap on samples per problem.")
]
BudgetSeconds: TypeAlias = Annotated[
    float | None, typer.Option(min=0.0, help="Hard cap on seconds per problem.")
]
BudgetFlops: TypeAlias = Annotated[
    float | None, typer.Option(min=0.0, help="Hard cap on FLOPs per problem, such as 1e12.")
]
BudgetUsd: TypeAlias = Annotated[
    float | None, typer.Option(min=0.0, help="Hard cap on US dollars per problem.")
]
SandboxName: TypeAlias = Annotated[
    str, typer.Option("--sandbox", help="Where model-written programs run.")
]


def split_names(text: str) -> list[str]:
    """Names or specs separated by commas, without repeats. Raises `UsageError` for none."""
    names = list(dict.fromkeys(name.strip() for name in split_specs(text) if name.strip()))
    if not names:
        raise UsageError(f"{text!r} names nothing; give one or more names separated by commas")
    return names


def split_counts(text: str) -> list[int]:
    """Counts separated by commas, in order. Raises `UsageError` for anything else."""
    try:
        counts = sorted({int(part) for part in split_names(text)})
    except ValueError as error:
        raise UsageError(f"{text!r} is not a list of counts; give such as 1,2,4,8") from error
    if counts[0] < 1:
        raise UsageError(f"n={counts[0]}; give 1 or more")
    return counts

"""Groups of options become options of their own on the command line."""

import inspect

import typer
from typer.testing import CliRunner

from underdog.cli.terminal.groups import BudgetOptions, SamplingOptions, grouped
from underdog.core import Budget, SamplingParams

app = typer.Typer()


@app.command()
@grouped
def show(
    name: str, *, budget: BudgetOptions, loud: bool = False, sampling: SamplingOptions
) -> None:
    """Print what was given."""
    typer.echo(f"{name} {loud} {budget.caps} {sampling.params} {sampling.seed}")


def test_the_fields_of_a_group_stand_in_its_place() -> None:
    names = list(inspect.signature(show).parameters)
    assert names[:3] == ["name", "budget_tokens", "budget_calls"]
    assert names[6:8] == ["loud", "temperature"]


def test_what_is_left_out_takes_the_groups_defaults() -> None:
    result = CliRunner().invoke(app, ["x"])
    assert result.stdout == f"x False {Budget()} {SamplingParams(0.7, top_logprobs=5)} 0\n"


def test_what_is_given_arrives_in_its_group() -> None:
    arguments = [
        "x",
        "--budget-tokens",
        "9",
        "--budget-usd",
        "0.5",
        "--top-p",
        "0.9",
        "--seed",
        "4",
    ]
    result = CliRunner().invoke(app, arguments)
    caps = Budget(generated_tokens=9, cost_usd=0.5)
    params = SamplingParams(0.7, top_p=0.9, top_logprobs=5)
    assert result.stdout == f"x False {caps} {params} 4\n"


def test_a_value_out_of_range_is_refused() -> None:
    assert CliRunner().invoke(app, ["x", "--budget-calls", "0"]).exit_code == 2

"""`underdog solve`: one question, one model, one strategy, and how the answer was reached."""

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from underdog.cli.resources import LateSandbox, complete, opened_engines
from underdog.cli.terminal import options
from underdog.cli.terminal.console import AsJson, notes, print_json
from underdog.cli.terminal.groups import BudgetOptions, SamplingOptions, grouped
from underdog.cli.terminal.outcome_panel import print_outcome
from underdog.cli.terminal.shape_options import ShapeOptions
from underdog.core import Outcome
from underdog.strategies.running.defaults import DEFAULT_MODEL, SOLVE_STRATEGY

if TYPE_CHECKING:
    from underdog.cli.terminal.vote_tally import VoteTally
    from underdog.runs.solve import Asking


@dataclass(frozen=True, slots=True)
class _AskingOptions:
    """Options for asking the question and reading its answers: form, task, checker."""

    form: options.Form = None
    task: Annotated[
        str | None,
        typer.Option(
            help="Ask as this task does: its forms, worked examples and checker.",
            autocompletion=options.complete_task,
        ),
    ] = None
    checker: Annotated[
        str, typer.Option(help="How answers are read and compared, without --task.")
    ] = "numeric"
    data_dir: options.DataDir = None


@grouped
def solve(
    question: Annotated[str, typer.Argument(help="What to ask; - reads standard input.")],
    *,
    model: Annotated[
        str, typer.Option(help="A model's name, a GGUF file, or an endpoint.")
    ] = DEFAULT_MODEL,
    strategy: Annotated[
        str,
        typer.Option(
            help="How the budget is spent, such as majority:n=8.",
            autocompletion=options.complete_strategy,
        ),
    ] = SOLVE_STRATEGY,
    big: Annotated[
        str | None, typer.Option(help="A second model, for strategies that escalate to one.")
    ] = None,
    asking: _AskingOptions,
    budget: BudgetOptions,
    sampling: SamplingOptions,
    shape: ShapeOptions,
    sandbox: options.SandboxName = "auto",
    as_json: AsJson = False,
) -> None:
    """Answer one question and show the candidates, their votes, and the cost."""
    from underdog.cli.terminal.vote_tally import VoteTally
    from underdog.runs.match import Terms
    from underdog.runs.solve import ask, task_for

    text = sys.stdin.read() if question == "-" else question
    terms = Terms(
        seed=sampling.seed,
        params=shape.put_on(sampling.params),
        max_tokens=sampling.max_tokens,
        budget=budget.caps,
    )
    task = task_for(text, asking.task, asking.checker, asking.data_dir)
    tally = VoteTally(strategy)
    models = {"main": model} | ({"big": big} if big else {})
    with LateSandbox(sandbox) as programs:
        asked = ask(text, strategy, task, asking.form, terms, programs, tally)
        outcome = complete(_answered(asked, models, tally))
    if as_json:
        print_json(outcome)
    else:
        print_outcome(outcome)


async def _answered(asked: "Asking", models: dict[str, str], tally: "VoteTally") -> Outcome:
    rows = asked.rows.get("main", 0) if len(set(models.values())) == len(models) else 0
    async with opened_engines(list(models.values()), rows) as engines:
        with notes.status(tally.line) as status:
            tally.show = status.update
            return await asked.answer({role: engines[model] for role, model in models.items()})

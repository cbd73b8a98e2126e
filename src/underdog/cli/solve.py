"""`underdog solve`: one question, one model, one strategy, and how the answer was reached."""

import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

import typer

from underdog.cli.resources import complete, opened_engines
from underdog.cli.terminal import options
from underdog.cli.terminal.console import AsJson, notes, print_json
from underdog.cli.terminal.groups import BudgetOptions, SamplingOptions, grouped
from underdog.cli.terminal.outcome_panel import print_outcome
from underdog.cli.terminal.shape_options import ShapeOptions
from underdog.core import Outcome, SamplingParams, Task
from underdog.errors import UsageError
from underdog.sandbox.late import LateSandbox

if TYPE_CHECKING:
    from underdog.cli.terminal.vote_tally import Standing
    from underdog.strategies.running.driver import Bench


@dataclass(frozen=True, slots=True)
class _AskingOptions:
    """How the question is put and its answers are read."""

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

    def task_of(self, text: str) -> Task:
        """The task that the question is asked as."""
        from underdog.grading import open_checker
        from underdog.tasks import load_task
        from underdog.tasks.single import SingleQuestion

        if self.task is not None:
            return load_task(self.task, self.data_dir)
        return SingleQuestion(text, open_checker(self.checker))


@grouped
def solve(
    question: Annotated[str, typer.Argument(help="What to ask; - reads standard input.")],
    *,
    model: Annotated[
        str, typer.Option(help="A model's name, a GGUF file, or an endpoint.")
    ] = options.DEFAULT_MODEL,
    strategy: Annotated[
        str,
        typer.Option(
            help="How the budget is spent, such as majority:n=8.",
            autocompletion=options.complete_strategy,
        ),
    ] = options.SOLVE_STRATEGY,
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
    text = (sys.stdin.read() if question == "-" else question).strip()
    if not text:
        raise UsageError("the question is empty; give some text")
    models = {"main": model} | ({"big": big} if big else {})
    params = shape.put_on(sampling.params)
    request = _Request(text, models, strategy, asking, budget, sampling, params)
    with LateSandbox(sandbox) as programs:
        outcome = complete(request.answered(programs))
    if as_json:
        print_json(outcome)
    else:
        print_outcome(outcome)


@dataclass(frozen=True, slots=True)
class _Request:
    """What was asked, as given on the command line."""

    text: str
    models: dict[str, str]
    strategy: str
    asking: _AskingOptions
    budget: BudgetOptions
    sampling: SamplingOptions
    params: SamplingParams

    async def answered(self, sandbox: LateSandbox) -> Outcome:
        """Open the models and follow the strategy; what is misspelt is refused before that."""
        from underdog.cli.terminal.vote_tally import Standing
        from underdog.strategies import strategies
        from underdog.strategies.running.driver import solve as drive
        from underdog.tasks.single import asked

        strategy = strategies.create(self.strategy)
        standing = Standing(self.strategy)
        bench = self._bench(sandbox, standing)
        async with opened_engines(list(self.models.values())) as engines:
            roles = {role: engines[model] for role, model in self.models.items()}
            with notes.status(standing.line) as status:
                standing.show = status.update
                question = asked(self.text, bench.task.name)
                return await drive(
                    strategy, question, replace(bench, engines=roles), self.budget.caps
                )

    def _bench(self, sandbox: LateSandbox, store: "Standing") -> "Bench":
        from underdog.forms import forms
        from underdog.strategies.running.driver import Bench

        task = self.asking.task_of(self.text)
        form = self.asking.form or task.forms[0]
        return Bench(
            engines={},
            form=form,
            task=task,
            sandbox=sandbox,
            store=store,
            params=self.params,
            forms={form: forms.create(form)},
            root_seed=self.sampling.seed,
            max_tokens=self.sampling.max_tokens,
        )

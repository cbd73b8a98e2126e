"""`underdog solve`: one question, one model, one strategy, and how the answer was reached."""

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.panel import Panel
from rich.text import Text

from underdog.cli import options
from underdog.cli.console import AsJson, cells, notes, out, percent, print_json, quantity, table
from underdog.cli.opening import complete, opened_engines
from underdog.core import Budget, Outcome, SamplingParams, Task, Usage
from underdog.errors import UsageError

if TYPE_CHECKING:
    from underdog.strategies.driver import Bench


def solve(
    question: Annotated[str, typer.Argument(help="What to ask; - reads standard input.")],
    model: Annotated[
        str, typer.Option(help="A model's name, a GGUF file, or an endpoint.")
    ] = options.DEFAULT_MODEL,
    strategy: Annotated[
        str,
        typer.Option(
            help="How the budget is spent, such as majority:n=8.",
            autocompletion=options.complete_strategy,
        ),
    ] = options.DEFAULT_STRATEGY,
    big: Annotated[
        str | None, typer.Option(help="A second model, for strategies that escalate to one.")
    ] = None,
    form: options.Form = None,
    task: Annotated[
        str | None,
        typer.Option(
            help="Ask as this task does: its forms, worked examples and checker.",
            autocompletion=options.complete_task,
        ),
    ] = None,
    checker: Annotated[
        str, typer.Option(help="How answers are read and compared, without --task.")
    ] = "numeric",
    budget_tokens: options.BudgetTokens = None,
    budget_calls: options.BudgetCalls = None,
    budget_seconds: options.BudgetSeconds = None,
    budget_flops: options.BudgetFlops = None,
    budget_usd: options.BudgetUsd = None,
    temperature: options.Temperature = 0.7,
    top_p: options.TopP = 1.0,
    top_logprobs: options.TopLogprobs = options.DEFAULT_TOP_LOGPROBS,
    max_tokens: options.MaxTokens = None,
    seed: options.Seed = 0,
    sandbox: options.SandboxName = "auto",
    data_dir: options.DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Answer one question and show the candidates, their votes, and the cost."""
    text = sys.stdin.read() if question == "-" else question
    if not text.strip():
        raise UsageError("the question is empty; give some text")
    request = _Request(
        text=text.strip(),
        models={"main": model} | ({"big": big} if big else {}),
        strategy=strategy,
        form=form,
        task=task,
        checker=checker,
        params=options.sampling(temperature, top_p, top_logprobs),
        budget=options.budget(
            budget_tokens, budget_calls, budget_seconds, budget_flops, budget_usd
        ),
        max_tokens=max_tokens,
        seed=seed,
    )
    outcome = _answer(request, sandbox, data_dir)
    if as_json:
        print_json(outcome)
    else:
        _print_outcome(outcome)


@dataclass(frozen=True, slots=True)
class _Request:
    """What was asked, as given on the command line."""

    text: str
    models: dict[str, str]
    strategy: str
    form: str | None
    task: str | None
    checker: str
    params: SamplingParams
    budget: Budget
    max_tokens: int | None
    seed: int


def _answer(request: _Request, sandbox_name: str, data_dir: Path | None) -> Outcome:
    from underdog.forms import forms
    from underdog.runs.memory import MemoryStore
    from underdog.sandbox import open_sandbox
    from underdog.strategies import strategies
    from underdog.strategies.driver import Bench

    strategies.create(request.strategy)
    task = _task(request, data_dir)
    form = request.form or task.forms[0]
    with open_sandbox(sandbox_name) as sandbox:
        bench = Bench(
            engines={},
            form=form,
            task=task,
            sandbox=sandbox,
            store=MemoryStore(),
            params=request.params,
            forms={form: forms.create(form)},
            root_seed=request.seed,
            max_tokens=request.max_tokens,
        )
        with notes.status(f"{request.models['main']}: {request.strategy}"):
            return complete(_solve(request, bench))


async def _solve(request: _Request, bench: "Bench") -> Outcome:
    from underdog.strategies import strategies
    from underdog.strategies.driver import solve as drive
    from underdog.tasks.single import asked

    async with opened_engines(list(request.models.values())) as engines:
        roles = {role: engines[model] for role, model in request.models.items()}
        return await drive(
            strategies.create(request.strategy),
            asked(request.text, bench.task.name),
            replace(bench, engines=roles),
            request.budget,
        )


def _task(request: _Request, data_dir: Path | None) -> Task:
    from underdog.grading import open_checker
    from underdog.tasks import load_task
    from underdog.tasks.single import SingleQuestion

    if request.task is not None:
        return load_task(request.task, data_dir)
    return SingleQuestion(request.text, open_checker(request.checker))


def _print_outcome(outcome: Outcome) -> None:
    decision = outcome.decision
    if decision.answer is None:
        out.print("[bold]no answer[/]", highlight=False)
    else:
        out.print("[bold]answer[/]  ", end="")
        out.print(decision.answer, style="bold green", markup=False, highlight=False)
    out.print(f"confidence {percent(decision.confidence)} ({decision.reason})", highlight=False)
    if decision.candidates:
        rows = table("candidate", "votes", "share", numbers=frozenset({"votes", "share"}))
        for candidate in decision.candidates:
            votes, share = str(candidate.votes), percent(candidate.share)
            rows.add_row(*cells(candidate.answer, votes, share))
        out.print(rows)
    if decision.solution is not None:
        solution = decision.solution
        title = f"solution {solution.index} of {len(outcome.solutions)}, {solution.form}"
        out.print(Panel(Text(solution.text.strip()), title=title, title_align="left"))
    out.print(_cost_line(outcome.usage), highlight=False)
    if outcome.stopped_by is not None:
        name = outcome.stopped_by.replace("_", " ")
        out.print(f"stopped by the budget: {name}", style="yellow", highlight=False)
    if outcome.error is not None:
        out.print(outcome.error, style="red", markup=False, highlight=False)


def _cost_line(usage: Usage) -> str:
    parts = [
        f"{usage.calls:,} samples",
        f"{usage.generated_tokens:,} generated tokens",
        f"{usage.prompt_tokens:,} prompt tokens",
        f"{usage.seconds:.1f} s",
    ]
    if usage.verifier_tokens:
        parts.insert(2, f"{usage.verifier_tokens:,} verifier tokens")
    if usage.flops:
        parts.append(f"{quantity(usage.flops)}FLOPs")
    if usage.cost_usd:
        parts.append(f"${usage.cost_usd:.4f}")
    return "cost: " + ", ".join(parts)

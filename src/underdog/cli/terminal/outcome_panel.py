"""An outcome at the terminal: the answer, other candidates, one solution, the cost."""

from rich.panel import Panel
from rich.text import Text

from underdog.cli.terminal.console import cells, out, percent, quantity, table
from underdog.core import Decision, Outcome, Usage


def print_outcome(outcome: Outcome) -> None:
    """Print an outcome on standard output."""
    _print_decision(outcome.decision)
    if outcome.decision.solution is not None:
        solution = outcome.decision.solution
        title = f"solution {solution.index} of {len(outcome.solutions)}, {solution.form}"
        out.print(Panel(Text(solution.text.strip()), title=title, title_align="left"))
    out.print(_cost_line(outcome.usage), highlight=False)
    if outcome.stopped_by is not None:
        name = outcome.stopped_by.replace("_", " ")
        out.print(f"stopped by the budget: {name}", style="yellow", highlight=False)
    if outcome.error is not None:
        out.print(outcome.error, style="red", markup=False, highlight=False)


def _print_decision(decision: Decision) -> None:
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

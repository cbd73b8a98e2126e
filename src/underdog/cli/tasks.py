"""`underdog tasks`: list tasks, show one in detail, check their data."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Annotated

import typer

from underdog.cli.terminal.console import AsJson, cells, notes, out, print_json, table
from underdog.cli.terminal.options import DataDir, complete_task
from underdog.core import Problem, Task
from underdog.errors import DataError, UnderdogError

tasks = typer.Typer(no_args_is_help=True, help="List, show and check tasks.")

Name = Annotated[
    str, typer.Argument(help="Name, or path of a task .toml file.", autocompletion=complete_task)
]


@dataclass(frozen=True, slots=True)
class SplitCheck:
    """Result of checking one split of a task.

    Attributes:
        task: Task name.
        split: Name of the split.
        num_problems: Number of problems read.
        num_without_gold: Number of problems without a gold answer.
        refused: Ids of problems whose own gold answer the task's checker does not accept.
        repeated: Ids that occur more than once.
    """

    task: str
    split: str
    num_problems: int
    num_without_gold: int
    refused: tuple[str, ...]
    repeated: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether no problem is refused or repeated."""
        return not self.refused and not self.repeated


@tasks.command("list")
def list_tasks(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List all tasks, and whether their data is here."""
    from underdog.tasks import catalogue
    from underdog.tasks import tasks as registry

    cards = catalogue(data_dir)
    made = {name: registry.describe(name) for name in registry.names()}
    if as_json:
        print_json({"catalogue": cards, "generated": made})
        return
    rows = table("task", "problems", "forms", "data", "about", numbers=frozenset({"problems"}))
    for card in cards:
        sizes = " ".join(f"{split} {size:,}" for split, size in card.sizes.items())
        here = "here" if card.local else "on the hub" if card.source else "missing"
        rows.add_row(*cells(card.name, sizes, ", ".join(card.forms), here, card.description))
    for name, about in made.items():
        rows.add_row(*cells(name, "any", "", "made here", about))
    out.print(rows)


@tasks.command()
def show(
    name: Name,
    split: Annotated[str | None, typer.Option(help="Part of the task.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many problems.")] = 3,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show a task and its first problems, gold answers included."""
    from underdog.runs.match import default_split
    from underdog.tasks import load_task

    task = load_task(name, data_dir)
    part = split or default_split(task)
    problems = list(islice(task.problems(part, limit), limit))
    if as_json:
        print_json({**_facts(task), "split": part, "problems": problems})
        return
    for fact, value in _facts(task).items():
        out.print(f"[bold]{fact}[/]: {value if isinstance(value, str) else ', '.join(value)}")
    for problem in problems:
        _print_problem(problem)


@tasks.command()
def check(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Tasks; all whose data is here when left out."),
    ] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Read whole tasks and grade every gold answer against itself."""
    from underdog.tasks import catalogue, load_task

    chosen = names or [card.name for card in catalogue(data_dir) if card.local]
    found: list[SplitCheck] = []
    for name in chosen:
        task = load_task(name, data_dir)
        found += [_check(task, split) for split in task.splits]
    if as_json:
        print_json(found)
    else:
        _print_checks(found)
    bad = [one for one in found if not one.sound]
    if bad:
        raise UnderdogError(
            f"{len(bad)} of {len(found)} splits are not sound, first {bad[0].task}/{bad[0].split}; "
            "see the table"
        )


def _facts(task: Task) -> dict[str, str | Sequence[str]]:
    return {
        "task": task.name,
        "splits": task.splits,
        "forms": task.forms,
        "checker": task.checker.name,
    }


def _print_problem(problem: Problem) -> None:
    question = problem.question
    out.rule(f"{problem.id}", align="left", style="dim")
    for text in (question.context, question.text):
        if text:
            out.print(text, markup=False, highlight=False)
    for letter, choice in zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", question.choices, strict=False):
        out.print(f"{letter}. {choice}", markup=False, highlight=False)
    out.print(f"gold: {problem.gold}", style="green", markup=False, highlight=False)


def _accepted(task: Task, problem: Problem) -> bool:
    """Whether an ideal reply, one that ends in the gold answer, is graded right."""
    from underdog.tasks.declared import check_gold

    try:
        check_gold(task.checker, problem, problem.id)
    except DataError:
        return False
    return True


def _check(task: Task, split: str) -> SplitCheck:
    seen: Counter[str] = Counter()
    refused: list[str] = []
    without_gold = 0
    for problem in task.problems(split):
        seen[problem.id] += 1
        if problem.gold is None:
            without_gold += 1
        elif not _accepted(task, problem):
            refused.append(problem.id)
    notes.print(f"{task.name}/{split}: {seen.total():,} problems read")
    repeated = tuple(problem_id for problem_id, count in seen.items() if count > 1)
    return SplitCheck(task.name, split, seen.total(), without_gold, tuple(refused), repeated)


def _print_checks(found: Sequence[SplitCheck]) -> None:
    numbers = frozenset({"problems", "no gold", "gold refused", "ids repeated"})
    rows = table("task", "split", *sorted(numbers, reverse=True), "first", numbers=numbers)
    for one in found:
        counts = {
            "problems": one.num_problems,
            "no gold": one.num_without_gold,
            "gold refused": len(one.refused),
            "ids repeated": len(one.repeated),
        }
        found_counts = [f"{counts[name]:,}" for name in sorted(numbers, reverse=True)]
        first = next(iter(one.refused + one.repeated), "")
        rows.add_row(*cells(one.task, one.split, *found_counts, first))
    out.print(rows)

"""`underdog challenge`: a match between a small model with test-time compute and a big one."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from underdog.cli.resources import complete, opened_engines
from underdog.cli.terminal import options
from underdog.cli.terminal.arm_bars import ArmBars
from underdog.cli.terminal.console import AsJson
from underdog.cli.terminal.groups import BudgetOptions, SamplingOptions, grouped
from underdog.cli.terminal.scoreboard import show_cards
from underdog.cli.terminal.shape_options import ShapeOptions
from underdog.core import Sandbox, Task
from underdog.strategies.running.defaults import DEFAULT_MODEL, MATCH_STRATEGY

if TYPE_CHECKING:
    from underdog.reports.fight_card import FightCard
    from underdog.runs.corners import Corners
    from underdog.runs.match import Terms
    from underdog.runs.store.store import Store


@dataclass(frozen=True, slots=True)
class _CornerOptions:
    """Options of a match's sides: models, strategies, forms."""

    small: Annotated[
        str, typer.Option(help="The small model: a name, a GGUF file, or an endpoint.")
    ] = DEFAULT_MODEL
    big: Annotated[
        str | None,
        typer.Option(help="The big model; the small one itself, without help, when left out."),
    ] = None
    small_strategy: Annotated[
        list[str] | None,
        typer.Option(
            help="How the small model spends its budget; may be repeated, and the verdict is "
            f"about the first. [default: {MATCH_STRATEGY}]",
            autocompletion=options.complete_strategy,
            show_default=False,
        ),
    ] = None
    big_strategy: Annotated[
        str,
        typer.Option(help="The same for the big one.", autocompletion=options.complete_strategy),
    ] = "greedy"
    form: options.Form = None
    big_form: Annotated[
        str | None,
        typer.Option(
            help="Form of the big model; --form when left out.",
            autocompletion=options.complete_form,
        ),
    ] = None

    def corners(self) -> "Corners":
        """Strategies and forms, with defaults for options left out."""
        from underdog.runs.corners import Corners

        strategies = tuple(self.small_strategy or [MATCH_STRATEGY])
        return Corners(strategies, self.big_strategy, self.form, self.big_form)


@grouped
def challenge(
    *,
    players: _CornerOptions,
    tasks: Annotated[
        str,
        typer.Option(help="Tasks, separated by commas.", autocompletion=options.complete_task),
    ] = "gsm8k",
    limit: Annotated[int | None, typer.Option(min=1, help="First so many problems.")] = None,
    split: Annotated[str | None, typer.Option(help="Part of the tasks; `test` if any.")] = None,
    budget: BudgetOptions,
    sampling: SamplingOptions,
    shape: ShapeOptions,
    concurrency: Annotated[int, typer.Option(min=1, help="Problems in flight at once.")] = 16,
    sandbox: options.SandboxName = "auto",
    data_dir: options.DataDir = None,
    run: Annotated[Path | None, typer.Option(help="File that keeps everything sampled.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where the fight card (HTML) goes.")] = None,
    as_json: AsJson = False,
) -> None:
    """Play a match: a small model with test-time compute against a big one without.

    Budgets hold for the small corner, per problem. With --run, an interrupted match resumes when
    the same command is given again.
    """
    from underdog.runs.match import Terms
    from underdog.runs.store.store import Store
    from underdog.sandbox import open_sandbox
    from underdog.tasks import load_task

    if out is not None:
        from underdog.reports.html_page import check_page

        check_page(out, run)
    terms = Terms(
        split=split,
        limit=limit,
        seed=sampling.seed,
        params=shape.put_on(sampling.params),
        max_tokens=sampling.max_tokens,
        budget=budget.caps,
        concurrency=concurrency,
    )
    corners = players.corners()
    loaded = {name: load_task(name, data_dir) for name in options.split_names(tasks)}
    with open_sandbox(sandbox) as programs, Store(run or ":memory:") as store:
        cards = complete(_played(players, corners, loaded, terms, store, programs, data_dir))
    show_cards(cards, out, as_json=as_json)


async def _played(
    players: _CornerOptions,
    corners: "Corners",
    tasks: dict[str, Task],
    terms: "Terms",
    store: "Store",
    sandbox: Sandbox,
    data_dir: Path | None,
) -> "list[FightCard]":
    from underdog.reports.challenge import play_all

    small, big = players.small, players.big or players.small
    async with opened_engines([small, big]) as engines:
        return await play_all(
            corners,
            {"small": engines[small], "big": engines[big]},
            tasks,
            terms,
            store,
            sandbox,
            data_dir=data_dir,
            bars=ArmBars,
        )

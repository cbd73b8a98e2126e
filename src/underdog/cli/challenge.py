"""`underdog challenge`: a match between a small model with test-time compute and a big one."""

from collections.abc import Sequence
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
from underdog.core import Engine, Sandbox, Task

if TYPE_CHECKING:
    from underdog.reports.fight_card import FightCard
    from underdog.runs.match import Contender, Match, Terms
    from underdog.runs.store.store import Store


@dataclass(frozen=True, slots=True)
class _CornerOptions:
    """Who plays, and how."""

    small: Annotated[
        str, typer.Option(help="The small model: a name, a GGUF file, or an endpoint.")
    ] = options.DEFAULT_MODEL
    big: Annotated[
        str | None,
        typer.Option(help="The big model; the small one itself, without help, when left out."),
    ] = None
    small_strategy: Annotated[
        list[str] | None,
        typer.Option(
            help="How the small model spends its budget; may be repeated, and the verdict is "
            f"about the first. [default: {options.DEFAULT_STRATEGY}]",
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

    def players(self) -> "_Corners":
        """The corners, with what was left out filled in."""
        return _Corners(
            small=self.small,
            big=self.big or self.small,
            small_strategies=tuple(self.small_strategy or [options.DEFAULT_STRATEGY]),
            big_strategy=self.big_strategy,
            form=self.form,
            big_form=self.big_form or self.form,
        )


@grouped
def challenge(
    *,
    corners: _CornerOptions,
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

    terms = Terms(
        split=split,
        limit=limit,
        seed=sampling.seed,
        params=shape.put_on(sampling.params),
        max_tokens=sampling.max_tokens,
        budget=budget.caps,
        concurrency=concurrency,
    )
    players = corners.players()
    players.check()
    cards = _cards(players, options.split_names(tasks), terms, _Places(run, data_dir, sandbox))
    show_cards(cards, out, as_json=as_json)


@dataclass(frozen=True, slots=True)
class _Corners:
    """Who was asked to play, as given on the command line."""

    small: str
    big: str
    small_strategies: tuple[str, ...]
    big_strategy: str
    form: str | None
    big_form: str | None

    def check(self) -> None:
        """Refuse misspelt strategies and forms before a model is loaded."""
        from underdog.forms import forms
        from underdog.strategies import strategies

        for spec in (*self.small_strategies, self.big_strategy):
            strategies.create(spec)
        for form in filter(None, (self.form, self.big_form)):
            forms.create(form)

    def contenders(self, engines: dict[str, Engine]) -> "dict[str, Contender]":
        """Both sides; against another model, the small one also plays without help."""
        from underdog.runs.match import Contender

        alone = () if self.small == self.big or "greedy" in self.small_strategies else ("greedy",)
        small, big = engines[self.small], engines[self.big]
        strategies = (*self.small_strategies, *alone)
        return {
            "small": Contender(options.model_label(small), small, strategies, self.form),
            "big": Contender(options.model_label(big), big, (self.big_strategy,), self.big_form),
        }


@dataclass(frozen=True, slots=True)
class _Places:
    """Where things are."""

    run: Path | None
    data_dir: Path | None
    sandbox: str


def _cards(
    corners: _Corners, names: Sequence[str], terms: "Terms", places: _Places
) -> "list[FightCard]":
    from underdog.runs.store.store import Store
    from underdog.sandbox import open_sandbox
    from underdog.tasks import load_task

    tasks = {name: load_task(name, places.data_dir) for name in names}
    with (
        open_sandbox(places.sandbox) as sandbox,
        Store(places.run or ":memory:") as store,
    ):
        return complete(_play(corners, tasks, terms, store, sandbox, places.data_dir))


async def _play(
    corners: _Corners,
    tasks: dict[str, Task],
    terms: "Terms",
    store: "Store",
    sandbox: Sandbox,
    data_dir: Path | None,
) -> "list[FightCard]":
    from underdog.reports.matches import match_card
    from underdog.runs.match import play
    from underdog.runs.stored_match import find_run

    matches: dict[str, Match] = {}
    async with opened_engines([corners.small, corners.big]) as engines:
        contenders = corners.contenders(engines)
        for name, task in tasks.items():
            with ArmBars() as bars:
                matches[name] = await play(
                    task,
                    contenders,
                    terms,
                    store,
                    sandbox,
                    source=name,
                    data_dir=str(data_dir.resolve()) if data_dir else None,
                    progress=bars,
                )
    return [
        await match_card(find_run(store, match.run), store, sandbox, task=tasks[name])
        for name, match in matches.items()
    ]

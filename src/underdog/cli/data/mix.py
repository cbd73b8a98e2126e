"""`underdog data mix` and `underdog data plan`: mixing pools, and planning a pool's share."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from underdog.cli.data.inspect import show_exposures
from underdog.cli.data.test_sets import TestSetOptions, show_decontamination
from underdog.cli.data.write_bar import WriteBar
from underdog.cli.terminal.console import AsJson, notes, out, percent, print_json
from underdog.cli.terminal.groups import grouped

if TYPE_CHECKING:
    from underdog.data.mixing.exposures import PoolExposure
    from underdog.data.mixing.planner import FrequencyPlan

MixPath = Annotated[Path, typer.Argument(help="Mixture file (TOML).")]


@grouped
def mix(
    *,
    path: MixPath,
    out_dir: Annotated[Path, typer.Option("--out", help="Folder of the mixed data set.")],
    items: Annotated[int | None, typer.Option(min=1, help="Training items to draw.")] = None,
    tokens: Annotated[int | None, typer.Option(min=1, help="Tokens to draw.")] = None,
    rank: Annotated[int, typer.Option(min=0, help="Which worker's part, from 0.")] = 0,
    world: Annotated[int, typer.Option(min=1, help="How many workers share the pools.")] = 1,
    tests: TestSetOptions,
    workers: Annotated[int, typer.Option(min=1, help="Processes that make items.")] = 2,
    as_json: AsJson = False,
) -> None:
    """Mix pools with exact shares of the tokens and evenly spaced exposures; the same resumes."""
    from underdog.data.mixing.exposures import read_ledger
    from underdog.data.mixing.mixing import Amount, write_mixture
    from underdog.data.mixing.recipe import read_mix

    amount = Amount(items, tokens)
    recipe = read_mix(path)
    protection = tests.read(recipe.test_files, recipe.decontaminate)
    with WriteBar("tokens" if items is None else "items") as bar:
        card = write_mixture(
            recipe,
            out_dir,
            amount,
            rank=rank,
            world=world,
            workers=workers,
            tests=protection,
            progress=bar,
        )
    ledger, tokens_by = read_ledger(out_dir)
    last = [entry for entry in ledger if entry.step == ledger[-1].step]
    if as_json:
        print_json({"card": card.model_dump(mode="json"), "exposures": last})
        return
    show_exposures(last, tokens_by)
    _show_repeats(last)
    if card.decontamination is not None:
        show_decontamination(card.decontamination)
    out.print(f"{card.rows:,} rows: {out_dir}", highlight=False, markup=False)


def _show_repeats(last: "list[PoolExposure]") -> None:
    for entry in last:
        if entry.repeats:
            notes.print(
                f"{entry.pool}: {entry.repeats:,} items came again, {entry.epochs:.2f} epochs; "
                "more data or a smaller share avoids it",
                highlight=False,
                markup=False,
            )


def plan(
    target: Annotated[str, typer.Option(help="Pool that is to be learned.")],
    width: Annotated[
        int, typer.Option("--model-width", min=1, help="Features the model keeps; its width.")
    ],
    mix_path: Annotated[Path, typer.Option("--mix", help="Mixture file (TOML).")],
    budget: Annotated[
        float, typer.Option("--tokens", min=1, help="Training tokens, for exposures.")
    ] = 1e8,
    item_tokens: Annotated[
        float, typer.Option(min=1, help="Tokens of one item of the target.")
    ] = 64,
    as_json: AsJson = False,
) -> None:
    """Say what share a pool needs to be learned by a small model, and what that costs."""
    from underdog.data.mixing.planner import exposures, plan_frequency, power_law, tasks_of
    from underdog.data.mixing.recipe import read_mix

    recipe = read_mix(mix_path)
    strengths = {name: power_law(one.features, one.decay) for name, one in recipe.pools.items()}
    made = plan_frequency(tasks_of(recipe.shares, strengths), target, width)
    seen = None if made.needed is None else exposures(made.needed, budget, item_tokens)
    if as_json:
        print_json({"plan": made, "exposures": seen, "tokens": budget})
        return
    _show_plan(made)
    if seen is not None and seen >= 1:
        out.print(
            f"{seen:,.0f} exposures in {budget:,.0f} tokens at {item_tokens:g} tokens an item.",
            highlight=False,
        )
    _show_reasons()


def _show_plan(made: "FrequencyPlan") -> None:
    if made.needed is None:
        line = (
            f"{made.target}: not learned at any share by a model that keeps {made.width} features; "
            "take a wider model or an easier task."
        )
    elif made.already:
        line = (
            f"{made.target}: learned at {percent(made.base)} already; "
            f"{_share(made.needed)} would be enough."
        )
    else:
        line = (
            f"{made.target}: needs {_share(made.needed)} of the tokens, {made.factor or 0:.2g} "
            f"times the {made.base:.3%} of now."
        )
    out.print(line, highlight=False, markup=False)
    lost = ", ".join(made.lost) if made.lost else "none"
    out.print(
        f"learned now: {len(made.learned_before)} pools; lost to it: {lost}",
        highlight=False,
        markup=False,
    )


def _share(needed: float) -> str:
    return f"{needed:.3%}" if needed >= 5e-6 else "any share above 0"


def _show_reasons() -> None:
    from underdog.data.mixing.planner import ASSUMPTIONS, CHECKS

    for title, lines in (("Assumed", ASSUMPTIONS), ("To check", CHECKS)):
        out.print(f"{title}:")
        for line in lines:
            out.print(f"- {line}", highlight=False, markup=False)

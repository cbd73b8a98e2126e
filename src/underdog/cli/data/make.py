"""`underdog data make`: a data set of problems written by code, or all those of a recipe."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from underdog.cli.data.card_table import show_card
from underdog.cli.data.collect import collect_into
from underdog.cli.data.dataset_options import DatasetOptions, Seed, Workers
from underdog.cli.data.test_sets import TestSetOptions
from underdog.cli.data.write_bar import WriteBar
from underdog.cli.terminal.console import AsJson, print_json
from underdog.cli.terminal.groups import grouped
from underdog.cli.terminal.options import complete_form, split_names
from underdog.errors import UsageError

if TYPE_CHECKING:
    from underdog.data.dataset.card.data_card import DataCard
    from underdog.data.dataset.card.plan import MakePlan
    from underdog.data.decontamination import Protection


def complete_family(incomplete: str) -> list[str]:
    """Names of families that begin with `incomplete`."""
    from underdog.generators import families

    return [name for name in families.names() if name.startswith(incomplete)]


_COUNT = 10_000


@dataclass(frozen=True, slots=True)
class RowOptions:
    """Options for the rows of families: forms, split, seed, verification."""

    forms: Annotated[
        str,
        typer.Option(
            help="Forms, comma-separated; each family's own when left out.",
            autocompletion=complete_form,
        ),
    ] = ""
    split: Annotated[str, typer.Option(help="train, dev or test.")] = "train"
    seed: Seed = 0
    every_form: Annotated[
        bool, typer.Option("--every-form/--one-form", help="A row per form, or per problem.")
    ] = True
    instruction: Annotated[
        float,
        typer.Option(
            min=0,
            max=1,
            help="Share of the problems with the form's instruction before the question.",
        ),
    ] = 1.0
    verify: Annotated[bool, typer.Option(help="Read every row back and grade it.")] = True
    shard_problems: Annotated[int, typer.Option(min=1, help="Problems per file.")] = 20_000

    def plan(self, families: list[str], count: int) -> "MakePlan":
        """The plan for families with these options."""
        from underdog.data.dataset.card.plan import plan_of

        settings = asdict(self)
        forms = settings.pop("forms")
        return plan_of(families, count, split_names(forms) if forms else (), **settings)


@grouped
def make(
    *,
    families: Annotated[
        list[str],
        typer.Argument(
            metavar="FAMILY[=WEIGHT]",
            help="Families (underdog tasks list) with knobs and weights, such as words=3 or "
            "addition(digits=4)=2; or one recipe (MAKE.toml).",
            autocompletion=complete_family,
        ),
    ],
    out_dir: Annotated[
        Path, typer.Option("--out", help="Folder of the data set; with a recipe, of all.")
    ],
    count: Annotated[int, typer.Option(min=1, help="Distinct problems.")] = _COUNT,
    rows: RowOptions,
    tests: TestSetOptions,
    dataset: DatasetOptions,
    workers: Workers = 2,
    as_json: AsJson = False,
) -> None:
    """Make a data set of problems written by code, each solution proved; the same command resumes.

    One recipe (MAKE.toml) in place of families makes all the data sets that it names, those of
    models too.
    """
    if len(families) == 1 and families[0].endswith(".toml"):
        if rows != RowOptions() or count != _COUNT or dataset.licence != DatasetOptions().licence:
            raise UsageError(
                f"count, seed, split, forms and licence stand in {families[0]}, not beside it; "
                "leave those options out"
            )
        cards = _make_recipe(Path(families[0]), out_dir, tests, dataset, workers)
        if as_json:
            print_json({place.name: card.model_dump(mode="json") for place, card in cards.items()})
            return
    else:
        plan = rows.plan(families, count)
        cards = {out_dir: _make_into(plan, out_dir, tests.read, dataset, workers)}
    for place, card in cards.items():
        show_card(card, place, as_json)


def _make_into(
    plan: "MakePlan",
    folder: Path,
    tests: "Callable[[], Protection | None]",
    dataset: DatasetOptions,
    workers: int,
) -> "DataCard":
    from underdog.data.making.make import make as make_dataset

    protection = tests()
    with WriteBar("problems") as bar:
        return make_dataset(
            plan,
            folder,
            name=dataset.name,
            licence=dataset.licence,
            jsonl=dataset.jsonl,
            workers=workers,
            tests=protection,
            progress=bar,
        )


def _make_recipe(
    path: Path, folder: Path, tests: TestSetOptions, dataset: DatasetOptions, workers: int
) -> "dict[Path, DataCard]":
    """Make every data set of a recipe in a folder of its own."""
    from underdog.data.dataset.card.plan import MakePlan
    from underdog.data.make_recipe import read_make

    recipe = read_make(path)
    dataset = replace(dataset, licence=recipe.licence)
    read_once = cache(lambda: tests.read(recipe.test_files, recipe.decontaminate))
    cards: dict[Path, DataCard] = {}
    for place, plan in {folder / pool.folder: recipe.plan(pool) for pool in recipe.pool}.items():
        if isinstance(plan, MakePlan):
            cards[place] = _make_into(plan, place, read_once, dataset, workers)
        else:
            cards[place] = collect_into(plan, place, read_once, dataset, tests.data_dir)
    return cards

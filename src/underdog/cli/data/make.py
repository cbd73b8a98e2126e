"""`underdog data make`: data sets of generated problems, of what models write, or of a recipe."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from underdog.cli.data.card_table import show_card
from underdog.cli.data.making import Making, plan_by_models, plan_families
from underdog.cli.data.tests import Decontaminate, TestFiles
from underdog.cli.terminal.console import AsJson, print_json
from underdog.cli.terminal.options import DataDir, SandboxName, complete_form
from underdog.errors import UsageError

if TYPE_CHECKING:
    from underdog.data.dataset.card.model_plan import Caps


def complete_family(incomplete: str) -> list[str]:
    """Names of families that begin like this."""
    from underdog.generators import families

    return [name for name in families.names() if name.startswith(incomplete)]


def complete_source(incomplete: str) -> list[str]:
    """Names of sources that begin like this."""
    from underdog.data.sources import sources

    return [name for name in sources.names() if name.startswith(incomplete)]


What: TypeAlias = Annotated[
    list[str] | None,
    typer.Argument(
        help="Families, with knobs and weights (addition, words=3, addition(digits=4)=2), or one "
        "recipe (MAKE.toml).",
        autocompletion=complete_family,
    ),
]
OutDir: TypeAlias = Annotated[
    Path | None, typer.Option("--out", help="Folder of the data set; with a recipe, of all.")
]
Count: TypeAlias = Annotated[int, typer.Option(min=1, help="Distinct problems; of models, items.")]
Forms: TypeAlias = Annotated[
    str,
    typer.Option(
        help="Forms, comma-separated; each family's own when left out.",
        autocompletion=complete_form,
    ),
]
Split: TypeAlias = Annotated[str, typer.Option(help="train, dev or test; of families only.")]
Seed: TypeAlias = Annotated[int, typer.Option(help="Another seed gives other items.")]
EveryForm: TypeAlias = Annotated[
    bool, typer.Option("--every-form/--one-form", help="A row per form, or per problem.")
]
Instruction: TypeAlias = Annotated[
    bool, typer.Option(help="Put the form's instruction before the question.")
]
Verify: TypeAlias = Annotated[bool, typer.Option(help="Read every row back and grade it.")]
Source: TypeAlias = Annotated[
    str,
    typer.Option(
        help="How models make it, such as self:form=program,k=4; with --from-model and --task.",
        autocompletion=complete_source,
    ),
]
FromModel: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--from-model", help="Engine of a source; ROLE=ENGINE for another than main."),
]
SeedTask: TypeAlias = Annotated[
    str, typer.Option("--task", help="Seed problems of a source, such as gsm8k:split=train.")
]
MaxSeeds: TypeAlias = Annotated[int | None, typer.Option(min=1, help="Most seed problems.")]
MaxTokens: TypeAlias = Annotated[
    int | None, typer.Option("--budget-tokens", min=1, help="Cap on all generated tokens.")
]
MaxCalls: TypeAlias = Annotated[
    int | None, typer.Option("--budget-calls", min=1, help="Cap on all samples.")
]
MaxSeconds: TypeAlias = Annotated[
    float | None,
    typer.Option("--budget-seconds", min=0.001, help="Cap on this run; the same command goes on."),
]
Jsonl: TypeAlias = Annotated[bool, typer.Option(help="Write JSON lines as well.")]
Workers: TypeAlias = Annotated[int, typer.Option(min=1, help="Processes that draw and verify.")]
ShardProblems: TypeAlias = Annotated[int, typer.Option(min=1, help="Problems per file.")]
Name: TypeAlias = Annotated[str, typer.Option(help="Name on the card; the folder's if empty.")]
Licence: TypeAlias = Annotated[str, typer.Option(help="SPDX name of the data's licence.")]


def make(
    what: What = None,
    out_dir: OutDir = None,
    count: Count = 10_000,
    forms: Forms = "",
    split: Split = "train",
    seed: Seed = 0,
    every_form: EveryForm = True,
    instruction: Instruction = True,
    verify: Verify = True,
    source: Source = "",
    from_model: FromModel = None,
    task: SeedTask = "",
    max_seeds: MaxSeeds = None,
    budget_tokens: MaxTokens = None,
    budget_calls: MaxCalls = None,
    budget_seconds: MaxSeconds = None,
    sandbox: SandboxName = "auto",
    decontaminate: Decontaminate = True,
    test_files: TestFiles = None,
    data_dir: DataDir = None,
    jsonl: Jsonl = True,
    workers: Workers = 2,
    shard_problems: ShardProblems = 20_000,
    name: Name = "",
    licence: Licence = "apache-2.0",
    as_json: AsJson = False,
) -> None:
    """Make a verified data set, of families or with --source of a model; the same command resumes.

    One recipe (MAKE.toml) in place of families makes all the data sets that it names.
    """
    making = Making(
        data_dir, tuple(test_files or ()), decontaminate, jsonl, workers, sandbox, name, licence
    )
    given = what or []
    if len(given) == 1 and given[0].endswith(".toml"):
        _make_all(making, Path(given[0]), _folder(out_dir, []), as_json)
        return
    folder = _folder(out_dir, given if source else [])
    if source:
        caps = _caps(budget_calls, budget_tokens, budget_seconds)
        plan = plan_by_models(source, from_model or [], task, count, max_seeds, seed, caps)
    else:
        _no_models(from_model, task)
        plan = plan_families(
            given, count, forms, split, seed, every_form, instruction, verify, shard_problems
        )
    show_card(making.make(plan, folder), folder, as_json)


def _caps(calls: int | None, tokens: int | None, seconds: float | None) -> "Caps":
    from underdog.data.dataset.card.model_plan import Caps

    return Caps(calls=calls, tokens=tokens, seconds=seconds)


def _no_models(models: Sequence[str] | None, task: str) -> None:
    if models or task:
        raise UsageError("--from-model and --task go with --source; name one, such as self:k=4")


def _folder(out_dir: Path | None, given: Sequence[str]) -> Path:
    """The folder of `--out`, or the one that stands alone on the command line."""
    if out_dir is not None and not given:
        return out_dir
    if out_dir is None and len(given) == 1:
        return Path(given[0])
    if given:
        raise UsageError(f"{', '.join(given)} does not go with --source; give the folder by --out")
    raise UsageError("no folder; give one with --out")


def _make_all(making: Making, path: Path, folder: Path, as_json: bool) -> None:
    """Make every data set of a recipe in a folder of its own."""
    from underdog.data.make_recipe import read_make

    recipe = read_make(path)
    making = replace(
        making,
        test_files=(*making.test_files, *map(Path, recipe.test_files)),
        decontaminate=making.decontaminate and recipe.decontaminate,
        licence=recipe.licence,
    )
    plans = {folder / pool.folder: recipe.plan(pool) for pool in recipe.pool}
    cards = {place: making.make(plan, place) for place, plan in plans.items()}
    if as_json:
        print_json({place.name: card.model_dump(mode="json") for place, card in cards.items()})
        return
    for place, card in cards.items():
        show_card(card, place, as_json=False)

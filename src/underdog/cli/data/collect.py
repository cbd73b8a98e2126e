"""`underdog data collect`: a data set of what models write, every item checked."""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from underdog.cli.data.card_table import show_card
from underdog.cli.data.dataset_options import DatasetOptions, Seed
from underdog.cli.data.test_sets import TestSetOptions
from underdog.cli.data.write_bar import WriteBar
from underdog.cli.resources import LateSandbox, complete, opened_engines
from underdog.cli.terminal.console import AsJson
from underdog.cli.terminal.groups import grouped
from underdog.errors import UsageError

if TYPE_CHECKING:
    from underdog.data.dataset.card.collect_plan import Caps, CollectPlan
    from underdog.data.dataset.card.data_card import DataCard
    from underdog.data.decontamination import Protection
    from underdog.data.sources.collecting.gathering import CollectProgress
    from underdog.data.sources.collecting.seeding import Seeds

_ROLE = re.compile(r"(main|student|solver|weak|strong)=(.+)", re.DOTALL)


def complete_source(incomplete: str) -> list[str]:
    """Names of sources that begin with `incomplete`."""
    from underdog.data.sources import sources

    return [name for name in sources.names() if name.startswith(incomplete)]


@dataclass(frozen=True, slots=True)
class CapOptions:
    """Hard caps on what a data set may cost."""

    budget_tokens: Annotated[
        int | None, typer.Option(min=1, help="Cap on all generated tokens.")
    ] = None
    budget_calls: Annotated[int | None, typer.Option(min=1, help="Cap on all samples.")] = None
    budget_seconds: Annotated[
        float | None, typer.Option(min=0.001, help="Cap on this run; the same command goes on.")
    ] = None

    @property
    def caps(self) -> "Caps":
        """The caps given on the command line."""
        from underdog.data.dataset.card.collect_plan import Caps

        return Caps(calls=self.budget_calls, tokens=self.budget_tokens, seconds=self.budget_seconds)


@grouped
def collect(
    *,
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help="How models are asked, such as self:form=program,k=4.",
            autocompletion=complete_source,
        ),
    ],
    models: Annotated[
        list[str],
        typer.Option("--from-model", help="Engine; ROLE=ENGINE for another role than main."),
    ],
    task: Annotated[str, typer.Option(help="Seed problems, such as gsm8k:split=train.")],
    out_dir: Annotated[Path, typer.Option("--out", help="Folder of the data set.")],
    count: Annotated[int, typer.Option(min=1, help="Training items to keep.")] = 10_000,
    max_seeds: Annotated[int | None, typer.Option(min=1, help="Most seed problems.")] = None,
    seed: Seed = 0,
    caps: CapOptions,
    tests: TestSetOptions,
    dataset: DatasetOptions,
    as_json: AsJson = False,
) -> None:
    """Collect training items from models, each one checked; the same command resumes."""
    from underdog.data.dataset.card.collect_plan import CollectPlan

    plan = CollectPlan(
        source=source,
        models=_by_role(models),
        seeds=task,
        count=count,
        max_seeds=max_seeds,
        seed=seed,
        caps=caps.caps,
    )
    show_card(collect_into(plan, out_dir, tests.read, dataset, tests.data_dir), out_dir, as_json)


def _by_role(models: Sequence[str]) -> dict[str, str]:
    by_role: dict[str, str] = {}
    for text in models:
        match = _ROLE.fullmatch(text)
        role, model = (match[1], match[2]) if match else ("main", text)
        if role in by_role:
            raise UsageError(f"two models for the role {role}; write ROLE=ENGINE for the other")
        by_role[role] = model
    return by_role


def collect_into(
    plan: "CollectPlan",
    folder: Path,
    tests: "Callable[[], Protection | None]",
    dataset: DatasetOptions,
    data_dir: Path | None,
) -> "DataCard":
    """Collect or resume one data set; test sets are read only when items are still missing."""
    from underdog.data.sources import sources
    from underdog.data.sources.collecting.seeding import open_seeds
    from underdog.data.sources.model_data import finished

    sources.create(plan.source)
    done = finished(plan, folder)
    if done is not None:
        return done
    seeds = open_seeds(plan.seeds, plan.max_seeds, data_dir)
    return complete(_ask(plan, folder, seeds, tests(), dataset))


async def _ask(
    plan: "CollectPlan",
    folder: Path,
    seeds: "Seeds",
    tests: "Protection | None",
    dataset: DatasetOptions,
) -> "DataCard":
    from underdog.data.sources.model_data import collect_dataset

    async with opened_engines(list(plan.models.values())) as engines:
        with LateSandbox(dataset.sandbox) as sandbox, WriteBar("items") as bar:
            return await collect_dataset(
                plan,
                folder,
                seeds,
                {role: engines[model] for role, model in plan.models.items()},
                sandbox,
                name=dataset.name,
                licence=dataset.licence,
                jsonl=dataset.jsonl,
                tests=tests,
                progress=_Settled(bar, plan.count),
            )


class _Settled:
    """Shows the number of settled items in a progress bar.

    Args:
        bar: The progress bar.
        count: Number of items wanted.
    """

    def __init__(self, bar: WriteBar, count: int) -> None:
        self._bar = bar
        self._count = count
        self._began = time.perf_counter()
        self._resumed: int | None = None

    def __call__(self, how_far: "CollectProgress") -> None:
        from underdog.data.dataset.progress import WriteProgress

        if self._resumed is None:
            self._resumed = how_far.settled
        seconds = time.perf_counter() - self._began
        self._bar(WriteProgress.at(how_far.settled, self._count, self._resumed, seconds))

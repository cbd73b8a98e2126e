"""`underdog data select`: keep part of a data set, measuring what the selector needs."""

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from underdog.cli.data.card_table import show_card
from underdog.cli.resources import LateSandbox, complete, opened_engines
from underdog.cli.terminal.console import AsJson, cells, notes, out, print_json, table
from underdog.cli.terminal.options import SandboxName
from underdog.core import JSONValue
from underdog.errors import ConfigError, DataError
from underdog.files import read_bounded

if TYPE_CHECKING:
    from underdog.data.selectors.trajectories import Trajectories
    from underdog.data.sources.pass_rates import PassRates
    from underdog.engines.sync import SyncEngine

_MAX_RATES_BYTES = 1 << 28


@dataclass(frozen=True, slots=True)
class Student:
    """The model whose pass rates are measured, with its sampling settings.

    Attributes:
        model: Engine spec.
        samples: Number of samples per problem.
        form: Form of the student's answers; each row's own when empty.
        sandbox: Spec of the sandbox for the student's programs.
        seed: Seed from which the samples' seeds are derived.
    """

    model: str
    samples: int
    form: str
    sandbox: str
    seed: int

    async def measure(self, folder: Path, target: Path, split: str | None) -> "PassRates":
        """Pass rates on the problems of a data set; journals are kept in the target folder."""
        from underdog.data.dataset.shards import read_examples
        from underdog.data.sources.pass_rates import measure_pass_rates

        if (target / "card.json").exists():
            raise ConfigError(f"{target} holds a data set already; choose another folder")
        rows = read_examples(folder, split)
        async with opened_engines([self.model]) as engines:
            with LateSandbox(self.sandbox) as sandbox:
                measured = await measure_pass_rates(
                    rows,
                    engines[self.model],
                    sandbox,
                    target / "pass_rates",
                    samples=self.samples,
                    form=self.form,
                    seed=self.seed,
                )
        notes.print(
            f"pass rates of {measured.problems:,} problems from {measured.usage.calls:,} samples, "
            f"{measured.usage.generated_tokens:,} tokens",
            highlight=False,
        )
        return measured

    def told(self, measured: "PassRates") -> dict[str, JSONValue]:
        """The student and its pass rates, as written on the data set's card."""
        return {
            "student": Path(self.model.rpartition(":")[2]).name,
            "samples": self.samples,
            "problems_sampled": measured.problems,
            "calls": measured.usage.calls,
            "generated_tokens": measured.usage.generated_tokens,
            "flops": measured.usage.flops,
        }


def select(
    folder: Annotated[Path, typer.Argument(help="Folder of a data set.")],
    by: Annotated[str, typer.Option(help="Selector, such as exact, minhash, ifd, s2l.")],
    out_dir: Annotated[Path, typer.Option("--out", help="Folder for what is kept.")],
    keep: Annotated[str, typer.Option(help="How much: 10%, 0.1 or 5000.")] = "",
    model: Annotated[
        str,
        typer.Option(
            "--from-model", "--model", help="Engine for losses; for pass_rate, the student."
        ),
    ] = "",
    samples: Annotated[int, typer.Option(min=1, help="Per problem, for pass_rate.")] = 8,
    form: Annotated[
        str, typer.Option(help="How the student answers, for pass_rate; each row's own if empty.")
    ] = "",
    sandbox: SandboxName = "auto",
    trajectories: Annotated[
        Path | None, typer.Option(help="Losses of a proxy at its checkpoints, Parquet.")
    ] = None,
    pass_rates: Annotated[
        Path | None, typer.Option(help="A student's pass rates by example id or key, JSON.")
    ] = None,
    seed: Annotated[int, typer.Option(help="What random choices hang on.")] = 0,
    split: Annotated[str | None, typer.Option(help="Only this split.")] = None,
    as_json: AsJson = False,
) -> None:
    """Keep part of a data set, chosen by a selector."""
    from underdog.data.selectors import Aids, Keep
    from underdog.data.selectors import selectors as known
    from underdog.data.selectors.selection import select_dataset

    known.create(by)
    amount = Keep.parse(keep) if keep else None
    rates = _pass_rates(pass_rates) if pass_rates else None
    told: dict[str, JSONValue] = {}
    if model and rates is None and by.startswith("pass_rate"):
        student = Student(model, samples, form, sandbox, seed)
        measured, model = complete(student.measure(folder, out_dir, split)), ""
        rates = measured.by_id
        told = student.told(measured)
    with ExitStack() as stack:
        aids = Aids(
            engine=stack.enter_context(_engine(model)) if model else None,
            trajectories=_trajectories(trajectories) if trajectories else None,
            pass_rates=rates,
            seed=seed,
        )
        made = select_dataset(folder, out_dir, by, keep=amount, aids=aids, split=split, notes=told)
    if as_json:
        print_json({"card": made.card.model_dump(mode="json"), "reasons": made.reasons})
        return
    rows = table("choice", "rows", numbers=frozenset({"rows"}))
    for reason, number in made.reasons.items():
        rows.add_row(*cells(reason, f"{number:,}"))
    out.print(rows)
    show_card(made.card, out_dir, as_json=False)


def _engine(model: str) -> "SyncEngine":
    from underdog.engines.opening import open_engine
    from underdog.engines.sync import SyncEngine

    return SyncEngine(open_engine(model))


def _trajectories(path: Path) -> "Trajectories":
    from underdog.data.selectors.trajectories import Trajectories

    return Trajectories.read(path)


def _pass_rates(path: Path) -> dict[str, float]:
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(dict[str, float]).validate_json(read_bounded(path, _MAX_RATES_BYTES))
    except (OSError, ValidationError) as error:
        raise DataError(
            f"{path} is no JSON object of pass rates by example id or key: {error}"
        ) from error

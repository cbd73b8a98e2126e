"""`underdog train`: make a small model better, by options or by a recipe."""

import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from underdog.cli.terminal.console import AsJson, notes, out, print_json
from underdog.cli.terminal.groups import grouped
from underdog.cli.terminal.train_bar import TrainBar
from underdog.errors import UsageError

if TYPE_CHECKING:
    from underdog.training.stage_run import StepReport
    from underdog.training.training_recipe import DevTable, TrainingRecipe

_COUNT = re.compile(r"(\d+(?:\.\d+)?)\s*([kKmM]?)")
_FACTORS = {"": 1, "k": 1_000, "m": 1_000_000}


@dataclass(frozen=True, slots=True)
class PlainOptions:
    """A recipe of one stage, as options."""

    model: Annotated[
        str, typer.Option(help="GGUF file, model folder, pulled model's name, or scratch:SIZE.")
    ] = ""
    data: Annotated[
        Path | None,
        typer.Option(help="A data set's folder, a JSON Lines file, or a mixture file (MIX.toml)."),
    ] = None
    tokens: Annotated[str, typer.Option(help="Tokens to train on, such as 150k.")] = ""
    trainable: Annotated[
        str, typer.Option(help="Which parameters: lora:r=16, full, top:layers=8.")
    ] = ""
    learning_rate: Annotated[float | None, typer.Option(help="Peak learning rate.")] = None
    template: Annotated[
        str, typer.Option(help="Chat template of the trained model; plain for none.")
    ] = ""
    seed: Annotated[int | None, typer.Option(help="Of the data's order and new parameters.")] = None
    dev: Annotated[
        list[str] | None,
        typer.Option(
            help="Measure dev accuracy on a task (addition:digits=3), or on the held-out rows of "
            "a data set's folder; may be repeated."
        ),
    ] = None
    keep: Annotated[str, typer.Option(help="Which weights: last, or best by dev accuracy.")] = ""

    @property
    def recipe(self) -> "TrainingRecipe":
        """The recipe that the options describe."""
        from pydantic import ValidationError

        from underdog.toml_file import describe_errors
        from underdog.training.training_recipe import Stage, StageBudget, TrainingRecipe

        needed = {"--model": self.model, "--data": self.data, "--tokens": self.tokens}
        missing = [name for name, value in needed.items() if not value]
        if missing or self.data is None:
            raise UsageError(f"give {', '.join(missing)}, or a recipe file")
        dev = _dev_table(self.dev or [], self.keep or "last")
        stage: dict[str, Any] = {
            "mixture" if self.data.suffix == ".toml" else "data": str(self.data),
            "budget": StageBudget(tokens=_number(self.tokens)),
        }
        if self.trainable:
            stage["trainable"] = self.trainable
        if self.learning_rate is not None:
            stage["learning_rate"] = self.learning_rate
        try:
            return TrainingRecipe(
                model=self.model,
                template=self.template,
                seed=self.seed or 0,
                stages=(Stage(**stage),),
                dev=dev,
            )
        except ValidationError as error:
            raise UsageError(describe_errors(error, Stage)) from error


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How a recipe is carried out."""

    dtype: Annotated[
        str, typer.Option(help="Type of the stored weights: bfloat16, float16 or float32.")
    ] = "bfloat16"
    data_dir: Annotated[
        Path | None, typer.Option(help="Folder with the data of the catalogue's test sets.")
    ] = None
    decontaminate: Annotated[
        bool, typer.Option(help="Leave out items of a mixture that repeat a test item.")
    ] = True
    shard: Annotated[
        bool, typer.Option(help="Split the model among the processes of torchrun (FSDP2).")
    ] = False

    def check(self) -> None:
        """Refuse a type that weights are not stored in."""
        if self.dtype not in ("bfloat16", "float16", "float32"):
            raise UsageError(f"--dtype is bfloat16, float16 or float32, not {self.dtype!r}")


@grouped
def train(
    *,
    recipe: Annotated[
        Path | None,
        typer.Argument(help="Recipe (TOML); instead of --model, --data and --tokens."),
    ] = None,
    out_dir: Annotated[
        Path | None, typer.Option("--out", help="Folder of the trained model.")
    ] = None,
    plain: PlainOptions,
    how: RunOptions,
    plan: Annotated[
        bool, typer.Option("--plan", help="Try two steps, say what it would take, write nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Train a model and write a folder that every engine for folders opens; the same resumes."""
    if out_dir is None and not plan:
        raise UsageError("say where the trained model goes: --out FOLDER")
    how.check()
    made = _recipe(recipe, plain)
    if plan or out_dir is None:
        _plan(made, out_dir, how, as_json)
    else:
        _run(made, out_dir, how, as_json)


def _recipe(file: Path | None, plain: PlainOptions) -> "TrainingRecipe":
    if file is None:
        return plain.recipe
    if plain != PlainOptions():
        raise UsageError(
            f"{file} says what is trained; leave out --model, --data, --tokens, --trainable, "
            "--learning-rate, --template, --seed, --dev and --keep"
        )
    from underdog.training.training_recipe import read_training_recipe

    return read_training_recipe(file)


def _run(recipe: "TrainingRecipe", out_dir: Path, how: RunOptions, as_json: bool) -> None:
    """Carry a recipe out, show how it goes, and write its page."""
    from underdog.reports.training.training_page import write_training_report
    from underdog.training.accelerated import is_first
    from underdog.training.session import train as run

    if not is_first():
        run(recipe, out_dir, **asdict(how))
        return
    with TrainBar() as bar:
        run(recipe, out_dir, **asdict(how), progress=bar)
    page = out_dir / "report.html"
    write_training_report(out_dir, page)
    if as_json:
        print_json({"folder": out_dir, "stages": bar.stages, "report": page})
        return
    for name, report in bar.stages.items():
        out.print(_summary(name, report), highlight=False, markup=False)
    out.print(f"trained model: {out_dir}", highlight=False, markup=False)
    out.print(f"report: {page}", highlight=False, markup=False)


def _plan(recipe: "TrainingRecipe", out_dir: Path | None, how: RunOptions, as_json: bool) -> None:
    """Say what a recipe would take."""
    from underdog.cli.terminal.training_plan_view import plan_as_json, show_training_plan
    from underdog.training.training_plan import plan_training

    with notes.status("planning") as status:
        plan = plan_training(
            recipe,
            out_dir or "",
            dtype=how.dtype,
            decontaminate=how.decontaminate,
            data_dir=how.data_dir,
            progress=lambda text: status.update(f"{text} …"),
        )
    if as_json:
        print_json(plan_as_json(plan))
    else:
        show_training_plan(plan)


def _dev_table(specs: list[str], keep: str) -> "DevTable | None":
    from pydantic import ValidationError

    from underdog.toml_file import describe_errors
    from underdog.training.training_recipe import DevTable

    if not specs:
        if keep != "last":
            raise UsageError(f"--keep {keep} chooses by dev accuracy; name what with --dev")
        return None
    if not all(map(str.strip, specs)):
        raise UsageError("--dev '' names nothing; give a task or a data set's folder")
    folders = [spec for spec in specs if Path(spec).is_dir()]
    if len(folders) > 1:
        raise UsageError(f"--dev takes one data set, not {len(folders)}; tasks may be many")
    tasks = tuple(spec for spec in specs if spec not in folders)
    given: dict[str, Any] = {"tasks": tasks, "data": "".join(folders), "keep": keep}
    try:
        return DevTable(**given)
    except ValidationError as error:
        raise UsageError(describe_errors(error, DevTable)) from error


def _number(text: str) -> int:
    found = _COUNT.fullmatch(text.strip().replace(",", "").replace("_", ""))
    number = int(float(found[1]) * _FACTORS[found[2].lower()]) if found else 0
    if number < 1:
        raise UsageError(f"--tokens is a number such as 150000 or 150k, not {text!r}")
    return number


def _summary(name: str, report: "StepReport | None") -> str:
    if report is None:
        return f"{name}: finished before"
    share = report.loss_tokens / report.tokens
    padding = 1 - report.tokens / report.padded_tokens
    return (
        f"{name}: {report.step:,} steps, {report.tokens:,} tokens ({share:.0%} carried loss, "
        f"{padding:.1%} padding), loss {report.loss:.3f}, {report.cpu_seconds:,.0f} CPU s"
    )

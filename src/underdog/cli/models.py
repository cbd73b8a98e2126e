"""`underdog models`: which models can be had; fetching, checking and exporting them; cards."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from underdog.cli.terminal import options
from underdog.cli.terminal.console import AsJson, cells, notes, out, print_json, table
from underdog.errors import ModelFileError, UsageError

models = typer.Typer(no_args_is_help=True, help="List, pull, verify and export models.")


def complete_model(incomplete: str) -> list[str]:
    """Names of models that begin with `incomplete`."""
    from underdog.models.pulled import KNOWN, pulled_models

    return sorted(name for name in {*KNOWN, *pulled_models()} if name.startswith(incomplete))


Name = Annotated[str, typer.Argument(autocompletion=complete_model)]


@models.command("list")
def list_models(as_json: AsJson = False) -> None:
    """List the models that can be pulled by name, and those that are here."""
    from underdog.models.pulled import KNOWN, pulled_models

    pulled = pulled_models()
    names = sorted({*KNOWN, *pulled})
    if as_json:
        print_json(
            {
                name: {
                    "here": name in pulled,
                    "file": pulled[name].file if name in pulled else None,
                    "size_bytes": (pulled.get(name) or KNOWN[name]).size_bytes,
                    "sha256": (pulled.get(name) or KNOWN[name]).sha256,
                }
                for name in names
            }
        )
        return
    rows = table("model", "size", "here", "from", numbers=frozenset({"size"}))
    for name in names:
        model = pulled.get(name) or KNOWN[name]
        source = pulled[name].source if name in pulled else KNOWN[name].package
        here = "yes" if name in pulled else "no"
        rows.add_row(*cells(name, _size(model.size_bytes), here, source))
    out.print(rows)


@models.command()
def pull(
    source: Annotated[
        str,
        typer.Argument(
            help="A known name, hf:owner/repository (its model folder), "
            "hf:owner/repository/file.gguf, a GGUF file, or an adapter's folder.",
            autocompletion=complete_model,
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Fetch a model and check it; at once when it is here already."""
    path = _pulled(source)
    if as_json:
        print_json({"model": source, "file": path})
    else:
        out.print(str(path), soft_wrap=True, highlight=False)


@models.command()
def verify(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            help="Models; all that are here when left out.", autocompletion=complete_model
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check the checksums of model files."""
    from underdog.models.pulled import pulled_models, resolve_model

    files: dict[str, Path] = {}
    for name in names or sorted(pulled_models()):
        files[name] = resolve_model(name)
        notes.print(f"{name}: {files[name]} is whole", soft_wrap=True, highlight=False)
    if not files:
        raise ModelFileError("no model is here yet; run: underdog models pull smollm2-135m")
    if as_json:
        print_json(files)


@models.command()
def export(
    model: Annotated[
        str,
        typer.Argument(
            help="A model folder, a GGUF file, a pulled model, or an adapter's folder.",
            autocompletion=complete_model,
        ),
    ],
    out_path: Annotated[
        Path | None, typer.Option("--out", help="The GGUF file or the folder that is written.")
    ] = None,
    to: Annotated[
        str,
        typer.Option(
            help="gguf:f32, f16, bf16, q8_0 or q4_0; folder:bfloat16, float16 or float32 with the "
            "adapter merged in; adapter:bfloat16 for the adapter alone."
        ),
    ] = "gguf:q8_0",
    adapter: Annotated[
        Path | None, typer.Option(help="A LoRA adapter to merge in: a PEFT folder or a GGUF file.")
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Write over what is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write a model for other programs: a GGUF file, a folder, or an adapter alone."""
    from underdog.training.torch_models.model_export import export_model

    if out_path is None:
        raise UsageError("say where the model goes: --out FILE.gguf, or --out FOLDER")
    with notes.status(f"writing {out_path}"):
        path = export_model(model, out_path, to, adapter=adapter, replace=replace)
    files = [path] if path.is_file() else sorted(path.iterdir())
    size_bytes = sum(file.stat().st_size for file in files if file.is_file())
    if as_json:
        print_json({"model": model, "file": path, "size_bytes": size_bytes})
    else:
        out.print(f"{path} ({_size(size_bytes)})", soft_wrap=True, highlight=False, markup=False)


@models.command()
def card(
    folder: Annotated[Path, typer.Argument(help="A folder made by: underdog train")],
    run: Annotated[
        Path | None, typer.Option(help="File made by: underdog challenge --run, with this model.")
    ] = None,
    sandbox: options.SandboxName = "auto",
    data_dir: options.DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Write a trained model's card (README.md) again, with the evaluation of a match."""
    from underdog.reports.model_evaluation import model_card

    path = model_card(folder, run, sandbox=sandbox, data_dir=data_dir)
    if as_json:
        print_json({"card": path})
    else:
        out.print(str(path), soft_wrap=True, highlight=False, markup=False)


def fetch_if_missing(model: str) -> None:
    """Pull a known model that a command is about to open, unless it is on this machine.

    Args:
        model: An engine spec; specs without a known model's name are ignored.

    Raises:
        ModelFileError: The model cannot be fetched, for instance without a network.
    """
    from underdog.models.pulled import missing_model

    if (missing := missing_model(model)) is not None:
        size = _size(missing.size_bytes)
        notes.print(f"{missing.name} is not here yet; fetching {size}, once", highlight=False)
        _pulled(missing.name)


def _pulled(source: str) -> Path:
    from underdog.models.pulled import pull_model

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        console=notes,
        disable=not notes.is_terminal,
        transient=True,
    ) as bars:
        return pull_model(source, _teller(bars, source))


def _teller(bars: Progress, source: str) -> Callable[[int, int], None]:
    row = bars.add_task(source, total=None)

    def told(done: int, total: int) -> None:
        bars.update(row, completed=done, total=total or None)

    return told


def _size(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:,.0f} MB"

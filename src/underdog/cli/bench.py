"""`underdog bench engine`: how fast an engine is on this machine."""

import importlib.util
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from underdog.cli.models import complete_model
from underdog.cli.resources import complete, opened_engines
from underdog.cli.terminal import options
from underdog.cli.terminal.console import (
    AsJson,
    cells,
    notes,
    out,
    percent,
    print_json,
    quantity,
    table,
)
from underdog.core import ModelShape
from underdog.engines.bench.matrix_products import Ceiling, Product
from underdog.engines.bench.speed import COUNTS, EngineBenchmark, Speed
from underdog.errors import UnderdogError, UsageError
from underdog.strategies.running.defaults import DEFAULT_MODEL

bench = typer.Typer(no_args_is_help=True, help="Measure what this machine does.")

_READING_ROWS = 256
"""Rows of the products that reading a long prompt is made of."""

_PICTURES = (".svg", ".png")


@dataclass(frozen=True, slots=True)
class Measured:
    """An engine's benchmark with the ceilings of this machine.

    Attributes:
        benchmark: The engine's measurements.
        ceilings: Rates of matrix products of the model's sizes, in the same process; empty without
            OpenVINO or a known architecture.
        open_s: Seconds to open the engine.
        threads: Threads of the matrix products.
    """

    benchmark: EngineBenchmark
    ceilings: tuple[Ceiling, ...]
    open_s: float
    threads: int

    def peak(self, kind: str) -> float:
        """Highest rate of a kind of matrix product; 0 when none was measured."""
        return max((one.flops_per_s for one in self.ceilings if one.kind == kind), default=0.0)

    @property
    def kinds(self) -> list[str]:
        """Kinds of matrix products measured, in order."""
        return list(dict.fromkeys(one.kind for one in self.ceilings))


@bench.command("engine")
def bench_engine(
    model: Annotated[
        str,
        typer.Argument(
            help="A model's name, a GGUF file, or any engine.", autocompletion=complete_model
        ),
    ] = DEFAULT_MODEL,
    counts: Annotated[str, typer.Option(help="Numbers of samples of one prompt.")] = ",".join(
        map(str, COUNTS)
    ),
    max_tokens: Annotated[int, typer.Option(min=2, help="Longest sample.")] = 100,
    repeats: Annotated[int, typer.Option(min=1, help="Times per measurement; best kept.")] = 2,
    peak: Annotated[
        bool, typer.Option(help="Measure what plain products of the model's sizes reach.")
    ] = True,
    figure: Annotated[
        Path | None, typer.Option(help="Draw it, as .svg or .png.", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tokens per second: many samples, a long prompt, and a step-wise search."""
    if figure is not None and figure.suffix not in _PICTURES:
        raise UsageError(f"--figure {figure}: give a name that ends in .svg or .png")
    rows = options.split_counts(counts)
    found, open_s = complete(_measured(model, rows, max_tokens, repeats))
    threads = _threads()
    ceilings = _ceilings(_products(model, found.shape), rows, threads) if peak else ()
    measured = Measured(found, ceilings, open_s, threads)
    if as_json:
        print_json(measured)
    else:
        _print(measured)
    if figure is not None:
        _draw(measured, figure)


async def _measured(
    model: str, counts: list[int], max_tokens: int, repeats: int
) -> tuple[EngineBenchmark, float]:
    from underdog.engines.bench.speed import benchmark

    begun = time.perf_counter()
    async with opened_engines([model], max(counts)) as engines:
        open_s = time.perf_counter() - begun
        with notes.status(f"measuring {engines[model].info.engine}"):
            return await benchmark(engines[model], counts, max_tokens, repeats), open_s


def _products(model: str, shape: ModelShape | None) -> list[Product]:
    """Matrix products of a model, from its file where there is one, else from the shape."""
    from underdog.engines.bench.matrix_products import products_of_file, products_of_shape
    from underdog.models.gguf.header import read_gguf_header
    from underdog.models.pulled import resolve_model
    from underdog.registry import parse_spec

    kind, _, rest = model.partition(":")
    names = [model, rest]
    with suppress(UnderdogError):
        names.append(str(parse_spec(model)[1].get("model", "")))
    for name in filter(None, names) if shape is not None and kind != "scripted" else ():
        with suppress(UnderdogError):
            return products_of_file(read_gguf_header(resolve_model(name)))
    return products_of_shape(shape) if shape is not None else []


def _threads() -> int:
    from underdog.engines.machine.processor import default_threads

    return default_threads()


def _ceilings(products: list[Product], counts: list[int], threads: int) -> tuple[Ceiling, ...]:
    if not products or importlib.util.find_spec("openvino") is None:
        return ()
    from underdog.engines.openvino.compiled.peak import ceilings

    rows = sorted({*counts, _READING_ROWS})
    with notes.status("measuring plain products"):
        return tuple(ceilings(products, rows, threads))


def _print(measured: Measured) -> None:
    found = measured.benchmark
    shares = [f"of {kind}" for kind in measured.kinds]
    rows = table(*_COLUMNS, *shares, numbers=frozenset({*_COLUMNS[1:], *shares}))
    for speed in found.speeds:
        rows.add_row(*cells(speed.what, *_numbers(speed), *_shares(speed, measured)))
    out.print(f"{found.engine}, {found.model}", markup=False, highlight=False)
    out.print(rows)
    held = f", most memory held: {found.memory_bytes / 1e9:.2f} GB" if found.memory_bytes else ""
    out.print(f"opened in {measured.open_s:.1f} s{held}", highlight=False)
    if measured.ceilings:
        peaks = ", ".join(f"{kind} {quantity(measured.peak(kind))}" for kind in measured.kinds)
        out.print(
            f"plain products of the model's sizes, {measured.threads} threads, FLOP/s: {peaks}",
            highlight=False,
        )


_COLUMNS = ("what", "rows", "tokens", "seconds", "tokens/s", "tokens/CPU s", "FLOP/s")


def _numbers(speed: Speed) -> tuple[str, ...]:
    per_cpu_s = f"{speed.tokens / speed.cpu_s:,.0f}" if speed.cpu_s > 0 else "-"
    return (
        str(speed.rows),
        f"{speed.tokens:,}",
        f"{speed.seconds:.2f}",
        f"{speed.tokens_per_s:,.0f}",
        per_cpu_s,
        quantity(speed.flops_per_s).strip() if speed.flops else "-",
    )


def _shares(speed: Speed, measured: Measured) -> list[str]:
    """The measurement as a share of the highest rate of each kind of matrix product."""
    if not speed.flops:
        return ["-"] * len(measured.kinds)
    return [percent(speed.flops_per_s / measured.peak(kind)) for kind in measured.kinds]


def _draw(measured: Measured, path: Path) -> None:
    from underdog.files import write_atomic
    from underdog.reports.engine_figure import speed_by_rows
    from underdog.reports.figure import png, svg

    found = measured.benchmark
    spec = speed_by_rows(f"{found.engine}, {found.model}", found.speeds, measured.ceilings)
    drawing = svg(spec).encode() if path.suffix == ".svg" else png(spec)
    write_atomic(path, lambda file: file.write(drawing))
    notes.print(f"drawn: {path}", markup=False, highlight=False)

"""`underdog bench engine`: how fast an engine is on this machine."""

import importlib.util
from dataclasses import dataclass
from typing import Annotated

import typer

from underdog.cli import options
from underdog.cli.console import AsJson, cells, notes, out, percent, print_json, quantity, table
from underdog.cli.models import complete_model
from underdog.cli.opening import complete, opened_engines
from underdog.engines.benchmark import COUNTS, EngineBenchmark, Speed

bench = typer.Typer(no_args_is_help=True, help="Measure what this machine does.")


@dataclass(frozen=True, slots=True)
class Measured:
    """A benchmark beside the machine's own ceiling.

    Attributes:
        benchmark: What was measured of the engine.
        peak_flops_per_s: Rate of a plain product with 8-bit weights; `None` without OpenVINO.
    """

    benchmark: EngineBenchmark
    peak_flops_per_s: float | None


@bench.command("engine")
def bench_engine(
    model: Annotated[
        str,
        typer.Argument(
            help="A model's name, a GGUF file, or any engine.", autocompletion=complete_model
        ),
    ] = options.DEFAULT_MODEL,
    counts: Annotated[str, typer.Option(help="Numbers of samples of one prompt.")] = ",".join(
        map(str, COUNTS)
    ),
    max_tokens: Annotated[int, typer.Option(min=2, help="Longest sample.")] = 100,
    repeats: Annotated[int, typer.Option(min=1, help="Times per measurement; best kept.")] = 2,
    as_json: AsJson = False,
) -> None:
    """Tokens per second: many samples, a long prompt, and a step-wise search."""
    rows = options.split_counts(counts)
    measured = Measured(complete(_measured(model, rows, max_tokens, repeats)), _peak())
    if as_json:
        print_json(measured)
    else:
        _print(measured)


async def _measured(
    model: str, counts: list[int], max_tokens: int, repeats: int
) -> EngineBenchmark:
    from underdog.engines.benchmark import benchmark

    async with opened_engines([model]) as engines:
        with notes.status(f"measuring {engines[model].info.engine}"):
            return await benchmark(engines[model], counts, max_tokens, repeats)


def _peak() -> float | None:
    if importlib.util.find_spec("openvino") is None:
        return None
    from underdog.engines.openvino.peak import int8_flops_per_s
    from underdog.engines.processor import default_threads

    return int8_flops_per_s(default_threads())


def _print(measured: Measured) -> None:
    found = measured.benchmark
    rows = table("what", "rows", "tokens", "seconds", "tokens/s", "FLOP/s", numbers=_NUMBERS)
    for speed in found.speeds:
        rows.add_row(*cells(speed.what, *_numbers(speed)))
    out.print(f"{found.engine}, {found.model}", markup=False, highlight=False)
    out.print(rows)
    if found.memory_bytes:
        out.print(f"most memory held: {found.memory_bytes / 1e9:.2f} GB", highlight=False)
    if measured.peak_flops_per_s:
        share = percent(found.best_flops_per_s / measured.peak_flops_per_s)
        ceiling = quantity(measured.peak_flops_per_s)
        out.print(f"best rate: {share} of a plain 8-bit product's {ceiling}FLOP/s", highlight=False)


_NUMBERS = frozenset({"rows", "tokens", "seconds", "tokens/s", "FLOP/s"})


def _numbers(speed: Speed) -> tuple[str, ...]:
    rate = f"{quantity(speed.flops / speed.seconds)}".strip() if speed.flops else "-"
    return (
        str(speed.rows),
        f"{speed.tokens:,}",
        f"{speed.seconds:.2f}",
        f"{speed.tokens_per_s:,.0f}",
        rate,
    )

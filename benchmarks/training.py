r"""Training: processor seconds of a step beside TRL's and a plain loop's, memory, data, padding.

    python benchmarks/training.py smollm2-135m.gguf --out docs/studies/training-speed

All in one process on one thread, the sides taking turns step by step, so that a change of the
machine's load falls on all of them; figures are medians of processor seconds and ratios of them.
The TRL side needs an environment with it (see `peers/training_trl.py`), whose Python then runs
this; without it that side is left out. Every part is kept in the folder as it is done; `--only`
measures some parts anew. `--peak` measures memory alone, as a child process does.
"""

import argparse
import csv
import importlib.util
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from training_sides import (
    Cell,
    Take,
    opened,
    plain_side,
    scratch_model,
    trl_side,
    underdog_side,
)
from underdog.engines.machine.process_tree import used_by
from underdog.training.planning.machine_speed import matrix_sizes, products_per_second

LORA = "lora:r=16"
LORA_CELLS = ("4x64/30", "8x64/50")
FULL_CELL = "8x64/50"
SCRATCH_CELL = "64x32/100"
MEMORY_CELL = "6x64/50"
"""As many tokens as `batch_tokens` reads at once where nothing is said."""
HEADER = (
    "| trained | rows x length / % loss | side | steps | CPU s per step, median (least to most) | "
    "tokens per CPU s |"
)


@dataclass(frozen=True)
class Timed:
    """One step of one side.

    Attributes:
        what: What is trained: `lora`, `full`, `scratch`.
        cell: Rows, length and share of loss tokens.
        side: The trainer.
        step: Number of the step; the first, which warms up, is not kept.
        tokens: Tokens of the step.
        cpu_seconds: Its processor seconds.
        loss: Its loss.
    """

    what: str
    cell: str
    side: str
    step: int
    tokens: int
    cpu_seconds: float
    loss: float


@dataclass(frozen=True)
class Fact:
    """A figure that is compared with a goal.

    Attributes:
        name: What is measured.
        value: The figure.
        goal: The goal, with its direction.
    """

    name: str
    value: str
    goal: str = ""


def timed(what: str, cell: Cell, side: str, step: int, take: Take) -> Timed:
    """Take one step and time it."""
    began = time.process_time()
    loss = take()
    return Timed(what, str(cell), side, step, cell.tokens, time.process_time() - began, loss)


def lora_rows(path: Path, cell: Cell, steps: int) -> list[Timed]:
    """Steps of the product, a plain loop and TRL in turn."""
    rows: list[Timed] = []
    model, vocabulary = opened(path)
    sides = {
        "underdog": underdog_side(model, cell, vocabulary, LORA),
        "plain loop": plain_side(opened(path)[0], cell, vocabulary, LORA),
    }
    turn = 0

    def others() -> None:
        nonlocal turn
        names = list(sides) if turn % 2 else list(reversed(sides))
        rows.extend(timed("lora", cell, name, turn, sides[name]) for name in names)
        turn += 1

    if importlib.util.find_spec("trl") is None:
        for _ in range(steps + 1):
            others()
    else:
        with tempfile.TemporaryDirectory() as folder:
            theirs = trl_side(
                opened(path)[0], cell, vocabulary, LORA, tokenizer_of(path, Path(folder)), steps + 1
            )
        rows += [
            Timed("lora", str(cell), "TRL SFTTrainer", step, cell.tokens, seconds, loss)
            for step, (loss, seconds) in enumerate(theirs(others))
        ]
    return [row for row in rows if row.step]


def tokenizer_of(path: Path, folder: Path) -> Any:
    """The model's tokenizer in the transformers library."""
    from transformers import AutoTokenizer

    from underdog.models.loading import open_model
    from underdog.training.torch_models.torch_model import write_tokenizer

    write_tokenizer(folder, open_model(path))
    return AutoTokenizer.from_pretrained(folder)


def own_rows(what: str, model: Any, cell: Cell, steps: int) -> list[Timed]:
    """Steps of the product alone, everything trained."""
    take = underdog_side(model, cell, model.config.vocab_size, "full")
    rows = [timed(what, cell, "underdog", step, take) for step in range(steps + 1)]
    return rows[1:]


def share_of_peak(rows: Sequence[Timed], model: Any, peak: float) -> float:
    """Share of the products' peak that a step reaches, counted as 6 N per token."""
    params = sum(one.numel() for one in model.parameters())
    return 6.0 * params * rows[0].tokens / median(rows) / peak


def whole_model_facts(
    name: str, rows: list[Timed], model: Any, cell: str, steps: int, goal: str
) -> list[Fact]:
    """Steps of the product with everything trained, beside plain products before and after."""
    sizes = matrix_sizes(model)
    before = [products_per_second(one, "float32") for one in ([(1024, 1024)], sizes)]
    mine = own_rows(name, model, Cell.parse(cell), steps)
    after = [products_per_second(one, "float32") for one in ([(1024, 1024)], sizes)]
    square, own = (max(pair) for pair in zip(before, after, strict=True))
    rows += mine
    return [
        Fact(f"{name}, {cell}: share of the peak of 1024 x 1024 products, "
             f"{square / 1e9:.0f} GFLOP per CPU s (6 N)",
             f"{share_of_peak(mine, model, square):.2f}", goal),
        Fact(f"{name}, {cell}: share of the peak of products with its own matrices, "
             f"{own / 1e9:.0f} GFLOP per CPU s (6 N)",
             f"{share_of_peak(mine, model, own):.2f}"),
    ]  # fmt: skip


def median(rows: Sequence[Timed]) -> float:
    """Median processor seconds of a step."""
    return statistics.median(row.cpu_seconds for row in rows)


def of(rows: Sequence[Timed], cell: str, side: str) -> list[Timed]:
    """The LoRA steps of a side in a cell."""
    return [row for row in rows if (row.what, row.cell, row.side) == ("lora", cell, side)]


def data_facts(path: Path, step_seconds_per_token: float) -> list[Fact]:
    """Share of a step that making its batches takes, and padding, on generated pools."""
    from underdog.data.making.family_data import make
    from underdog.training.feeding.length_buckets import BatchPlace
    from underdog.training.session import TrainingRun
    from underdog.training.torch_models.torch_model import open_torch_model
    from underdog.training.training_recipe import Stage, StageBudget, TrainingRecipe

    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        families = ["addition:digits=3", "chain", "words", "percentages"]
        make(families, data, count=3000, forms=["cot"], instruction=0.0, decontaminate=False)
        stage = Stage(data=str(data), budget=StageBudget(steps=1))
        run = TrainingRun(TrainingRecipe(model=str(path), stages=(stage,)), Path(folder) / "out")
        batches = run.batches(stage, open_torch_model(path))
        stream = batches.stream(BatchPlace())
        began, tokens, padded, loss = time.process_time(), 0, 0, 0
        for batch, place in stream:
            tokens += batch.num_tokens
            padded += batch.num_padded
            loss += batch.num_loss_tokens
            if place.buffer == 5:
                break
        seconds = time.process_time() - began
    share = seconds / tokens / step_seconds_per_token
    return [
        Fact("making batches, share of a LoRA step of the 135M", f"{share:.2%}", "< 2%"),
        Fact("padding, four generated pools", f"{1 - tokens / padded:.1%}", "<= 5%"),
        Fact("loss share, bare questions", f"{loss / tokens:.0%}", "to be told"),
    ]


def peak_bytes(path: Path, cell: str, trainable: str) -> int:
    """Peak resident memory of a fresh process that opens the model and takes two steps."""
    command = [sys.executable, __file__, str(path), "--peak", cell, "--trainable", trainable]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return int(told.split()[-1])


def take_two(path: Path, cell: Cell, trainable: str) -> int:
    """Peak resident bytes of this process after two steps."""
    model, vocabulary = opened(path)
    take = underdog_side(model, cell, vocabulary, trainable)
    take()
    take()
    return used_by(os.getpid()).peak_bytes


def lora_part(path: Path, steps: int, kept: "Kept") -> None:
    """LoRA beside the other sides."""
    for cell in LORA_CELLS:
        kept.rows += lora_rows(path, Cell.parse(cell), steps)
        ours = median(of(kept.rows, cell, "underdog"))
        for side, goal in (("TRL SFTTrainer", ">= 1.4"), ("plain loop", ">= 0.97")):
            if theirs := of(kept.rows, cell, side):
                name = f"LoRA r=16 of the 135M, {cell}: speed, {side}'s being 1"
                kept.facts.append(Fact(name, f"{median(theirs) / ours:.2f}", goal))
        kept.write()


def full_part(path: Path, steps: int, kept: "Kept") -> None:
    """Everything trained."""
    kept.facts += whole_model_facts(
        "full, 135M", kept.rows, opened(path)[0], FULL_CELL, steps, ">= 0.6"
    )


def scratch_part(_: Path, steps: int, kept: "Kept") -> None:
    """A model of a million parameters."""
    kept.facts += whole_model_facts(
        "1M from scratch", kept.rows, scratch_model(), SCRATCH_CELL, 4 * steps, ">= 0.55"
    )


def data_part(path: Path, _: int, kept: "Kept") -> None:
    """Making batches, beside the LoRA steps that are kept."""
    last = of(kept.rows, LORA_CELLS[-1], "underdog")
    kept.facts += data_facts(path, median(last) / last[0].tokens)


def memory_part(path: Path, _: int, kept: "Kept") -> None:
    """Peak memory of fresh processes."""
    for cell in ("4x64/30", MEMORY_CELL, "8x64/50"):
        name = f"peak memory, LoRA r=16 of the 135M, {cell}"
        kept.facts.append(Fact(name, f"{peak_bytes(path, cell, LORA) / 1e9:.2f} GB", "<= 2 GB"))


PARTS = {
    "lora": lora_part,
    "full": full_part,
    "scratch": scratch_part,
    "data": data_part,
    "memory": memory_part,
}


NAMES = {
    "lora": ("lora",),
    "full": ("full",),
    "scratch": ("1m ",),
    "data": ("making batches", "padding", "loss share"),
    "memory": ("peak memory",),
}
"""How the names of a part's steps and figures begin."""


class Kept:
    """What is measured so far, in `steps.csv` and `facts.csv` of a folder."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self.rows: list[Timed] = []
        self.facts: list[Fact] = []
        if folder and (folder / "facts.csv").is_file():
            with (folder / "facts.csv").open() as file:
                self.facts = [Fact(**row) for row in csv.DictReader(file)]
            with (folder / "steps.csv").open() as file:
                self.rows = [_timed(row) for row in csv.DictReader(file)]

    def forget(self, part: str) -> None:
        """Drop what was measured of a part before, by code that may have been another."""
        names = NAMES[part]
        self.rows = [row for row in self.rows if not row.what.lower().startswith(names)]
        self.facts = [fact for fact in self.facts if not fact.name.lower().startswith(names)]

    def write(self) -> None:
        """Write both files; of figures of one name the last counts."""
        self.facts = list({fact.name: fact for fact in self.facts}.values())
        if self._folder:
            self._folder.mkdir(parents=True, exist_ok=True)
            for name, table in (("steps.csv", self.rows), ("facts.csv", self.facts)):
                with (self._folder / name).open("w", newline="") as file:
                    writer = csv.DictWriter(file, list(asdict(table[0])), lineterminator="\n")
                    writer.writeheader()
                    writer.writerows(asdict(row) for row in table)


def _timed(row: dict[str, str]) -> Timed:
    numbers = {"step": int(row["step"]), "tokens": int(row["tokens"])}
    seconds = {"cpu_seconds": float(row["cpu_seconds"]), "loss": float(row["loss"])}
    return Timed(row["what"], row["cell"], row["side"], **numbers, **seconds)


def told(rows: Sequence[Timed], facts: Sequence[Fact]) -> list[str]:
    """The tables."""
    lines = ["| figure | measured | goal |", "| --- | --- | --- |"]
    lines += [f"| {fact.name} | {fact.value} | {fact.goal} |" for fact in facts]
    lines += ["", HEADER, "| --- | --- | --- | --- | --- | --- |"]
    for key in dict.fromkeys((row.what, row.cell, row.side) for row in rows):
        mine = [row for row in rows if (row.what, row.cell, row.side) == key]
        seconds = [row.cpu_seconds for row in mine]
        lines.append(
            f"| {key[0]} | {key[1]} | {key[2]} | {len(mine)} | {median(mine):.3f} "
            f"({min(seconds):.3f} to {max(seconds):.3f}) | {mine[0].tokens / median(mine):,.1f} |"
        )
    return lines


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    import torch

    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("model", type=Path, help="the 135M, a GGUF file or a folder")
    parser.add_argument("--steps", type=int, default=5, help="timed steps of every side")
    parser.add_argument("--out", type=Path, help="folder for what is measured")
    parser.add_argument("--only", default=",".join(PARTS), help="parts, joined by commas")
    parser.add_argument("--peak", metavar="CELL", help="print this process's peak memory only")
    parser.add_argument("--trainable", default=LORA)
    given = parser.parse_args(arguments)
    torch.set_num_threads(1)
    if given.peak:
        print(take_two(given.model, Cell.parse(given.peak), given.trainable))
        return
    kept = Kept(given.out)
    for name in given.only.split(","):
        print(f"{name}: load {os.getloadavg()[0]:.1f}", file=sys.stderr, flush=True)
        kept.forget(name)
        PARTS[name](given.model, given.steps, kept)
        kept.write()
    machine = (
        f"{os.cpu_count()} cores, one thread, PyTorch {torch.__version__}, Python "
        f"{platform.python_version()}; load at the end: {os.getloadavg()[0]:.1f}."
    )
    text = "\n".join([machine, "", *told(kept.rows, kept.facts)])
    print(text)
    if given.out:
        (given.out / "results.md").write_text(text + "\n")


if __name__ == "__main__":
    main()

"""Training from scratch on one thread, as shares that hold on any machine.

The share of the processor's peak: floating-point operations of whole optimiser steps (six for each
parameter and token) a second, by those of a plain float32 product of 512 x 512 matrices measured
between the steps; the median of the pairs. With the norms of the transformers library beside it.
The share of the data: what drawing, encoding and batching real items takes, by a whole step.

    python benchmarks/scratch_speed.py [--steps 9]

Processor seconds are counted, not wall seconds.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from statistics import median

import numpy as np
import torch
from transformers.models.llama.modeling_llama import LlamaRMSNorm

from underdog.data.making.family_data import make
from underdog.training.feeding.encoding import Encoded
from underdog.training.feeding.length_buckets import BatchPlace, TokenBatch
from underdog.training.objectives import objectives
from underdog.training.schedules import schedules
from underdog.training.scratch.start import make_scratch
from underdog.training.scratch.vocabularies import character_vocabulary
from underdog.training.session import TrainingRun
from underdog.training.stage_run import StageRun
from underdog.training.start_model import open_start
from underdog.training.torch_models.rms_norm import FewPassNorm
from underdog.training.training_recipe import Stage, StageBudget, TrainingRecipe

ROWS, LENGTH, SIDE, PRODUCTS = 64, 32, 512, 8


def cpu_seconds(action: Callable[[], object]) -> float:
    """Processor seconds of a call."""
    began = time.process_time()
    action()
    return time.process_time() - began


def product_flops() -> float:
    """Floating-point operations a second of a plain product."""
    matrix = torch.randn(SIDE, SIDE)
    took = cpu_seconds(lambda: [matrix @ matrix for _ in range(PRODUCTS)])
    return PRODUCTS * 2 * SIDE**3 / took


def plain_norms(model: torch.nn.Module) -> None:
    """Put the transformers library's norms back."""
    for parent in list(model.modules()):
        for name, module in list(parent.named_children()):
            if isinstance(module, FewPassNorm):
                norm = LlamaRMSNorm(len(module.weight), module.epsilon)
                norm.weight = module.weight
                setattr(parent, name, norm)


def stepper(size: str, *, plain: bool = False) -> tuple[Callable[[], None], int]:
    """An optimiser step on random tokens, half of which carry loss; and the model's parameters."""
    model = make_scratch(size, character_vocabulary(), 0).model
    if plain:
        plain_norms(model)
    draws = np.random.default_rng(0)
    weights = (0.0,) * (LENGTH // 2) + (1.0,) * (LENGTH - LENGTH // 2)
    batch = TokenBatch(
        tuple(Encoded(tuple(draws.integers(6, 102, LENGTH).tolist()), weights) for _ in range(ROWS))
    )
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    causal = objectives.create("causal")

    def step() -> None:
        optimizer.zero_grad(set_to_none=True)
        (causal.loss(model, batch) / batch.loss_weight).backward()
        torch.nn.utils.clip_grad_norm_(list(model.parameters()), 1.0)
        optimizer.step()

    return step, sum(one.numel() for one in model.parameters())


def peak_share(size: str, steps: int) -> None:
    """Print the share of the peak of one size, with our norms and with plain ones."""
    (ours, params), (plain, _) = stepper(size), stepper(size, plain=True)
    ours(), plain()
    shares, ratios, rates = [], [], []
    for _ in range(steps):
        peak, took, other = product_flops(), cpu_seconds(ours), cpu_seconds(plain)
        shares.append(6 * params * ROWS * LENGTH / took / peak)
        rates.append(ROWS * LENGTH / took)
        ratios.append(other / took)
    print(
        f"{size}: {median(shares):.2f} of the peak, {median(rates):,.0f} tokens/CPU s, "
        f"{median(ratios):.2f}x the speed with plain norms (n = {steps})"
    )


def data_share(size: str, steps: int) -> None:
    """Print the share of the data in whole steps of real training."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "sums"
        make(["addition:digits=2"], data, count=1500, forms=["reversed"], decontaminate=False)
        stage = Stage(data=str(data), budget=StageBudget(steps=steps))
        recipe = TrainingRecipe(model=f"scratch:{size},vocabulary=512", stages=(stage,))
        start, training = open_start(recipe), TrainingRun(recipe, Path(folder))
        batches = training.batches(recipe.stages[0], start)
        run = StageRun(
            recipe.stages[0], start.model, batches, objectives.create("causal"),
            schedules.create(stage.schedule),
        )  # fmt: skip
        reports = list(run.steps())
        whole = reports[-1].cpu_seconds / reports[-1].tokens
        drawn: list[TokenBatch] = []
        took = cpu_seconds(
            lambda: drawn.extend(b for b, _ in islice(batches.stream(BatchPlace()), 4 * steps))
        )
        data_token = took / sum(batch.num_tokens for batch in drawn)
    last = reports[-1]
    print(
        f"{size}: the data take {data_token / whole:.1%} of a step ({1e6 * whole:.0f} µs a token), "
        f"{1 - last.tokens / last.padded_tokens:.1%} padding"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--steps", type=int, default=9)
    steps: int = parser.parse_args().steps
    torch.set_num_threads(1)
    for size in ("0.4m", "1m"):
        peak_share(size, steps)
    for size in ("0.4m", "1m"):
        data_share(size, 2 * steps)


if __name__ == "__main__":
    main()

"""Model FLOPs utilisation of full fine-tuning of a 135M-shaped random Llama in bfloat16 on a GPU.

The trainer's own step (`StageRun`: packed rows, autocast, AdamW, clipping) on random items that all
carry loss. FLOPs of a token: 6 for each weight of a matrix, the head included, and 6 x layers x
width x mean item length for causal attention. Printed as JSON, beside what the device's bfloat16
products reach here and by its data sheet. The goal is 45% of the data sheet.

    python benchmarks/training_gpu.py         # on a CUDA device, a minute
    python benchmarks/training_gpu.py --tiny  # the mechanics, on any processor
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any

import torch
from transformers import LlamaConfig, LlamaForCausalLM

from underdog.training.accelerated import joined
from underdog.training.feeding.encoding import Encoded
from underdog.training.feeding.length_buckets import BatchPlace, TokenBatch
from underdog.training.objectives import objectives
from underdog.training.packed_rows import attend_within_items
from underdog.training.schedules import schedules
from underdog.training.stage_run import StageRun
from underdog.training.training_recipe import Stage, StageBudget

DATA_SHEET = {"H200": 989.5e12, "H100": 989.5e12, "A100": 312e12, "L40S": 362e12, "L4": 121e12}
WARM_UP = 3


@dataclass(frozen=True)
class Setting:
    """Shape of model and work."""

    width: int = 576
    inner: int = 1536
    layers: int = 30
    heads: int = 9
    kv_heads: int = 3
    vocabulary: int = 49_152
    item: int = 512
    row: int = 32_768
    rows: int = 2
    steps: int = 20
    product: int = 8_192


TINY = Setting(64, 128, 2, 4, 2, 256, item=16, row=128, rows=2, steps=4, product=128)


class RandomRows:
    """An endless stream of packed rows of random items of one length."""

    packed = True

    def __init__(self, setting: Setting) -> None:
        draw = torch.Generator().manual_seed(0)
        shape = (8, setting.row // setting.item, setting.item)
        ids = torch.randint(0, setting.vocabulary, shape, generator=draw).tolist()
        weights = (0.0, *(1.0 for _ in range(setting.item - 1)))
        self._rows = [
            TokenBatch(tuple(Encoded(tuple(item), weights) for item in row), packed=True)
            for row in ids
        ]

    def stream(
        self, place: BatchPlace, progress: Callable[[], float] = lambda: 0.0
    ) -> Iterator[tuple[TokenBatch, BatchPlace]]:
        """The rows, again and again."""
        while True:
            for row in self._rows:
                yield row, place


def model_of(setting: Setting) -> Any:
    """A random model of the shape."""
    torch.manual_seed(0)
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=setting.vocabulary, hidden_size=setting.width,
            intermediate_size=setting.inner, num_hidden_layers=setting.layers,
            num_attention_heads=setting.heads, num_key_value_heads=setting.kv_heads,
            tie_word_embeddings=True, max_position_embeddings=8_192,
        )
    ).train()  # fmt: skip


def flops_per_token(model: Any, setting: Setting) -> float:
    """FLOPs of a token, forward and backward."""
    matrices = sum(one.numel() for one in model.parameters() if one.dim() > 1)  # head = embeddings
    return 6 * matrices + 6 * setting.layers * setting.width * setting.item


def product_flops(device: str, size: int) -> float:
    """FLOPs a second of a square product, in bfloat16 on a GPU and float32 elsewhere."""
    kind = torch.float32 if device == "cpu" else torch.bfloat16
    left, right = torch.randn(2, size, size, device=device, dtype=kind)
    rounds, seconds = 20, []
    for _ in range(3):
        began = time.perf_counter()
        for _ in range(rounds):
            product = left @ right
        float(product[0, 0])  # waits for the device
        seconds.append(time.perf_counter() - began)
    return rounds * 2 * size**3 / min(seconds)


def main() -> None:
    """Measure and print."""
    setting = TINY if "--tiny" in sys.argv else Setting()
    with joined() as processes:
        model = model_of(setting).to(processes.device)
        attend_within_items(model)
        stage = Stage(
            data="random", budget=StageBudget(steps=WARM_UP + setting.steps), trainable="full",
            step_tokens=setting.row * setting.rows, batch_tokens=setting.row, rows="packed",
        )  # fmt: skip
        rows: Any = RandomRows(setting)
        run = StageRun(
            stage, model, rows, objectives.create("causal"), schedules.create("constant"),
            processes=processes,
        )  # fmt: skip
        reports = list(run.steps())
        peak = product_flops(processes.device, setting.product)
        cuda = processes.device != "cpu"
        name = torch.cuda.get_device_name() if cuda else "processor"
        memory = torch.cuda.max_memory_allocated() if cuda else 0
    tokens = reports[-1].tokens / len(reports)
    rate = tokens / median(one.seconds for one in reports[WARM_UP:]) / processes.world
    used = rate * flops_per_token(model, setting)
    sheet = next((peak for known, peak in DATA_SHEET.items() if known in name), None)
    found = {
        "device": name,
        "processes": processes.world,
        "torch": torch.__version__,
        "tokens_per_step": int(tokens),
        "tokens_per_second_per_device": round(rate),
        "tflops": round(used / 1e12, 3),
        "product_tflops": round(peak / 1e12, 3),
        "of_product": round(used / peak, 3),
        "mfu": round(used / sheet, 3) if sheet else None,
        "peak_memory_gib": round(memory / 2**30, 2),
        "first_loss": round(reports[0].loss, 3),
        "last_loss": round(reports[-1].loss, 3),
    }
    if processes.first:
        print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()

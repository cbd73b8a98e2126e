"""The sides of the training benchmark: fixed batches, and one optimiser step of each trainer."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from peers.training_plain import plain_step
from peers.training_trl import sft_trainer
from underdog.training.feeding.encoding import Encoded
from underdog.training.feeding.length_buckets import BatchPlace, TokenBatch
from underdog.training.objectives import objectives
from underdog.training.schedules import schedules
from underdog.training.stage_run import StageRun
from underdog.training.torch_models.torch_model import open_torch_model
from underdog.training.trainable import trainables
from underdog.training.training_recipe import Stage, StageBudget

ENDLESS = 1_000_000
RATE = 1e-3
Take = Callable[[], float]
"""Does one optimiser step and returns its loss."""


@dataclass(frozen=True)
class Cell:
    """What a step reads: rows of equal length, of whose end a share carries loss."""

    rows: int
    length: int
    loss_share: float

    @classmethod
    def parse(cls, text: str) -> "Cell":
        """Read `ROWSxLENGTH/PERCENT`, such as `4x64/30`."""
        shape, _, percent = text.partition("/")
        rows, _, length = shape.partition("x")
        return cls(int(rows), int(length), int(percent) / 100)

    def __str__(self) -> str:
        return f"{self.rows}x{self.length}/{100 * self.loss_share:.0f}"

    @property
    def tokens(self) -> int:
        """Tokens of a step."""
        return self.rows * self.length

    def batch(self, vocabulary: int, seed: int = 0) -> TokenBatch:
        """A batch of drawn tokens."""
        drawn = np.random.default_rng(seed).integers(3, vocabulary, (self.rows, self.length))
        learned = max(1, round(self.loss_share * self.length))
        weights = tuple(float(place >= self.length - learned) for place in range(self.length))
        return TokenBatch(tuple(Encoded(tuple(row), weights) for row in drawn.tolist()))


class Repeated:
    """A stream that gives one batch again and again."""

    packed = False

    def __init__(self, batch: TokenBatch) -> None:
        self._batch = batch

    def stream(
        self, place: BatchPlace, progress: Callable[[], float]
    ) -> Iterator[tuple[TokenBatch, BatchPlace]]:
        """The batch, without end."""
        while True:
            yield self._batch, place


def underdog_side(model: Any, cell: Cell, vocabulary: int, trainable: str) -> Take:
    """The product's own loop: gather, forward, backward, clip, watch, step, report."""
    stage = Stage(
        data="none", budget=StageBudget(steps=ENDLESS), trainable=trainable, schedule="constant",
        learning_rate=RATE, step_tokens=cell.tokens, batch_tokens=cell.tokens,
    )  # fmt: skip
    trained = trainables.create(trainable).apply(model, 0)
    batches: Any = Repeated(cell.batch(vocabulary))
    run = StageRun(
        stage, trained, batches, objectives.create("causal"), schedules.create("constant")
    )
    steps = run.steps()
    return lambda: next(steps).loss


def plain_side(model: Any, cell: Cell, vocabulary: int, trainable: str) -> Take:
    """A loop of twenty lines."""
    return plain_step(adapted(model, trainable), *tensors(cell, vocabulary), rate=RATE)


def trl_side(
    model: Any, cell: Cell, vocabulary: int, trainable: str, tokenizer: Any, steps: int
) -> Any:
    """TRL's SFTTrainer, which trains by itself: see `sft_trainer`."""
    ids, weights = tensors(cell, vocabulary)
    return sft_trainer(adapted(model, trainable), tokenizer, ids, weights, rate=RATE, steps=steps)


def adapted(model: Any, trainable: str) -> Any:
    """The model with the same parameters trainable, as every side gets it."""
    return trainables.create(trainable).apply(model, 0)


def tensors(cell: Cell, vocabulary: int) -> tuple[Any, Any]:
    """The cell's batch as tensors of ids and weights, both (rows, length)."""
    import torch

    batch = cell.batch(vocabulary)
    ids = torch.tensor([item.tokens for item in batch.items])
    return ids, torch.tensor([item.weights for item in batch.items])


def opened(path: Path) -> tuple[Any, int]:
    """A fresh model, and the size of its vocabulary."""
    model = open_torch_model(path).model
    return model, model.config.vocab_size


def scratch_model(vocabulary: int = 128, width: int = 128, layers: int = 5) -> Any:
    """A llama of a million parameters with drawn weights."""
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        vocab_size=vocabulary, hidden_size=width, intermediate_size=3 * width,
        num_hidden_layers=layers, num_attention_heads=4, num_key_value_heads=4,
        tie_word_embeddings=True, max_position_embeddings=512,
    )  # fmt: skip
    return LlamaForCausalLM(config).train()

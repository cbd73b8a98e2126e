"""One cell: a two-layer model is trained on text with a rare task, by the product's own loop."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from underdog.errors import MissingExtraError
from underdog.seeds import derive
from underdog.studies.rare_task.rare_world import (
    FIRST,
    LENGTH,
    SECOND,
    VOCABULARY,
    Ints,
    RareStream,
    RareWorld,
)
from underdog.studies.study import Cell, CellResult
from underdog.training.objectives import objectives
from underdog.training.schedules import schedules
from underdog.training.stage_run import StageRun
from underdog.training.training_recipe import Stage, StageBudget

_LOOKS = 8
"""Points of the run at which gradients are compared, all in its second half."""
_TEXT_ITEMS = 512
_HEAD_SIZE = 16


def run_rare_cell(cell: Cell) -> CellResult:
    """Train and test the model of a cell.

    Knobs: `width`, `share` (of sequences with an example), `burst` (examples in a row), `steps`,
    `batch` (sequences a step), `rate` (peak learning rate).
    """
    _torch().set_num_threads(1)
    width, steps, batch = (int(cell.knobs[name]) for name in ("width", "steps", "batch"))
    world = RareWorld(cell.seed)
    share, burst = float(cell.knobs["share"]), int(cell.knobs["burst"])
    stream = RareStream(world, share, burst, batch, steps)
    model = _model(width, derive("model", cell.seed, width))
    stage = Stage(
        mixture="rare task",
        budget=StageBudget(steps=steps),
        trainable="full",
        schedule="cosine:warmup=0.05,floor=0.0",
        learning_rate=float(cell.knobs["rate"]),
        step_tokens=batch * LENGTH,
        batch_tokens=batch * LENGTH,
    )
    run = StageRun(
        stage, model, stream, objectives.create("causal"), schedules.create(stage.schedule)
    )
    looks = {steps // 2 + steps * look // (2 * _LOOKS) for look in range(_LOOKS)}
    cosines = [_cosine(model, world) for report in run.steps() if report.step in looks]
    return _tested(model, world, stream, cosines)


def _tested(
    model: Any, world: RareWorld, stream: RareStream, cosines: Sequence[float]
) -> CellResult:
    held_out, trained = _right(model, world.held_out), _right(model, world.trained)
    return CellResult(
        {
            "parameters": sum(one.numel() for one in model.parameters()),
            "tokens": stream.rare.size * LENGTH,
            "exposures": stream.exposures,
            "largest_gap": stream.largest_gap,
            "accuracy": float(held_out.mean()),
            "trained_accuracy": float(trained.mean()),
            "text_loss": float(_text_loss(model, world.text(_TEXT_ITEMS, "test")).detach()),
            "task_loss": float(_task_loss(model, world.held_out).detach()),
            "cosine": float(np.mean(cosines)),
            "cosine_size": float(np.mean(np.abs(cosines))),
        },
        "".join("1" if one else "0" for one in held_out.tolist()),
        group_size=2,
    )


def _torch() -> Any:
    try:
        import torch
    except ImportError as error:
        raise MissingExtraError("torch", "train") from error
    return torch


def _model(width: int, seed: int) -> Any:
    """A two-layer Llama with an untied head, in float32."""
    from transformers import LlamaConfig, LlamaForCausalLM

    torch = _torch()
    heads = max(1, width // _HEAD_SIZE)
    config = LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=width,
        intermediate_size=8 * -(-width // 3),
        num_hidden_layers=2,
        num_attention_heads=heads,
        num_key_value_heads=heads,
        max_position_embeddings=2 * LENGTH,
        tie_word_embeddings=False,
        initializer_range=0.5 / width**0.5,
        use_cache=False,
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed % (1 << 63))
        return LlamaForCausalLM(config)


def _logits(model: Any, rows: Ints) -> Any:
    return model(input_ids=_torch().from_numpy(rows)).logits


def _right(model: Any, rows: Ints) -> "np.typing.NDArray[np.bool_]":
    """Which rows get their label: the likelier of the two labels after both symbols."""
    with _torch().no_grad():
        logits = _logits(model, rows[:, :2])[:, -1]
    says_first = (logits[:, FIRST] > logits[:, SECOND]).numpy()
    return says_first == (rows[:, 2] == FIRST)


def _task_loss(model: Any, rows: Ints) -> Any:
    """Mean loss of the label among all words, in nats."""
    torch = _torch()
    labels = torch.from_numpy(rows[:, 2].copy())
    return torch.nn.functional.cross_entropy(_logits(model, rows[:, :2])[:, -1], labels)


def _text_loss(model: Any, rows: Ints) -> Any:
    """Mean loss of a word of text after the first, in nats."""
    torch = _torch()
    logits = _logits(model, rows)[:, :-1].reshape(-1, VOCABULARY)
    words = torch.from_numpy(rows[:, 1:].copy()).reshape(-1)
    return torch.nn.functional.cross_entropy(logits, words)


def _cosine(model: Any, world: RareWorld) -> float:
    """Cosine between the gradients of text and of task, on the first layer's MLP."""
    torch = _torch()
    parts = list(model.model.layers[0].mlp.parameters())
    flat: list[Any] = []
    for loss in (_text_loss(model, world.text(_TEXT_ITEMS, "gradient")),
                 _task_loss(model, world.trained)):  # fmt: skip
        gradients = torch.autograd.grad(loss, parts)
        flat.append(torch.cat([one.reshape(-1) for one in gradients]))
    return float(torch.nn.functional.cosine_similarity(flat[0], flat[1], dim=0))

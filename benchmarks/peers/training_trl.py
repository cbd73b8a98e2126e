"""TRL's SFTTrainer on prepared rows, with everything off that would slow it down here.

TRL is no dependency of the product. It goes into an environment of its own that sees the product's:

    python -m venv trl-env
    .venv/bin/python -c "import site; print(site.getsitepackages()[0])" \
        > trl-env/lib/python3.11/site-packages/product.pth
    trl-env/bin/python -m pip install trl==1.16.0
"""

import tempfile
import time
from collections.abc import Callable
from typing import Any


def sft_trainer(
    model: Any, tokenizer: Any, ids: Any, weights: Any, rate: float, steps: int
) -> Callable[[Callable[[], None]], list[tuple[float, float]]]:
    """A function that trains and gives the loss and the processor seconds of every step.

    Gradient checkpointing, TRL's default, is off: it computes each forward pass twice. Fetching
    the batch is not timed.

    Args:
        model: A causal language model, with or without an adapter.
        tokenizer: Its tokenizer, in the transformers library.
        ids: Token ids, (rows, length).
        weights: Loss weights of the tokens, (rows, length); 0 or 1.
        rate: Learning rate.
        steps: Optimiser steps.

    Returns:
        A function that takes what is to be done between steps: the other sides' turns.
    """
    import torch
    from datasets import Dataset
    from transformers import TrainerCallback
    from trl import SFTConfig, SFTTrainer

    labels = torch.where(weights > 0, ids, -100)
    rows = [
        {"input_ids": row, "labels": label}
        for _ in range(steps)
        for row, label in zip(ids.tolist(), labels.tolist(), strict=True)
    ]

    def train(between: Callable[[], None]) -> list[tuple[float, float]]:
        seconds: list[float] = []
        losses: list[float] = []

        class Clock(TrainerCallback):
            def on_step_begin(self, *_: Any, **__: Any) -> None:
                between()
                seconds.append(-time.process_time())

            def on_step_end(self, *_: Any, **__: Any) -> None:
                seconds[-1] += time.process_time()

            def on_log(self, *_: Any, logs: dict[str, float] | None = None, **__: Any) -> None:
                if logs and "loss" in logs:
                    losses.append(float(logs["loss"]))

        with tempfile.TemporaryDirectory() as folder:
            config = SFTConfig(
                output_dir=folder, per_device_train_batch_size=len(ids), max_steps=steps,
                gradient_checkpointing=False, bf16=False, use_cpu=True, learning_rate=rate,
                lr_scheduler_type="constant", adam_beta2=0.99, weight_decay=0.0, max_grad_norm=1.0,
                max_length=None, packing=False, report_to="none", save_strategy="no",
                logging_steps=1, disable_tqdm=True, dataloader_pin_memory=False,
                dataset_kwargs={"skip_prepare_dataset": True},
            )  # fmt: skip
            SFTTrainer(
                model, config, train_dataset=Dataset.from_list(rows), processing_class=tokenizer,
                callbacks=[Clock()],
            ).train()  # fmt: skip
        return list(zip(losses, seconds, strict=True))

    return train

"""One of two processes that train a recipe together; started by test_accelerated.py.

Arguments: rank, file of the meeting point, recipe as JSON, output folder, kind (ddp or fsdp), the
step at which this process is killed (0 for none).
"""

import os
import signal
import sys
from pathlib import Path


def main() -> None:
    rank, port, recipe, out, kind, die = sys.argv[1:]
    os.environ |= {
        "RANK": rank, "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port,
    }  # fmt: skip
    import torch

    from underdog.training.session import TrainingRun
    from underdog.training.training_recipe import TrainingRecipe

    torch.set_num_threads(1)
    made = TrainingRecipe.model_validate_json(recipe)
    run = TrainingRun(made, Path(out), "float32", checkpoint_seconds=0.0, shard=kind == "fsdp")
    for update in run.updates():
        if update.step and update.step.step == int(die):
            os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()

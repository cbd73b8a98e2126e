"""The sides of the training benchmark do the same work: their losses are the same, step by step."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.models.tiny_gguf import write_tiny
from tests.paths import CHECKOUT

pytest.importorskip("torch")
pytest.importorskip("peft")

CODE = """
import sys
from training_sides import *
path, cell = Path(sys.argv[1]), Cell.parse("3x16/50")
for trainable in ("lora:r=2", "full"):
    sides = [side(*[opened(path)[0], cell, opened(path)[1], trainable])
             for side in (underdog_side, plain_side)]
    print(*(take() for _ in range(4) for take in sides))
"""


def test_the_plain_loop_has_the_products_losses(tmp_path: Path) -> None:
    model = write_tiny(tmp_path / "tiny.gguf", "llama").path
    ran = subprocess.run(
        [sys.executable, "-c", CODE, str(model)],
        cwd=CHECKOUT / "benchmarks", capture_output=True, text=True, timeout=200, check=True,
    )  # fmt: skip
    lines = [[float(word) for word in line.split()] for line in ran.stdout.splitlines()]
    assert len(lines) == 2
    for losses in lines:
        assert losses[0::2] == pytest.approx(losses[1::2], rel=1e-4)
        assert losses[-1] < losses[0]

"""The benchmark of a GPU runs on a processor at a tiny size, and counts what it says."""

import json
import subprocess
import sys

import pytest

from tests.paths import CHECKOUT

pytest.importorskip("torch")
pytest.importorskip("transformers")
SCRIPT = CHECKOUT / "benchmarks" / "training_gpu.py"


@pytest.mark.slow
def test_the_tiny_setting_prints_its_share_of_the_peak() -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--tiny"], capture_output=True, text=True, timeout=280
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["tokens_per_step"] == 256
    assert 0 < found["of_product"] < 1
    assert found["last_loss"] != found["first_loss"]
    if found["device"] == "processor":
        assert found["mfu"] is None

"""PyTorch's type in the engine benchmark is the one that multiplies faster here."""

import importlib.util
import subprocess
import sys

import pytest

from tests.paths import CHECKOUT

ASK = "import torch; from number_type import number_type; print(number_type(torch{}))"


@pytest.mark.parametrize(
    ("asked", "told"),
    [("", {"bfloat16", "float32"}), (", 'float32'", {"float32"}), (", 'float16'", {"float16"})],
)
def test_the_faster_type_is_measured_unless_one_is_asked_for(asked: str, told: set[str]) -> None:
    if importlib.util.find_spec("torch") is None:
        pytest.skip("needs torch")
    ran = subprocess.run(
        [sys.executable, "-c", ASK.format(asked)],
        cwd=CHECKOUT / "benchmarks" / "peers",
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert ran.stdout.strip() in told
    seconds = [float(word) for word in ran.stderr.split() if word.replace(".", "").isdecimal()]
    if not asked:
        faster = "bfloat16" if seconds[0] <= seconds[1] else "float32"
        assert ran.stdout.strip() == faster

"""The numpy proxy that records loss trajectories, and the study that rests on it."""

import subprocess
import sys

import numpy as np
import pytest

from tests.data.selectors.examples import example
from tests.paths import CHECKOUT
from underdog.core.example import Example
from underdog.data.selectors.ngram_proxy import NgramProxy

TINY = NgramProxy(orders=(1, 2, 8), buckets=512, epochs=4, batch=4, rate=0.3)
STUDY = CHECKOUT / "docs" / "studies" / "selectors" / "study.py"


def test_the_first_losses_are_those_of_a_uniform_guess_and_then_they_fall():
    losses = TINY.record([example(f"e{n}", f"say {n}", "yes") for n in range(12)]).losses_NT
    assert losses.shape == (12, 5)
    assert np.allclose(losses[:, 0], np.log(257), atol=1e-4)
    assert (np.diff(losses.mean(axis=0)) < 0).all()


def test_the_same_seed_gives_the_same_losses():
    rows = [example(f"e{n}", answer="ab" * n) for n in range(1, 9)]
    assert (TINY.record(rows, 1).losses_NT == TINY.record(rows, 1).losses_NT).all()
    assert (TINY.record(rows, 2).losses_NT != TINY.record(rows, 1).losses_NT).any()


def test_a_wrong_answer_among_many_right_ones_is_learnt_last():
    rows = [example(f"e{n}", "3+4", "8" if n == 5 else "7") for n in range(20)]
    losses = TINY.record(rows).losses_NT[:, -1]
    assert losses.argmax() == 5


def test_empty_data_and_empty_answers_are_taken():
    assert TINY.record([]).losses_NT.shape[0] == 0
    assert np.isfinite(TINY.record([Example("e", ()), example("f")]).losses_NT).all()


@pytest.mark.slow
def test_the_study_runs_from_items_to_tables():
    ran = subprocess.run(
        [sys.executable, str(STUDY), "--items", "30", "--epochs", "1"],
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert "sums: 30 items, 3 of them wrong" in ran.stdout
    assert ran.stdout.count("| `minhash` |") == 2

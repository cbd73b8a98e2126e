"""The tiny transformer that records loss trajectories."""

import sys

import pytest

from tests.data.selectors.examples import example
from underdog.core.example import Example, Segment
from underdog.data.selectors.measuring.proxy import Proxy
from underdog.errors import MissingExtraError

TINY = Proxy(width=16, layers=1, heads=2, length=24, epochs=4, batch=4, rate=1e-2)


def test_losses_are_recorded_before_training_and_after_every_epoch_and_fall():
    pytest.importorskip("torch")
    rows = [example(f"e{n}", f"say {n}", "yes") for n in range(12)]
    losses = TINY.record(rows, seed=1).take([row.id for row in rows])
    assert losses.shape == (12, 5)
    assert (losses[:, -1] < losses[:, 0]).all()


def test_the_same_seed_gives_the_same_losses_and_leaves_torch_as_it_was():
    torch = pytest.importorskip("torch")
    rows = [example(f"e{n}", answer="ab" * n) for n in range(1, 5)]
    before = torch.random.get_rng_state()
    first, second = TINY.record(rows, 1), TINY.record(rows, 1)
    assert (first.losses_NT == second.losses_NT).all()
    assert (TINY.record(rows, 2).losses_NT != first.losses_NT).any()
    assert (torch.random.get_rng_state() == before).all()


def test_several_checkpoints_per_epoch_and_prompts_too_long_to_be_read():
    pytest.importorskip("torch")
    rows = [Example(f"e{n}", (Segment("x" * 99, "assistant", 1.0),)) for n in range(8)]
    proxy = Proxy(width=8, layers=1, heads=1, length=16, epochs=1, checkpoints=2, batch=2)
    assert proxy.record(rows).losses_NT.shape == (8, 3)


def test_without_torch_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingExtraError, match="transformers"):
        TINY.record([example("e")])

"""Sizes hold as many parameters as their names say, and a spec says which it wants."""

import re

import pytest

from underdog.errors import ConfigError, UnknownNameError
from underdog.training.scratch.sizes import SIZES, DecoderSize, ScratchSpec
from underdog.training.scratch.start import first_weights

FACTORS = {"k": 1e3, "m": 1e6}


@pytest.mark.parametrize("name", SIZES)
def test_a_size_is_named_by_its_parameters_without_the_embedding(name: str) -> None:
    number, unit = re.fullmatch(r"([\d.]+)([km])", name).groups()
    assert SIZES[name].num_params() == pytest.approx(float(number) * FACTORS[unit], rel=0.02)


@pytest.mark.parametrize(
    "size", [SIZES["6k"], SIZES["133k"], DecoderSize(8, 2), DecoderSize(40, 1)]
)
def test_the_count_is_that_of_the_weights(size: DecoderSize) -> None:
    weights = dict(first_weights(size, 70, 0))
    assert sum(values.size for values in weights.values()) == size.num_params(70)
    assert size.num_params(70) - size.num_params() == 70 * size.width


def test_every_width_is_cut_into_heads_that_engines_open() -> None:
    for size in (DecoderSize(width, 1) for width in range(8, 1032, 8)):
        assert size.width % size.heads == 0
        assert size.width // size.heads in (8, 16, 32, 64)
        assert size.heads > 1 or size.width == 8
        assert 2.6 < size.inner / size.width <= 3


def test_a_spec_changes_width_layers_and_vocabulary() -> None:
    assert ScratchSpec.of("scratch:1m") == ScratchSpec(SIZES["1m"], 0)
    assert ScratchSpec.of("scratch:1m, vocabulary=characters").num_tokens == 0
    assert ScratchSpec.of("scratch:0.4m,vocabulary=512").num_tokens == 512
    assert ScratchSpec.of("scratch:6k,width=8").size == DecoderSize(8, 2)
    assert ScratchSpec.of("scratch:6k,layers=3").size == DecoderSize(16, 3, 40)


def test_smaller_models_learn_at_a_higher_rate() -> None:
    rates = [size.learning_rate for size in SIZES.values()]
    assert rates == sorted(rates, reverse=True)
    assert rates[0] == SIZES["1m"].learning_rate == 3e-3
    assert rates[-1] >= 3e-4


@pytest.mark.parametrize(
    ("spec", "error", "words"),
    [
        ("scratch:1mm", UnknownNameError, "1m"),
        ("scratch:", UnknownNameError, "200m"),
        ("scratch:1m,vocab=512", UnknownNameError, "vocabulary"),
        ("scratch:1m,vocabulary=40", ConfigError, "from 261"),
        ("scratch:1m,vocabulary=512.5", ConfigError, "from 261"),
        ("scratch:1m,vocabulary", ConfigError, "key=value"),
        ("scratch:1m,width=wide", ConfigError, "whole number"),
        ("scratch:1m,width=12", ConfigError, "multiple of 8"),
        ("scratch:1m,layers=0", ConfigError, "needs a layer"),
    ],
)
def test_a_spec_with_a_mistake_says_which(spec: str, error: type, words: str) -> None:
    with pytest.raises(error, match=words):
        ScratchSpec.of(spec)

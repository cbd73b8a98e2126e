"""LengthBuckets hold like lengths, come in an order of their own, and go on from any place."""

from itertools import islice
from pathlib import Path

import pytest

from underdog.data.mixing.recipe import open_mix
from underdog.errors import DataError
from underdog.models.loading import open_model
from underdog.training.feeding.encoding import Encoder
from underdog.training.feeding.length_buckets import BatchPlace, LengthBuckets
from underdog.training.stage_data import mix_of

from .conftest import recipe_of


def batches(tiny: Path, sums: Path, *, seed: int = 1, longest: int = 200, steps: int = 64):
    opened = open_model(tiny)
    [stage] = recipe_of(tiny, sums).stages
    encoder = Encoder(opened.open_vocabulary(), opened.template, longest)
    return LengthBuckets(open_mix(mix_of(stage, 7)), encoder, 200, seed, steps)


def test_every_item_comes_once_an_epoch_with_little_padding(tiny: Path, sums: Path) -> None:
    seen, padded, tokens = [], 0, 0
    for batch, place in batches(tiny, sums, steps=300).stream(BatchPlace()):
        seen += [item.tokens for item in batch.items]
        padded, tokens = padded + batch.num_padded, tokens + batch.num_tokens
        assert batch.num_padded <= 200 or len(batch.items) == 1
        assert {item.pool for item in batch.items} == {"data"}
        if place.buffer == 1:
            break
    assert len(seen) == 300
    assert padded / tokens < 1.05


def test_a_stream_goes_on_from_every_place(tiny: Path, sums: Path) -> None:
    whole = list(islice(batches(tiny, sums, steps=10).stream(BatchPlace()), 40))
    assert {place.buffer for _, place in whole} > {0, 1, 2}
    for number, (_, place) in enumerate(whole[:30]):
        assert next(batches(tiny, sums, steps=10).stream(place)) == whole[number + 1]


def test_the_order_hangs_on_the_seed_and_is_not_by_length(tiny: Path, sums: Path) -> None:
    first = [b for b, _ in islice(batches(tiny, sums).stream(BatchPlace()), 20)]
    assert first == [b for b, _ in islice(batches(tiny, sums).stream(BatchPlace()), 20)]
    assert first != [b for b, _ in islice(batches(tiny, sums, seed=2).stream(BatchPlace()), 20)]
    lengths = [max(len(item.tokens) for item in batch.items) for batch in first]
    assert lengths != sorted(lengths)
    assert lengths != sorted(lengths, reverse=True)


def test_long_items_are_left_out_and_counted_and_nothing_to_learn_is_an_error(
    tiny: Path, sums: Path
) -> None:
    every = [place for _, place in islice(batches(tiny, sums).stream(BatchPlace()), 40)]
    assert every[-1].left_out_before == 0
    lengths = sorted(
        len(item.tokens)
        for batch, _ in islice(batches(tiny, sums).stream(BatchPlace()), 20)
        for item in batch.items
    )
    short = batches(tiny, sums, longest=lengths[len(lengths) // 2])
    last = [place for _, place in islice(short.stream(BatchPlace()), 40)][-1]
    assert last.left_out_before > 0
    with pytest.raises(DataError, match="none of 64 training items"):
        next(batches(tiny, sums, longest=8).stream(BatchPlace()))

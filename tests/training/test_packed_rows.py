"""Items of a packed row never read one another, and teach what length buckets teach."""

from itertools import islice

import pytest

from tests.models.tiny_gguf import write_tiny
from underdog.data.mixing.recipe import open_mix
from underdog.models.loading import open_model
from underdog.training.feeding.encoding import Encoded, Encoder
from underdog.training.feeding.length_buckets import BatchPlace, TokenBatch
from underdog.training.objectives import objectives
from underdog.training.objectives.causal import body_of, laid_out
from underdog.training.packed_rows import PackedRows, attend_within_items
from underdog.training.stage_data import mix_of
from underdog.training.torch_models.torch_model import open_torch_model
from underdog.training.trainable import trainables

from .conftest import recipe_of

pytestmark = pytest.mark.usefixtures("one_thread")

FIRST, OTHER, SECOND = (5, 9, 11, 30, 8), (6, 7, 31, 12, 20), (4, 10, 14, 3, 21, 8, 2)


def item(tokens) -> Encoded:
    return Encoded(tuple(tokens), (0.0, 0.0, *(1.0 for _ in tokens[2:])))


def states_of_second(model, first, **more):
    """Hidden states of the second item of a packed row."""
    row = TokenBatch((item(first), item(SECOND)), packed=True)
    ids, _, reading = laid_out(row, "cpu")
    read = body_of(model)(input_ids=ids, use_cache=False, **reading | more).last_hidden_state
    return read[0, len(first) :]


@pytest.mark.parametrize("family", ["llama", "qwen2"])
def test_an_item_does_not_read_the_one_before_it(tmp_path, family) -> None:
    import torch

    write_tiny(tmp_path / "m.gguf", family)
    model = open_torch_model(tmp_path / "m.gguf").model
    attend_within_items(model)
    there = states_of_second(model, FIRST)
    assert torch.equal(there, states_of_second(model, OTHER))
    alone = body_of(model)(input_ids=torch.tensor([SECOND]), use_cache=False).last_hidden_state
    assert torch.allclose(there, alone[0], atol=1e-6)


def test_a_mask_of_ones_would_leak_and_be_found(tiny) -> None:
    import torch

    model = open_torch_model(tiny).model  # with the library's own attention
    assert torch.equal(states_of_second(model, FIRST), states_of_second(model, OTHER))
    ones = torch.ones((1, len(FIRST) + len(SECOND)), dtype=torch.long)
    left = states_of_second(model, FIRST, attention_mask=ones)
    right = states_of_second(model, OTHER, attention_mask=ones)
    assert (left - right).abs().max() > 1e-4
    attend_within_items(model)
    left = states_of_second(model, FIRST, attention_mask=ones)
    assert torch.equal(left, states_of_second(model, OTHER, attention_mask=ones))


@pytest.mark.parametrize("trainable", ["full", "lora:r=4"])
def test_packed_rows_teach_what_buckets_teach(tiny, sums, trainable) -> None:
    import torch

    items = next(packed(tiny, sums, longest=500).stream(BatchPlace()))[0].items
    assert len({len(one.tokens) for one in items}) > 1

    def gradients(batches, pack: bool):
        model = trainables.create(trainable).apply(open_torch_model(tiny).model, 3)
        if pack:
            attend_within_items(model)
        loss = sum(objectives.create("causal:chunk=37").loss(model, one) for one in batches)
        loss.backward()
        grads = {name: one.grad for name, one in model.named_parameters() if one.requires_grad}
        return float(loss.detach()), grads

    apart, wanted = gradients([TokenBatch((one,)) for one in items], pack=False)
    buckets, _ = gradients([TokenBatch(items)], pack=False)
    row, found = gradients([TokenBatch(items, packed=True)], pack=True)
    assert row == pytest.approx(apart, rel=1e-6)
    assert buckets == pytest.approx(apart, rel=1e-6)
    size = max(float(one.abs().max()) for one in wanted.values())
    for name, one in wanted.items():
        assert torch.allclose(found[name], one, atol=1e-5 * size, rtol=1e-5), name


def test_the_first_token_of_an_item_is_not_predicted_from_the_item_before(tiny) -> None:
    learned = Encoded(SECOND, (1.0,) * len(SECOND))
    row = TokenBatch((item(FIRST), learned), packed=True)
    _, weights, _ = laid_out(row, "cpu")
    assert weights[0, len(FIRST)] == 0
    assert weights[0, len(FIRST) + 1] == 1


def packed(tiny, sums, longest: int = 200, seed: int = 1, steps: int = 64) -> PackedRows:
    opened = open_model(tiny)
    [stage] = recipe_of(tiny, sums).stages
    encoder = Encoder(opened.open_vocabulary(), opened.template, 200)
    return PackedRows(open_mix(mix_of(stage, 7)), encoder, longest, seed, steps)


def test_rows_hold_every_item_once_and_no_padding(tiny, sums) -> None:
    seen = []
    for batch, place in packed(tiny, sums, longest=400, steps=300).stream(BatchPlace()):
        assert batch.packed
        assert batch.num_padded == batch.num_tokens <= 400
        seen += [one.tokens for one in batch.items]
        if place.buffer == 1:
            break
    assert len(seen) == 300
    assert [len(one) for one in seen] != sorted(len(one) for one in seen)


def test_rows_go_on_from_every_place_in_an_order_of_the_seed(tiny, sums) -> None:
    whole = list(islice(packed(tiny, sums, steps=10).stream(BatchPlace()), 12))
    for number, (_, place) in enumerate(whole[:11]):
        assert next(packed(tiny, sums, steps=10).stream(place)) == whole[number + 1]
    other = [
        batch for batch, _ in islice(packed(tiny, sums, seed=2, steps=10).stream(BatchPlace()), 12)
    ]
    assert other != [batch for batch, _ in whole]

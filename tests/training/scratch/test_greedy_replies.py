"""Replies decoded many at once are those decoded one by one, without a cache."""

import numpy as np
import pytest

from underdog.training.scratch.greedy_replies import greedy_replies
from underdog.training.scratch.sizes import DecoderSize
from underdog.training.scratch.start import make_scratch
from underdog.training.scratch.vocabularies import character_vocabulary


@pytest.fixture(scope="module")
def model():
    return make_scratch(DecoderSize(16, 2), character_vocabulary(), 4).model


def one_by_one(model, prompt, ends, most):
    import torch

    tokens = list(prompt)
    for _ in range(most):
        with torch.no_grad():
            token = int(model.eval()(input_ids=torch.tensor([tokens])).logits[0, -1].argmax())
        if token in ends:
            break
        tokens.append(token)
    return tuple(tokens[len(prompt) :])


def test_replies_are_those_of_single_prompts(model) -> None:
    draws = np.random.default_rng(0)
    prompts = [draws.integers(2, 102, length).tolist() for length in (3, 9, 3, 1, 9, 9, 4, 3) * 4]
    ends = tuple(range(20))
    wanted = [one_by_one(model, prompt, ends, 6) for prompt in prompts]
    assert {len(reply) for reply in wanted} > {0, 6}
    model.train()
    for rows in (1, 3, 512):
        assert greedy_replies(model, prompts, ends, 6, rows) == wanted
    assert model.training
    assert greedy_replies(model, [], ends, 6) == []

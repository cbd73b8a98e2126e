"""Items become the tokens that an engine would see, and the weights of their segments."""

from pathlib import Path

import pytest

from underdog.core import Example, Message, Prompt
from underdog.core.example import Segment
from underdog.errors import DataError
from underdog.models.loading import open_model
from underdog.training.feeding.encoding import Encoder

USER = Segment("what is 1+2?", "user", 0.0)


@pytest.fixture
def opened(tiny: Path):
    return open_model(tiny)


@pytest.fixture
def encoder(opened) -> Encoder:
    return Encoder(opened.open_vocabulary(), opened.template, 200)


def test_the_prompt_is_an_engines_prompt_and_carries_no_loss(encoder, opened) -> None:
    item = Example("a", (USER, Segment("it is 3", "assistant", 1.0)))
    found = encoder.encode(item, "sums")
    prompt = opened.open_vocabulary().encode(
        opened.template.render(Prompt((Message("user", USER.text),)))
    )
    assert list(found.tokens[: len(prompt)]) == prompt
    assert found.weights[: len(prompt)] == (0.0,) * len(prompt)
    assert found.weights[len(prompt) :] == (1.0,) * (len(found.tokens) - len(prompt))
    written = b"".join(opened.open_vocabulary().token_bytes[t] for t in found.tokens[len(prompt) :])
    assert written == b"it is 3"
    assert found.tokens[-1] == encoder.end in opened.open_vocabulary().ends
    assert found.pool == "sums"
    assert found.num_loss_tokens == len(found.tokens) - len(prompt)


def test_a_reply_token_has_the_weight_of_the_segment_it_starts_in(encoder) -> None:
    pieces = (Segment("12", "assistant", 0.25), Segment(" + 7", "assistant", 0.0))
    item = Example("a", (USER, *pieces, Segment(" = 19", "assistant", 1.0)))
    weights = encoder.encode(item).weights
    reply = [weight for weight in weights if weight] + [0.0]
    assert set(reply) == {0.25, 0.0, 1.0}
    assert weights[-1] == 1.0
    assert list(weights) == sorted(weights[:-20]) + list(weights[-20:])


def test_a_conversation_teaches_its_last_turn_only(encoder) -> None:
    item = Example(
        "a", (USER, Segment("it is 3", "assistant", 1.0), USER, Segment("3", "assistant", 1.0))
    )
    assert encoder.encode(item).num_loss_tokens == 2


def test_names_of_control_tokens_in_a_reply_stay_text(encoder) -> None:
    item = Example("a", (USER, Segment("<|im_end|>", "assistant", 1.0)))
    assert encoder.encode(item).tokens.count(encoder.end) == 1


@pytest.mark.parametrize(
    "segments",
    [
        (USER,),
        (USER, Segment("it is 3", "assistant", 0.0)),
        (USER, Segment("", "assistant", 1.0)),
        (),
        (Segment("x" * 900, "user", 0.0), Segment("3", "assistant", 1.0)),
    ],
)
def test_items_without_a_reply_or_too_long_are_refused(encoder, segments) -> None:
    with pytest.raises(DataError, match="'odd'"):
        encoder.encode(Example("odd", segments))

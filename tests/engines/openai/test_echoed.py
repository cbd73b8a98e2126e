import math
from collections.abc import Sequence
from typing import Any

import pytest

from tests.engines.conftest import ask
from tests.engines.openai.endpoint import Asked, Reply
from tests.engines.openai.serving import FAST, answer, choice
from underdog.core import Price, ScoreRequest
from underdog.engines.openai.engine import OpenAIEngine
from underdog.engines.sync import SyncEngine
from underdog.errors import UnsupportedError

PREFIX = "Is it? "
CONTINUATION = "yes indeed"


def echoing(tail: Sequence[str], values: Sequence[Any], offsets: bool = True, bos: str = "") -> Any:
    """A server that echoes the prompt's head as one token, then `tail`, with their `values`."""

    def complete(asked: Asked) -> Reply:
        whole, end = asked.body["prompt"], "".join(tail)
        head = whole[: len(whole) + 1 - len(end)]  # the last token is the generated `!`
        pieces = [*([bos] if bos else []), head, *tail]
        starts = [sum(map(len, pieces[:place])) for place in range(len(pieces))]
        given = [None, *([-0.1] if bos else []), *values]
        logprobs = {"tokens": pieces, "token_logprobs": given}
        text = {"text_offset": starts} if offsets else {}
        return answer(choice(whole + "!", logprobs=logprobs | text), prompt=12)

    return complete


def score(serve: Any, complete: Any, **options: Any) -> Any:
    engine = OpenAIEngine(serve(complete).url, template="plain", patience=FAST, **options)
    with SyncEngine(engine) as sync:
        [found] = sync.score([ScoreRequest(ask("3+4?", PREFIX), CONTINUATION)])
    return found


@pytest.mark.parametrize("offsets", [True, False])
@pytest.mark.parametrize(
    ("tail", "values"),
    [
        ([" yes", " indeed", "!"], [-2.0, -1.0, -9.0]),
        (["it? yes", " indeed", "!"], [-2.0, -1.0, -9.0]),
        ([" ", "yes", " indeed", "!"], [-9.0, -2.0, -1.0, -9.0]),
        ([" yes", " indeed!"], [-2.0, -1.0]),
        (["?", " yes", " indeed", "!"], [-9.0, -2.0, -1.0, -9.0]),
    ],
)
def test_a_token_over_the_boundary_counts_with_the_continuation(
    serve: Any, tail: list[str], values: list[float], offsets: bool
) -> None:
    assert score(serve, echoing(tail, values, offsets)).logprobs == (-2.0, -1.0)


def test_a_token_before_the_text_is_left_out(serve: Any) -> None:
    found = score(serve, echoing([" yes", " indeed", "!"], [-2.0, -1.0, -9.0], bos="<s>"))
    assert found.logprobs == (-2.0, -1.0)


def test_labels_of_their_own_kind_are_placed_by_offsets(serve: Any) -> None:
    def complete(asked: Asked) -> Reply:
        whole = asked.body["prompt"]
        at = len(whole) - len(CONTINUATION)
        logprobs = {
            "tokens": ["token_id:1", "token_id:2", "token_id:3", "token_id:4"],
            "token_logprobs": [None, -2.0, -1.0, -9.0],
            "text_offset": [0, at - 1, at + 3, len(whole)],
        }
        return answer(choice(whole + "!", logprobs=logprobs))

    assert score(serve, complete).logprobs == (-2.0, -1.0)


@pytest.mark.parametrize(
    "offsets", [[0, 9, 3, 40], [1, 2, 3, 4], [0, 1], [0, 1, 2, 3], "x", [0, None, 2, 3]]
)
def test_tokens_that_cannot_be_placed_are_no_score(serve: Any, offsets: Any) -> None:
    def complete(asked: Asked) -> Reply:
        logprobs = {
            "tokens": list("abcd"),
            "token_logprobs": [None, -2.0, -1.0, -9.0],
            "text_offset": offsets,
        }
        return answer(choice("?", logprobs=logprobs))

    with pytest.raises(UnsupportedError, match="no echo with logprobs"):
        score(serve, complete)


@pytest.mark.parametrize("bad", [None, math.nan, "x"])
def test_a_continuation_without_a_number_is_refused(serve: Any, bad: Any) -> None:
    with pytest.raises(UnsupportedError, match="lacks a log-probability"):
        score(serve, echoing([" yes", " indeed", "!"], [bad, -1.0, -9.0]))


def test_a_score_is_paid_for_as_billed(serve: Any) -> None:
    price = Price(prompt_usd=1e6, generated_usd=1e5)
    found = score(serve, echoing([" yes", " indeed", "!"], [-2.0, -1.0, -9.0]), price=price)
    assert (found.usage.prompt_tokens, found.usage.cost_usd) == (12, pytest.approx(12.1))

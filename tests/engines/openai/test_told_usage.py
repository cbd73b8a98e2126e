import math
from typing import Any

import pytest

from tests.engines.openai.endpoint import Asked, Reply
from tests.engines.openai.serving import answer, choice, sample
from underdog.core import EngineInfo, Price, SamplingParams
from underdog.engines.openai.told_usage import PromptSize, RowSize, counted
from underdog.engines.openai.wire import WireUsage
from underdog.engines.opening import open_engine

PARAMS = SamplingParams(max_tokens=16)
BARE = choice("seven of them", logprobs=None)
LIMITS = (16, PromptSize(40, 41), EngineInfo("openai", "m", "f", context_tokens=512))


def with_usage(usage: Any, *choices: dict[str, Any]) -> Reply:
    return Reply({"choices": list(choices) or [BARE], "usage": usage})


@pytest.mark.parametrize(
    "tokens", [-1_000_000, -1, math.nan, 2.5, True, None, "many", 10**12, 0, [3], math.inf, 10**400]
)  # fmt: skip
def test_an_impossible_count_of_the_reply_is_the_most_that_it_can_be(
    serve: Any, tokens: Any
) -> None:
    server = serve(lambda asked: with_usage({"prompt_tokens": 9, "completion_tokens": tokens}))
    [row], engine = sample(server.url, PARAMS, price=Price(generated_usd=1e6))
    assert (row.finish, row.text) == ("stop", "seven of them")
    assert (row.usage.generated_tokens, row.usage.prompt_tokens) == (16, 9)
    assert row.usage.cost_usd == pytest.approx(16)
    assert not engine.info.told_usage


@pytest.mark.parametrize("tokens", [-5, math.nan, 1.5, False, None, "x", 10**12, 0])
def test_an_impossible_count_of_the_prompt_is_the_most_that_it_can_be(
    serve: Any, tokens: Any
) -> None:
    server = serve(lambda asked: with_usage({"prompt_tokens": tokens, "completion_tokens": 3}))
    [row], engine = sample(server.url, PARAMS, price=Price(prompt_usd=1e6))
    size = len(server.completions[0].body["prompt"].encode())
    assert row.usage.prompt_tokens == size + 1
    assert row.usage.cost_usd == pytest.approx(size + 1)
    assert not engine.info.told_usage


@pytest.mark.parametrize("usage", [None, {}, [], "none", 7])
def test_missing_usage_is_the_most_it_can_be_and_said(
    serve: Any, usage: Any, caplog: pytest.LogCaptureFixture
) -> None:
    rows, engine = sample(serve(lambda asked: with_usage(usage)).url, PARAMS, seeds=(1, 2))
    assert [row.usage.generated_tokens for row in rows] == [16, 16]
    assert rows[0].usage.prompt_tokens > 9
    assert not engine.info.told_usage
    assert caplog.text.count("no token counts") == 1


def test_a_long_text_has_more_tokens_than_the_limit_at_the_most(serve: Any) -> None:
    long = choice("x" * 100, logprobs=None)
    [row], _ = sample(serve(lambda asked: with_usage(None, long)).url, PARAMS)
    assert row.usage.generated_tokens == 100


@pytest.mark.parametrize("tokens", [3, 3.0, "3"])
def test_a_possible_count_is_taken_as_told(serve: Any, tokens: Any) -> None:
    server = serve(lambda asked: with_usage({"prompt_tokens": 9, "completion_tokens": tokens}))
    [row], engine = sample(server.url, PARAMS)
    assert (row.usage.generated_tokens, row.usage.prompt_tokens) == (3, 9)
    assert engine.info.told_usage


def test_counts_that_a_text_cannot_have_are_not_believed() -> None:
    one = WireUsage(prompt_tokens=9, completion_tokens=1)
    assert counted(one, [RowSize(128, 0)], *LIMITS).told
    assert counted(one, [RowSize(129, 0)], *LIMITS).generated == (129,)
    assert counted(one, [RowSize(9, 5)], *LIMITS).generated == (5,)
    assert counted(one, [RowSize(0, 0)], *LIMITS).generated == (1,)


def test_a_server_may_add_to_the_prompt_up_to_its_context() -> None:
    for told, believed in ((512, 512), (513, 41)):
        usage = WireUsage(prompt_tokens=told, completion_tokens=1)
        assert counted(usage, [RowSize(1, 0)], *LIMITS).prompt_tokens == believed


@pytest.mark.parametrize(
    ("cached", "taken"), [(8, 8), (0, 0), (None, 0), (-3, 0), (99, 0), ("x", 0)]
)
def test_cached_tokens_are_at_most_the_prompts(serve: Any, cached: Any, taken: int) -> None:
    usage = {
        "prompt_tokens": 9,
        "completion_tokens": 3,
        "prompt_tokens_details": {"cached_tokens": cached},
    }
    price = Price(prompt_usd=1e6)
    [row], engine = sample(serve(lambda asked: with_usage(usage)).url, PARAMS, price=price)
    assert row.usage.cached_prompt_tokens == taken
    assert row.usage.cost_usd == pytest.approx(9 - taken)
    assert engine.info.told_usage == (cached in (8, 0, None))


def test_rows_of_one_request_share_exactly_what_is_told(serve: Any) -> None:
    def complete(asked: Asked) -> Reply:
        texts = ["a", "a much longer reply", "b"]
        choices = [choice(text, logprobs=None) | {"index": None} for text in texts]
        return with_usage({"prompt_tokens": 1000, "completion_tokens": 32}, *choices)

    price = Price(prompt_usd=1.0, generated_usd=10.0)
    rows, engine = sample(
        serve(complete).url, PARAMS, seeds=(1, 2, 3), share_prompt=True, price=price
    )
    assert [row.usage.prompt_tokens for row in rows] == [1000, 0, 0]
    assert sum(row.usage.generated_tokens for row in rows) == 32
    assert rows[1].usage.generated_tokens > rows[0].usage.generated_tokens
    assert sum(row.usage.cost_usd for row in rows) == pytest.approx((1000 + 320) / 1e6)
    assert engine.info.told_usage


@pytest.mark.parametrize(
    "indices", [(None,) * 3, (0, 0, 0), (5, 6, 7), (-1, 0, 1), ("a", "b", "c")]
)
def test_choices_without_numbers_pay_the_prompt_once(serve: Any, indices: Any) -> None:
    def complete(asked: Asked) -> Reply:
        choices = [choice(f"{n}") | {"index": index} for n, index in enumerate(indices)]
        return answer(*choices, prompt=1000, generated=3)

    price = Price(prompt_usd=1.0)
    rows, _ = sample(serve(complete).url, PARAMS, seeds=(1, 2, 3), share_prompt=True, price=price)
    assert [row.text for row in rows] == ["0", "1", "2"]
    assert [row.usage.cost_usd for row in rows] == pytest.approx([0.001, 0, 0])


def test_choices_come_in_the_order_of_their_numbers(serve: Any) -> None:
    server = serve(lambda asked: answer(choice("b", 1), choice("a", 0), generated=2))
    rows, _ = sample(server.url, PARAMS, seeds=(1, 2), share_prompt=True)
    assert [row.text for row in rows] == ["a", "b"]


def test_rows_that_were_not_asked_for_are_paid_for_too(serve: Any) -> None:
    server = serve(lambda asked: answer(choice("a"), choice("b", 1), generated=9))
    [row], _ = sample(server.url, PARAMS, price=Price(generated_usd=1e6))
    assert (row.text, row.usage.generated_tokens, row.usage.cost_usd) == ("a", 9, pytest.approx(9))


def test_cached_tokens_cost_as_much_as_others_unless_said(serve: Any) -> None:
    server = serve(lambda asked: answer())
    for more, price in (({}, 2.0), ({"cached_prompt_usd": 0.5}, 0.5)):
        engine = open_engine(f"openai:{server.url}", prompt_usd=2.0, **more)
        assert engine.info.price.cached_prompt_usd == price


def test_rows_take_seconds(serve: Any) -> None:
    [row], _ = sample(serve(lambda asked: answer()).url)
    assert row.usage.seconds > 0

import json
from typing import Any

import pytest

from tests.engines.openai.endpoint import Asked, Reply
from tests.engines.openai.serving import FAST, answer, choice, sample
from underdog.core import Choices, SamplingParams
from underdog.engines.openai.redaction import Secrets
from underdog.engines.openai.refused_calls import PassingError, RefusedError, complaint, judged
from underdog.errors import EndpointError, UsageError

TOO_LONG = [
    (422, "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 4"),
    (422, "Input validation error: `inputs` must have less than 1024 tokens. Given: 2000"),
    (400, "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens"),
    (400, "The decoder prompt (length 5000) is longer than the maximum model length of 4096."),
    (400, "the request exceeds the available context size. try increasing the context size"),
    (500, "the request exceeds the available context size (4096 tokens), try increasing it"),
    (400, "exceed_context_size_error"),
    (400, "input length exceeds maximum context length"),
    (400, "the input length exceeds the context length"),
    (500, "prompt too long; exceeded max context length by 5 tokens"),
    (400, "prompt is too long: 210000 tokens > 200000 maximum"),
    (400, "input length and `max_tokens` exceed context limit: 199 + 20 > 200"),
    (400, "Please reduce the length of the messages or completion."),
    (400, "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum "
          "context length"),
    (400, "The input token count (40000) exceeds the maximum number of tokens allowed (32768)."),
    (400, "The input (5000 tokens) is longer than the model's context length (4096 tokens)."),
    (400, "Requested token count exceeds the model's maximum context length of 4096 tokens."),
    (400, "too many tokens: total number of tokens in the prompt cannot exceed 4081"),
    (400, "Trying to keep the first 5000 tokens when context the overflows. However, the model is "
          "loaded with context length of only 4096 tokens"),
    (400, "context shift is disabled"),
    (413, "Your input exceeds the context window of this model. Please adjust your input"),
]  # fmt: skip


def reply(status: int, message: str) -> Reply:
    return Reply({"error": {"message": message}}, status=status)


@pytest.mark.parametrize(("status", "message"), TOO_LONG)
def test_a_prompt_that_is_too_long_is_an_error_row(serve: Any, status: int, message: str) -> None:
    server = serve(lambda asked: reply(status, message))
    [row], _ = sample(server.url)
    assert (row.finish, (row.error or "").partition(":")[0]) == ("error", "ContextError")
    assert len(server.completions) == 1


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (400, "max_tokens is too large: 5000. This model supports at most 4096 completion tokens"),
        (400, "temperature must be at most 2"),
        (400, "Invalid value for 'model': no such model"),
        (422, "Field required: messages"),
    ],
)
def test_a_refusal_of_something_else_is_none_of_the_prompts(status: int, message: str) -> None:
    found = complaint(json.dumps({"error": message}).encode(), status, Secrets())
    assert type(judged(found, "http://host/v1")) is RefusedError


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (413, "Request too large for model in organization on tokens per minute (TPM): Limit 6000"),
        (429, "Rate limit reached: too many tokens per minute; reduce the length of the messages"),
        (503, "Loading model"),
        (529, "overloaded"),
    ],
)
def test_what_may_pass_is_tried_again(status: int, message: str) -> None:
    found = complaint(json.dumps({"message": message}).encode(), status, Secrets())
    assert isinstance(judged(found, "http://host/v1"), PassingError)


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": "Rate limit", "code": 429}},
        {"error": {"message": "Rate limit", "code": "rate_limit_exceeded"}},
        {"error": {"message": "Rate limit", "status": "429"}},
        {"error": {"type": "overloaded_error", "message": "Rate limit of all is reached"}},
        {"error": "Rate limit", "code": 503},
        {"object": "error", "message": "Rate limit", "code": 500},
        {"choices": [{"error": {"message": "Rate limit", "code": 502}, "finish_reason": "error"}]},
        {"choices": [], "usage": {"prompt_tokens": 3}},
        {"choices": None},
    ],
    ids=str,
)
def test_an_error_inside_an_answer_is_tried_again(serve: Any, body: Any) -> None:
    bad = iter([Reply(body, headers={"retry-after": "0"})] * 2)
    server = serve(lambda asked: next(bad, None) or answer())
    [row], _ = sample(server.url)
    assert (row.text, row.finish, row.usage.calls) == (" seven", "stop", 1)
    assert len(server.completions) == 3


def test_an_error_inside_an_answer_that_lasts_names_its_reason(serve: Any) -> None:
    def complete(asked: Asked) -> Reply:
        if asked.body["seed"] == 1:
            return answer()
        return Reply({"error": {"message": "Rate limit of org", "code": 429}})

    server = serve(complete)
    rows, _ = sample(server.url, seeds=(1, 2), concurrency=1)
    assert [row.finish for row in rows] == ["stop", "error"]
    assert "Rate limit of org" in (rows[1].error or "")
    assert len(server.completions) == 1 + FAST.retries + 1


@pytest.mark.parametrize(
    "odd",
    [
        Reply({"error": {"message": "no", "code": 401}}),
        Reply({"error": {"message": "prompt flagged", "code": 400}}),
        Reply({"error": {"message": "no credit"}}, status=402),
        Reply({"html": "<p>"}),
        Reply({"choices": ["x"]}),
        Reply({"choices": [{"error": {"message": "flagged", "code": 403}, "text": "x"}]}),
        Reply([1, 2]),
        Reply("nothing"),
        Reply(raw=b"[" * 100_000),
        Reply(raw=b"\xff\xfe"),
        Reply(raw=b"9" * 5000),
        Reply(raw=b'{"choices": [{"text": "' + b"x" * 90 + b'"'),
        Reply({}, status=404),
        Reply({}, status=302, headers={"location": "/v1/elsewhere"}),
        Reply(raw=b"gzip?", headers={"content-encoding": "gzip"}),
        Reply(raw=b"zstd?", headers={"content-encoding": "zstd"}),
    ],
    ids=repr,
)
def test_a_row_that_fails_takes_no_sibling_with_it(serve: Any, odd: Reply) -> None:
    server = serve(lambda asked: odd if asked.body["seed"] == 2 else answer())
    rows, _ = sample(server.url, seeds=(1, 2, 3), concurrency=1)
    assert [row.seed for row in rows] == [1, 2, 3]
    assert [row.finish for row in rows][:2] == ["stop", "error"]
    assert rows[1].error


def test_odd_numbers_of_usage_and_logprobs_do_not_cost_the_row(serve: Any) -> None:
    odd = choice(" 8", logprobs={"tokens": 3, "token_logprobs": {}, "top_logprobs": "x"})
    usage = {"prompt_tokens": 5, "completion_tokens": None, "prompt_tokens_details": 7}
    replies = {1: answer(), 2: Reply({"choices": [odd], "usage": usage})}
    server = serve(lambda asked: replies[asked.body["seed"]])
    rows, _ = sample(server.url, seeds=(1, 2), concurrency=1)
    assert [(row.text, row.finish) for row in rows] == [(" seven", "stop"), (" 8", "stop")]


def test_after_a_final_refusal_nothing_more_is_sent(serve: Any) -> None:
    server = serve(lambda asked: Reply({"error": "no"}, status=401))
    with pytest.raises(EndpointError, match="UNDERDOG_API_KEY"):
        sample(server.url, seeds=tuple(range(30)), concurrency=2)
    assert len(server.completions) <= 2


def test_a_constraint_that_is_refused_for_all_rows_is_the_users_to_mend(serve: Any) -> None:
    server = serve(lambda asked: reply(400, "unknown field structured_outputs"))
    with pytest.raises(UsageError, match="structured_outputs"):
        sample(server.url, SamplingParams(constraint=Choices(("a", "b"))), seeds=(1, 2))


def refusing(field: str, message: str) -> Any:
    return lambda asked: reply(400, message) if field in asked.body else answer(chat())


def chat(text: str = "seven") -> dict[str, Any]:
    return {"message": {"content": text}, "finish_reason": "stop"}


def test_the_limit_goes_under_its_other_name(serve: Any) -> None:
    message = (
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use "
        "'max_completion_tokens' instead."
    )
    server = serve(refusing("max_tokens", message))
    rows, _ = sample(server.url, SamplingParams(max_tokens=9), seeds=(1, 2), concurrency=1)
    assert [row.text for row in rows] == ["seven", "seven"]
    sent = [asked.body.get("max_completion_tokens") for asked in server.completions]
    assert sent == [None, 9, 9]


@pytest.mark.parametrize(
    ("field", "at"), [("temperature", 1.0), ("top_p", 1.0), ("n", None), ("top_k", 0)]
)
def test_a_field_is_left_out_where_the_meaning_stays(serve: Any, field: str, at: Any) -> None:
    message = f"Unsupported value: '{field}' does not support this value with this model."
    server = serve(refusing(field, message))
    params = SamplingParams() if at is None else SamplingParams(**{field: at})
    [row], _ = sample(server.url, params)
    assert (row.text, len(server.completions)) == ("seven", 2)


@pytest.mark.parametrize(
    ("field", "value"), [("temperature", 0.7), ("temperature", 0.0), ("top_p", 0.9)]
)
def test_a_field_that_matters_is_the_users_to_change(serve: Any, field: str, value: Any) -> None:
    message = f"'{field}' does not support {value}. Only the default (1) value is supported."
    server = serve(refusing(field, message))
    with pytest.raises(RefusedError, match=f"{field}, which is set to {value}; leave it at 1.0"):
        sample(server.url, SamplingParams(**{field: value}))


def test_two_fields_that_exclude_each_other_lose_the_idle_one(serve: Any) -> None:
    message = "`temperature` and `top_p` cannot both be specified for this model."
    server = serve(refusing("top_p", message))
    assert sample(server.url, SamplingParams(temperature=0.5))[0][0].text == "seven"
    assert server.completions[-1].body["temperature"] == 0.5


def test_a_refused_stop_is_cut_here(serve: Any) -> None:
    message = "Unsupported parameter: 'stop' is not supported with this model."
    server = serve(
        lambda asked: reply(400, message) if "stop" in asked.body else answer(choice("a b c"))
    )
    [row], _ = sample(server.url, SamplingParams(stop=("b",)))
    assert (row.text, row.stop_string) == ("a ", "b")


def test_a_refused_number_of_rows_is_asked_row_by_row(serve: Any) -> None:
    def complete(asked: Asked) -> Reply:
        if asked.body.get("n", 1) > 1:
            return reply(400, "n must be 1")
        return answer(choice(str(asked.body["seed"])), prompt=10)

    rows, _ = sample(serve(complete).url, seeds=(1, 2), share_prompt=True)
    assert [row.text for row in rows] == ["1", "2"]
    assert [row.usage.prompt_tokens for row in rows] == [10, 0]


@pytest.mark.parametrize(
    "message",
    [
        "Expected last role User or Tool (or Assistant with prefix True) for serving but got "
        "assistant",
        "The final message may not be of the assistant",
        "Prefill is not supported by this model",
    ],
)
def test_a_refused_opening_is_gone_without(serve: Any, message: str) -> None:
    def complete(asked: Asked) -> Reply:
        opened = asked.body["messages"][-1]["role"] == "assistant"
        return reply(400, message) if opened else answer(chat("It is 7"))

    server = serve(complete)
    rows, _ = sample(server.url, template="none", prefix="It is", seeds=(1, 2), concurrency=1)
    assert [row.text for row in rows] == [" 7", " 7"]
    assert "continue_final_message" not in server.completions[-1].body
    assert len(server.completions) == 3

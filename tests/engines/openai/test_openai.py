import asyncio
from dataclasses import replace
from typing import Any

import pytest

from tests.engines.conftest import ask
from tests.engines.openai.endpoint import Asked, Reply
from tests.engines.openai.serving import FAST, KEY, answer, choice, sample
from underdog.core import GenerateRequest, Price, SamplingParams, ScoreRequest
from underdog.engines.llama_cpp.server_process import LlamaProcess
from underdog.engines.openai import retry as http_retry
from underdog.engines.openai.engine import OpenAIEngine
from underdog.engines.openai.retry import Patience
from underdog.engines.sync import SyncEngine
from underdog.errors import EndpointError, UnknownNameError, UnsupportedError, UsageError


def test_rows_are_separate_requests_with_their_seeds_in_raw_completion(serve: Any) -> None:
    server = serve(lambda asked: answer(choice(str(asked.body["seed"]))))
    rows, engine = sample(server.url, seeds=(5, 6), prefix="It is")
    assert [row.text for row in rows] == ["5", "6"]
    assert all(asked.path == "/v1/completions" for asked in server.completions)
    assert server.completions[0].body["prompt"].endswith("<|im_start|>assistant\nIt is")
    assert engine.info.continues
    assert engine.info.seeded
    assert engine.info.context_tokens == 4096


def test_a_prompt_is_counted_once_but_paid_for_as_billed(serve: Any) -> None:
    server = serve(lambda asked: answer(prompt=1000, generated=10))
    rows, _ = sample(server.url, seeds=(1, 2), price=Price(prompt_usd=1.0, generated_usd=10.0))
    assert [row.usage.prompt_tokens for row in rows] == [1000, 0]
    assert [row.usage.cost_usd for row in rows] == pytest.approx([0.0011, 0.0011])


def test_cached_prompt_tokens_are_reported(serve: Any) -> None:
    def complete(asked: Asked) -> Reply:
        reply = answer()
        reply.body["usage"]["prompt_tokens_details"] = {"cached_tokens": 8}
        return reply

    [row], _ = sample(serve(complete).url)
    assert (row.usage.prompt_tokens, row.usage.cached_prompt_tokens) == (10, 8)


def test_shared_prompts_ask_for_all_rows_at_once(serve: Any) -> None:
    server = serve(lambda asked: answer(*(choice(str(i), i) for i in range(asked.body["n"]))))
    rows, engine = sample(server.url, seeds=(1, 2, 3), share_prompt=True)
    assert [row.text for row in rows] == ["0", "1", "2"]
    assert len(server.completions) == 1
    assert not engine.info.seeded
    assert [row.usage.prompt_tokens for row in rows] == [10, 0, 0]


def test_an_endpoint_that_ignores_n_is_asked_row_by_row(serve: Any) -> None:
    server = serve(lambda asked: answer(choice(str(asked.body["seed"]))))
    rows, _ = sample(server.url, seeds=(1, 2, 3), share_prompt=True)
    assert [row.text for row in rows] == ["1", "2", "3"]
    assert [row.seed for row in rows] == [1, 2, 3]


def test_an_endpoint_without_logprobs_is_noticed(serve: Any) -> None:
    server = serve(lambda asked: answer(choice(logprobs=None)))
    [row], engine = sample(server.url)
    assert row.trace.logprobs == ()
    assert not engine.info.logprobs


@pytest.mark.parametrize("field", ["logprobs", "seed", "top_k", "repetition_penalty"])
def test_an_optional_field_that_is_refused_is_left_out_for_good(serve: Any, field: str) -> None:
    def complete(asked: Asked) -> Reply:
        if field in asked.body:
            message = f"Unrecognized request argument supplied: {field}"
            return Reply({"error": {"message": message}}, status=400)
        return answer()

    server = serve(complete)
    rows, engine = sample(server.url, seeds=(1, 2, 3), concurrency=1)
    assert [row.finish for row in rows] == ["stop"] * 3
    assert len(server.completions) == 4
    assert engine.info.logprobs == (field != "logprobs")
    assert engine.info.seeded == (field != "seed")


def test_a_refused_field_that_matters_is_an_error(serve: Any) -> None:
    server = serve(lambda asked: Reply({"error": "unknown field top_k"}, status=422))
    with pytest.raises(EndpointError, match="top_k, which is set to 5"):
        sample(server.url, SamplingParams(top_k=5))


def test_a_refusal_that_names_no_field_is_shown(serve: Any) -> None:
    server = serve(lambda asked: Reply({"message": "temperature too hot"}, status=400))
    with pytest.raises(EndpointError, match="temperature too hot"):
        sample(server.url)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_passing_failure_is_tried_again(serve: Any, status: int) -> None:
    failures = iter([Reply({}, status=status, headers={"retry-after": "0"})] * 2)
    server = serve(lambda asked: next(failures, None) or answer())
    [row], _ = sample(server.url)
    assert row.text == " seven"
    assert len(server.completions) == 3


def test_a_lasting_failure_is_an_error_row(serve: Any) -> None:
    server = serve(lambda asked: Reply(raw=b"oops", status=500))
    rows, _ = sample(server.url, seeds=(1, 2))
    assert [row.finish for row in rows] == ["error", "error"]
    assert "failed 3 times, last because it answered 500" in (rows[0].error or "")


def test_a_lasting_failure_of_a_shared_request_fails_all_its_rows(serve: Any) -> None:
    server = serve(lambda asked: Reply({}, status=503))
    rows, _ = sample(server.url, seeds=(1, 2), share_prompt=True)
    assert [row.finish for row in rows] == ["error", "error"]


@pytest.mark.parametrize(
    "broken",
    [
        Reply(raw=b'{"choices": [', stated_bytes=500),
        Reply(raw=b'{"choices": ['),
        Reply({"choices": []}),
        Reply(hang=True),
    ],
    ids=["half-written", "cut JSON", "no choice", "slow"],
)
def test_a_broken_answer_is_an_error_row(serve: Any, broken: Reply) -> None:
    server = serve(lambda asked: broken)
    patience = replace(FAST, retries=1, timeout_s=0.3 if broken.hang else 20)
    [row], _ = sample(server.url, patience=patience)
    assert row.finish == "error"
    assert (row.error or "").startswith("BusyError")


def test_an_answer_of_another_kind_is_an_endpoint_error(serve: Any) -> None:
    server = serve(lambda asked: Reply({"html": "<p>hello"}))
    with pytest.raises(EndpointError, match="OpenAI-compatible"):
        sample(server.url)


def test_an_overlong_answer_is_refused(serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_retry, "_MAX_BODY_BYTES", 1000)
    server = serve(lambda asked: answer(choice("x" * 2000)))
    [row], _ = sample(server.url)
    assert "1000 bytes" in (row.error or "")


def test_a_prompt_beyond_the_context_is_an_error_row(serve: Any) -> None:
    message = "This model's maximum context length is 10 tokens"
    server = serve(lambda asked: Reply({"error": {"message": message}}, status=400))
    [row], _ = sample(server.url)
    assert (row.error or "").startswith("ContextError")


@pytest.mark.parametrize(
    ("status", "fix"), [(401, "UNDERDOG_API_KEY"), (403, "another key"), (404, "/v1"), (418, "log")]
)
def test_a_final_refusal_says_the_fix_and_never_the_key(serve: Any, status: int, fix: str) -> None:
    server = serve(lambda asked: Reply({"error": {"message": "no"}}, status=status))
    with pytest.raises(EndpointError, match=fix) as caught:
        sample(server.url)
    assert KEY not in str(caught.value)
    assert server.completions[0].headers["authorization"] == f"Bearer {KEY}"


def test_a_key_that_is_refused_fails_when_opening(serve: Any) -> None:
    server = serve(lambda asked: answer(), Reply({"error": {"message": "no"}}, status=401))
    with pytest.raises(EndpointError, match="UNDERDOG_API_KEY"):
        OpenAIEngine(server.url, "small")


def test_without_a_key_none_is_sent(serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UNDERDOG_API_KEY")
    server = serve(lambda asked: answer())
    sample(server.url)
    assert "authorization" not in server.completions[0].headers


def test_an_unreachable_endpoint_is_named() -> None:
    with pytest.raises(EndpointError, match=r"cannot reach http://127\.0\.0\.1:9/v1"):
        OpenAIEngine("http://127.0.0.1:9/v1", "small")


def test_an_endpoint_that_goes_away_is_an_endpoint_error(serve: Any) -> None:
    server = serve(lambda asked: answer())
    engine = OpenAIEngine(server.url, template="chatml", patience=FAST)
    server.close()
    with SyncEngine(engine) as sync, pytest.raises(EndpointError, match="cannot reach"):
        sync.generate([GenerateRequest(ask("3+4?"), SamplingParams(), (1,))])


@pytest.mark.parametrize("url", ["ftp://host/v1", "host:80/v1", "http://"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="http://host:port"):
        OpenAIEngine(url)


def test_the_model_must_be_named_when_there_are_several(serve: Any) -> None:
    models = Reply({"data": [{"id": "small"}, {"id": "large"}]})
    server = serve(lambda asked: answer(), models)
    with pytest.raises(UsageError, match="small, large"):
        OpenAIEngine(server.url)
    with pytest.raises(UnknownNameError, match="did you mean small"):
        OpenAIEngine(server.url, "smal")


def test_an_endpoint_that_lists_no_models_takes_any_name(serve: Any) -> None:
    server = serve(lambda asked: answer(), Reply({}, status=404))
    assert OpenAIEngine(server.url, "any").info.model == "any"
    with pytest.raises(UsageError, match="lists none"):
        OpenAIEngine(server.url)


def test_a_list_of_models_that_is_none_is_refused(serve: Any) -> None:
    server = serve(lambda asked: answer(), Reply(raw=b"<html>"))
    with pytest.raises(EndpointError, match="no list of models"):
        OpenAIEngine(server.url)


def chat_choice(text: str) -> dict[str, Any]:
    record = {"token": text, "logprob": -0.1, "top_logprobs": [{"token": text, "logprob": -0.1}]}
    message = {"role": "assistant", "content": text}
    return {"message": message, "finish_reason": "length", "logprobs": {"content": [record]}}


def test_without_a_template_the_opening_is_an_unfinished_turn(serve: Any) -> None:
    server = serve(lambda asked: answer(chat_choice(" seven")))
    [row], engine = sample(server.url, template="", prefix="It is")
    body = server.completions[0].body
    assert server.completions[0].path == "/v1/chat/completions"
    assert body["messages"][-1] == {"role": "assistant", "content": "It is"}
    assert body["continue_final_message"] is True
    assert (row.text, row.finish) == (" seven", "length")
    assert row.trace.logprobs == (-0.1,)
    assert not engine.info.continues
    assert not engine.info.scores


def test_a_chat_that_restarts_its_answer_is_not_repeated(serve: Any) -> None:
    server = serve(lambda asked: answer(chat_choice("It is seven")))
    [row], _ = sample(server.url, template="none", prefix="It is")
    assert row.text == " seven"


def test_without_an_opening_chat_sends_the_turns_alone(serve: Any) -> None:
    server = serve(lambda asked: answer(chat_choice("seven")))
    sample(server.url, template="none")
    assert "continue_final_message" not in server.completions[0].body


def test_a_chat_endpoint_does_not_score(serve: Any) -> None:
    server = serve(lambda asked: answer())
    engine = OpenAIEngine(server.url, template="none", patience=FAST)
    with SyncEngine(engine) as sync, pytest.raises(UnsupportedError, match="vLLM"):
        sync.score([ScoreRequest(ask("a"), "b")])


def test_more_stop_strings_than_the_wire_takes_are_cut_here(serve: Any) -> None:
    stops = tuple("abcde")
    server = serve(lambda asked: answer(choice("x y e z")))
    [row], _ = sample(server.url, SamplingParams(stop=stops))
    assert server.completions[0].body["stop"] == list("abcd")
    assert (row.text, row.stop_string, row.finish) == ("x y ", "e", "stop")


def test_the_servers_own_stop_reason_is_kept(serve: Any) -> None:
    server = serve(lambda asked: answer(choice(stop_reason="END")))
    [row], _ = sample(server.url, SamplingParams(stop=("END",)))
    assert row.stop_string == "END"


def test_no_more_requests_are_in_flight_than_allowed(serve: Any) -> None:
    rows, _ = sample(serve(lambda asked: answer()).url, seeds=tuple(range(20)), concurrency=2)
    assert len(rows) == 20


def test_an_endpoint_without_usage_is_counted_by_its_tokens(serve: Any) -> None:
    server = serve(lambda asked: Reply({"choices": [choice()]}))
    [row], _ = sample(server.url)
    assert row.usage.generated_tokens == 1


def echo(asked: Asked) -> Reply:
    pieces = [asked.body["prompt"][:-6], " sev", "en", "!"]
    starts = [0]
    for piece in pieces[:-1]:
        starts.append(starts[-1] + len(piece))
    logprobs = {
        "tokens": pieces,
        "token_logprobs": [None, -1.0, -0.25, -3.0],
        "text_offset": starts,
    }
    return answer(choice(logprobs=logprobs), prompt=12)


def test_an_endpoint_that_echoes_logprobs_scores(serve: Any) -> None:
    engine = OpenAIEngine(serve(echo).url, template="plain", patience=FAST)
    with SyncEngine(engine) as sync:
        [score] = sync.score([ScoreRequest(ask("3+4?"), " seven")])
    assert score.logprobs == (-1.0, -0.25)
    assert score.usage.prompt_tokens == 12


@pytest.mark.parametrize("reply", [answer(), Reply({"error": "echo is not supported"}, status=400)])
def test_an_endpoint_that_does_not_echo_says_so(serve: Any, reply: Reply) -> None:
    engine = OpenAIEngine(serve(lambda asked: reply).url, template="plain", patience=FAST)
    with SyncEngine(engine) as sync, pytest.raises(UnsupportedError):
        sync.score([ScoreRequest(ask("3+4?"), " seven")])
    assert not engine.info.scores


def test_engines_serve_several_event_loops_in_turn(serve: Any) -> None:
    engine = OpenAIEngine(serve(lambda asked: answer()).url, template="plain", patience=FAST)
    request = GenerateRequest(ask("3+4?"), SamplingParams(), (1,))

    async def once() -> str:
        [[row]] = await engine.generate([request])
        await engine.aclose()
        return row.text

    assert [asyncio.run(once()), asyncio.run(once())] == [" seven", " seven"]


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7.0), ("-3", 0.0), ("soon", 0.0), ("", 0.0), ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0)],
)
def test_retry_after_is_read_as_seconds_or_date(value: str, seconds: float) -> None:
    assert http_retry._retry_after(value) == seconds


def test_pauses_grow_and_keep_to_what_was_asked_and_to_the_cap() -> None:
    patience = Patience(first_pause_s=1.0, longest_pause_s=10.0)
    assert 0.5 <= http_retry._pause_s(0, 0.0, patience) <= 1.0
    assert 2.0 <= http_retry._pause_s(2, 0.0, patience) <= 4.0
    assert http_retry._pause_s(0, 5.0, patience) == 5.0
    assert http_retry._pause_s(0, 99.0, patience) == 10.0


@pytest.mark.model
def test_llama_cpps_server_tells_its_template_and_is_continued_raw(openai: SyncEngine) -> None:
    assert openai.info.continues
    assert openai.info.context_tokens == 512
    prompt = ask("What is the capital of France?", "The capital of France is")
    params = SamplingParams(temperature=0.0, max_tokens=3)
    [[row]] = openai.generate([GenerateRequest(prompt, params, (1,))])
    assert "Paris" in row.text


@pytest.mark.model
def test_llama_cpps_server_does_not_score(
    llama_server: LlamaProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNDERDOG_API_KEY", llama_server.api_key)
    engine = OpenAIEngine(f"{llama_server.address}/v1", patience=FAST)
    with SyncEngine(engine) as sync, pytest.raises(UnsupportedError):
        sync.score([ScoreRequest(ask("a"), " b")])

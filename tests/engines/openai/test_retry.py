import gzip
import json
import time
from dataclasses import replace
from typing import Any

import pytest

from tests.engines.openai.endpoint import Reply, endpoint
from tests.engines.openai.serving import FAST, answer, choice, sample, scripted
from underdog.engines.openai import retry as http_retry
from underdog.engines.openai.engine import OpenAIEngine
from underdog.errors import EndpointError

NONSENSE = [
    "Fri, 31 Dec 99999 23:59:59 GMT",
    "Fri, 31 Dec 10000 23:59:59 GMT",
    "Mon, 01 Jan 0001 00:00:00 -9999",
    "Mon, 99 Foo 2020 99:99:99 GMT",
    "nan",
    "inf",
    "-inf",
    "1e999",
    "0x10",
    "9" * 400,
    "%s",
    ",",
]


@pytest.mark.parametrize("value", NONSENSE)
def test_nonsense_in_retry_after_is_no_wait(value: str) -> None:
    assert http_retry._retry_after(value) == 0.0


@pytest.mark.parametrize("value", ["9999999", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_a_long_wait_is_a_wait_of_the_cap(value: str) -> None:
    assert http_retry._retry_after(value) > 1e6
    assert http_retry._pause_s(0, http_retry._retry_after(value), FAST) == FAST.longest_pause_s


def test_a_date_without_a_zone_is_read() -> None:
    assert http_retry._retry_after("Fri, 31 Dec 9998 23:59:59 -0000") > 1e6


@pytest.mark.parametrize("value", NONSENSE[:4])
def test_a_server_that_asks_nonsense_is_asked_again(serve: Any, value: str) -> None:
    bad = iter([Reply({}, status=429, headers={"retry-after": value})])
    [row], _ = sample(serve(lambda asked: next(bad, None) or answer()).url)
    assert row.text == " seven"


def test_a_reply_that_drips_meets_the_deadline(serve: Any) -> None:
    drip = Reply(answer(choice("x" * 200)).body, drip_s=0.05)
    patience = replace(FAST, retries=1, timeout_s=0.4)
    started = time.monotonic()
    [row], _ = sample(serve(lambda asked: drip).url, patience=patience)
    assert time.monotonic() - started < len(json.dumps(drip.body)) * 0.05
    assert (row.finish, "no whole answer came within 0.4 s" in (row.error or "")) == ("error", True)


@pytest.mark.parametrize("route", ["/models", "/props"])
def test_first_contact_meets_a_deadline_too(route: str) -> None:
    def script(asked: Any) -> Reply:
        if asked.path.endswith(route):
            return Reply({"data": [{"id": "x" * 200}]}, drip_s=0.05)
        return Reply({"data": [{"id": "small"}]})

    patience = replace(FAST, timeout_s=0.3)
    with endpoint(script) as server:
        if route == "/props":
            assert OpenAIEngine(server.url, patience=patience).info.model == "small"
        else:
            with pytest.raises(EndpointError, match="no whole answer came"):
                OpenAIEngine(server.url, patience=patience)


def test_a_packed_answer_is_unpacked_within_bounds(
    serve: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def packed(size: int) -> Reply:
        text = json.dumps(answer(choice("x" * size)).body).encode()
        return Reply(raw=gzip.compress(text), headers={"content-encoding": "gzip"})

    [row], _ = sample(serve(lambda asked: packed(3)).url)
    assert row.text == "xxx"
    monkeypatch.setattr(http_retry, "_MAX_BODY_BYTES", 100_000)
    [row], _ = sample(serve(lambda asked: packed(10_000_000)).url)
    assert "100000 bytes" in (row.error or "")


def test_a_list_of_models_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("underdog.engines.openai.probe._MOST_BYTES", 1000)
    models = Reply({"data": [{"id": "x" * 2000}]})
    with (
        endpoint(scripted(lambda asked: answer(), models)) as server,
        pytest.raises(EndpointError, match="more than 1000 bytes"),
    ):
        OpenAIEngine(server.url)


@pytest.mark.parametrize("length", [-5, 10**12, True, "x", None, 2.5])
def test_an_impossible_context_length_is_none(length: Any) -> None:
    models = Reply({"data": [{"id": "small", "max_model_len": length, "meta": 3}]})
    with endpoint(scripted(lambda asked: answer(), models)) as server:
        assert OpenAIEngine(server.url, context_tokens=77).info.context_tokens == 77

import math
from collections.abc import Sequence
from typing import Any

import pytest

from tests.engines.openai.serving import answer, choice, sample
from underdog.core import SamplingParams
from underdog.engines.openai.token_spans import between, spans
from underdog.engines.openai.wire import SampledToken, label_bytes

FOX = "🦊"


def tokens(*labels: str) -> list[SampledToken]:
    return [
        SampledToken(label, label_bytes(label), -0.1 * place, ())
        for place, label in enumerate(labels, 1)
    ]


def told(text: str, labels: Sequence[str], **more: Any) -> dict[str, Any]:
    logprobs = {
        "tokens": list(labels),
        "token_logprobs": [-0.1 * place for place in range(1, len(labels) + 1)],
    }
    return choice(text, logprobs=logprobs, **more)


@pytest.mark.parametrize(
    ("labels", "text", "count"),
    [
        (["bytes:\\xf0\\x9f", "bytes:\\xa6\\x8a", " ok", "stop"], FOX + " ok", 3),
        (["bytes:\xf0\x9f", "bytes:\xa6\x8a", " ok"], FOX + " ok", 3),
        (["bytes: \\xf0\\x9f", "bytes:\\xa6\\x8a"], " " + FOX, 2),
        (["<0xF0>", "<0x9F>", "<0xA6>", "<0x8A>", "!"], FOX + "!", 5),
        (["\ufffd", "\ufffd", " ok"], FOX + " ok", 3),
        (["a", "\ufffd", "\ufffd", "\ufffd"], "a" + FOX, 4),
        (["a", "\ufffd", "\ufffd", "b", "</s>"], "aéb", 4),
        (["\u2581it", "\u2581is", "</s>"], "it is", 2),
        (["\u0120it", "\u0120is", "\u010a"], " it is\n", 3),
        ([" it", " is"], "it is", 2),
        (["it", " is", "\n\n"], "it is", 2),
        (["it", "", " is", ""], "it is", 3),
        (["3", "bytes:\\xe2\\x82"], "3", 1),
    ],
)
def test_tokens_are_joined_by_bytes(labels: list[str], text: str, count: int) -> None:
    listed = tokens(*labels)
    places = spans(listed, text)
    assert places is not None
    assert len(between(listed, places, 0, len(text))) == count


def test_a_part_of_the_text_has_the_tokens_that_reach_into_it() -> None:
    listed = tokens("ab", "cd", "ef")
    places = spans(listed, "abcdef") or []
    assert [t.label for t in between(listed, places, 0, 3)] == ["ab", "cd"]
    assert [t.label for t in between(listed, places, 2, 6)] == ["cd", "ef"]
    assert [t.label for t in between(listed, places, 3, 4)] == ["cd"]
    assert between(listed, places, 2, 2) == ()


@pytest.mark.parametrize(
    ("labels", "text"),
    [(["seven"], "eight"), (["a", "\ufffd", "b"], "axxb"), (["\ufffd"], "ab"), (["it"], "it is")],
)
def test_tokens_of_another_text_are_none_of_this(labels: list[str], text: str) -> None:
    assert spans(tokens(*labels), text) is None


def test_bytes_of_an_endpoint_come_before_its_labels(serve: Any) -> None:
    parts = [FOX.encode()[:3], FOX.encode()[3:], b" ok"]
    content = [{"token": "?", "bytes": list(part), "logprob": -0.5} for part in parts]
    chat = {"message": {"content": FOX + " ok"}, "logprobs": {"content": content}}
    [row], engine = sample(serve(lambda asked: answer(chat)).url, template="none")
    assert row.trace.logprobs == (-0.5, -0.5, -0.5)
    assert engine.info.logprobs


def test_a_split_character_keeps_its_tokens(serve: Any) -> None:
    labels = ["bytes:\\xf0\\x9f", "bytes:\\xa6\\x8a", " ok", "stop"]
    server = serve(lambda asked: answer(told(FOX + " ok", labels)))
    [row], _ = sample(server.url)
    assert row.trace.logprobs == pytest.approx((-0.1, -0.2, -0.3))


@pytest.mark.parametrize("finish", ["length", "stop"])
def test_a_stop_string_cut_here_cuts_the_trace(serve: Any, finish: str) -> None:
    reply = told("a STOP5 b", ["a", " STOP", "5", " b"], finish_reason=finish)
    stops = ("S1", "S2", "S3", "S4", "STOP5")
    [row], _ = sample(serve(lambda asked: answer(reply)).url, SamplingParams(stop=stops))
    assert (row.text, row.finish, row.stop_string) == ("a ", "stop", "STOP5")
    assert row.trace.logprobs == pytest.approx((-0.1, -0.2))


def test_a_repeated_opening_takes_its_tokens_away(serve: Any) -> None:
    content = [
        {"token": one, "logprob": -0.5 - place} for place, one in enumerate(["It", " is", " 7"])
    ]
    chat = {"message": {"content": "It is 7"}, "logprobs": {"content": content}}
    [row], _ = sample(serve(lambda asked: answer(chat)).url, template="none", prefix="It is")
    assert (row.text, row.trace.logprobs) == (" 7", (-2.5,))


@pytest.mark.parametrize("bad", [None, math.nan, True, 3.0, "x", math.inf, 10**400])
def test_one_log_probability_that_is_none_leaves_no_trace(serve: Any, bad: Any) -> None:
    logprobs = {"tokens": ["it", " is"], "token_logprobs": [-0.5, bad]}
    [row], engine = sample(serve(lambda asked: answer(choice("it is", logprobs=logprobs))).url)
    assert (row.text, row.finish, row.trace.logprobs) == ("it is", "stop", ())
    assert not engine.info.logprobs


def test_tokens_of_another_text_leave_no_trace(serve: Any) -> None:
    [row], engine = sample(serve(lambda asked: answer(told("eight", ["seven"]))).url)
    assert (row.text, row.trace.logprobs) == ("eight", ())
    assert not engine.info.logprobs


def test_an_impossible_token_and_a_rounded_one_are_numbers(serve: Any) -> None:
    logprobs = {"tokens": ["it", " is", "."], "token_logprobs": [-math.inf, 1e-7, -(10**400)]}
    [row], _ = sample(serve(lambda asked: answer(choice("it is.", logprobs=logprobs))).url)
    assert row.trace.logprobs == (-1e4, 0.0, -1e4)


def test_half_a_surrogate_is_a_replacement_character(serve: Any) -> None:
    [row], _ = sample(serve(lambda asked: answer(choice("a\ud83e"))).url)
    assert row.text == "a\ufffd"

from typing import Any

import pytest

from tests.engines.openai.serving import answer, choice, sample
from underdog.engines.openai.finish_words import ended


@pytest.mark.parametrize(
    "word",
    [
        "stop",
        "STOP",
        "eos",
        "eos_token",
        "stop_sequence",
        "end_turn",
        "FinishReason.STOP",
        "complete",
        "COMPLETE",
        "endTurn",
        "",
        None,
        "stop-sequence",
        "finish_reason_stop",
    ],
)
def test_a_reply_that_ended_by_itself(word: str | None) -> None:
    assert ended(word, "par") == "stop"


@pytest.mark.parametrize(
    "word",
    [
        "length",
        "max_tokens",
        "MAX_TOKENS",
        "max_length",
        "token_limit",
        "maxTokens",
        "model_length",
        "max_new_tokens",
        "max_output_tokens",
        "FinishReason.MAX_TOKENS",
        "context_length",
        "model_context_window_exceeded",
        "length_limit",
        "truncated",
        "Max Tokens",
        "LENGTH",
    ],
)
def test_a_reply_that_was_cut(word: str) -> None:
    assert ended(word, "par") == "length"


@pytest.mark.parametrize(
    "word",
    [
        "content_filter",
        "error",
        "abort",
        "cancelled",
        "SAFETY",
        "RECITATION",
        "refusal",
        "length_error",
        "something new",
        "7",
    ],
)
def test_any_other_end_is_a_fault(word: str) -> None:
    assert ended(word, "par") == "error"


@pytest.mark.parametrize("word", ["tool_calls", "function_call", "tool_use"])
def test_a_call_of_a_tool_is_a_fault_unless_a_text_came(word: str) -> None:
    assert (ended(word, " "), ended(word, "7")) == ("error", "stop")


@pytest.mark.parametrize("word", ["content_filter", "error", "tool_calls", 7, ["x"]])
def test_a_fault_is_an_error_row_with_its_reason(serve: Any, word: Any) -> None:
    chat = {"message": {"content": ""}, "finish_reason": word}
    [row], _ = sample(serve(lambda asked: answer(chat)).url, template="none")
    assert (row.finish, row.text) == ("error", "")
    assert str(word).strip("[]'") in (row.error or "")


@pytest.mark.parametrize("word", ["max_tokens", "MAX_TOKENS", {"type": "length"}])
def test_a_cut_reply_is_marked_in_any_words(serve: Any, word: Any) -> None:
    [row], _ = sample(serve(lambda asked: answer(choice("par", finish_reason=word))).url)
    assert (row.finish, row.text, row.error) == ("length", "par", None)

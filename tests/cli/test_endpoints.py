"""Commands with a chat endpoint: forms are read however replies begin; no key is kept or shown."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.engines.openai.endpoint import Asked, Endpoint, Reply, endpoint
from tests.engines.openai.serving import scripted

KEY = "sk-SECRET-of-the-user-77"
PROGRAM = "```python\ndef solution():\n    return {}\n```"


@contextmanager
def saying(reply: Callable[[str], str], **more: Any) -> Iterator[Endpoint]:
    """A chat server that says `reply(sum)` and honours stop strings."""

    def complete(asked: Asked) -> Reply:
        question = next(
            turn["content"] for turn in reversed(asked.body["messages"]) if turn["role"] == "user"
        )
        sum_ = question.partition("How much is ")[2].partition("?")[0]
        text = reply(sum_)
        for stop in asked.body.get("stop", ()):
            text = text.partition(stop)[0]
        choice = {"message": {"content": text}, "finish_reason": "stop"}
        usage = {"prompt_tokens": 60, "completion_tokens": 9}
        return Reply({"choices": [choice], "usage": usage}, **more)

    with endpoint(scripted(complete)) as server:
        yield server


def right(sum_: str) -> str:
    return str(sum(int(number) for number in sum_.split(" + ")))


def programmed(sum_: str) -> str:
    return f"Here is the function:\n\n{PROGRAM.format(sum_)}\n\nIt adds the two numbers."


@pytest.mark.parametrize(
    ("form", "reply"),
    [
        ("program", programmed),
        ("program", lambda sum_: PROGRAM.format(sum_)),
        ("program", lambda sum_: f"    return {sum_}\n```"),
        ("answer", lambda sum_: f"\nThe answer is {right(sum_)}."),
        ("answer", right),
        ("equations", lambda sum_: f"Sure:\n\n{sum_} = {right(sum_)}"),
        ("cot", lambda sum_: f"{sum_} = {right(sum_)}\n\n\nThe answer is {right(sum_)}."),
    ],
)
def test_a_chat_endpoint_plays_in_every_form(run, task, form, reply) -> None:
    with saying(reply) as server:
        result = run(
            *("challenge", "--small", f"openai:{server.url}", "--tasks", task, "--form", form),
            *("--small-strategy", "majority:n=2", "--sandbox", "monty", "--json"),
        )
    [card] = json.loads(result.stdout)
    assert card["small"]["arms"][0]["accuracy"]["value"] == 1.0


def test_a_failing_program_of_a_chat_endpoint_stays_wrong(run, task) -> None:
    with saying(lambda sum_: PROGRAM.format("1 / 0")) as server:
        result = run(
            *("challenge", "--small", f"openai:{server.url}", "--tasks", task, "--form", "program"),
            *("--small-strategy", "majority:n=2", "--sandbox", "monty", "--json"),
        )
    [card] = json.loads(result.stdout)
    assert card["small"]["arms"][0]["accuracy"]["value"] == 0


def test_no_key_is_stored_printed_or_put_on_the_card(
    run, task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNDERDOG_API_KEY", "")
    store, card = tmp_path / "run.sqlite", tmp_path / "card.html"
    said = lambda sum_: f"\x1b[2J{KEY} says: the answer is {right(sum_)}."  # noqa: E731
    printed = ""
    with saying(said, headers={"x-key": KEY}) as server:
        address = server.url.replace("//", f"//me:{KEY}@")
        common = ("--small", f"openai:{address}#small", "--tasks", task, "--sandbox", "monty")
        common += ("--small-strategy", "majority:n=2")
        for more in (("--out", card), ("--json",), ()):
            result = run("challenge", *common, "--run", store, *more)
            assert result.exit_code == 0, result.output
            printed += result.stdout + result.stderr
        for command in (("report", store), ("report", store, "--json"), ("replay", store)):
            result = run(*command, *(("majority:n=1",) if command[0] == "replay" else ()))
            printed += result.stdout + result.stderr
        result = run("solve", "How much is 1 + 3?", "--model", f"openai:{address}#small")
        printed += result.stdout + result.stderr
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert b"small" in kept
    for secret in ("SECRET", "me:", "\x1b[2J"):
        assert secret not in printed
    for trace in (b"SECRET", b"\x1b[2J", b"me:sk"):
        assert trace not in kept


@pytest.mark.parametrize("status", [200, 400, 401, 500])
def test_an_error_that_echoes_the_key_is_one_clean_line(
    run, task, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    monkeypatch.setenv("UNDERDOG_API_KEY", KEY)
    error = {"error": {"message": f"\x1b[31mkey {KEY}\nis bad", "code": 401}}
    with endpoint(scripted(lambda asked: Reply(error, status=status))) as server:
        result = run(
            *("solve", "1 + 3?", "--model", f"openai:{server.url},retries=0", "--form", "cot")
        )
    text = result.stdout + result.stderr
    assert "SECRET" not in text
    assert "\x1b" not in text
    assert "Traceback" not in text

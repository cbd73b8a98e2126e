"""The process around Monty: bounded text out, whatever happens inside."""

import os
import threading
from collections.abc import Iterator
from typing import Any

import pydantic_monty
import pytest

from underdog.sandbox import _monty_worker
from underdog.sandbox._jailed.frames import receive, send
from underdog.sandbox._monty_worker import Output

REQUEST = {
    "program": "print(1)\nround(2.675, 2)",
    "timeout_s": 5.0,
    "memory_bytes": 1 << 27,
    "output_bytes": 1000,
    "recursion_depth": 100,
}


@pytest.fixture(scope="module")
def pool() -> Iterator[pydantic_monty.Monty]:
    with pydantic_monty.Monty(max_processes=1) as pool:
        yield pool


def _answer(pool: pydantic_monty.Monty, **changed: Any) -> dict[str, Any]:
    return _monty_worker._answer(pool, REQUEST | changed)


def test_answer_carries_output_and_value(pool: pydantic_monty.Monty) -> None:
    answer = _answer(pool)
    assert (answer["status"], answer["stdout"], answer["value"]) == ("ok", "1\n", "2.67")
    assert not answer["retire"]


def test_huge_error_is_cut_and_ends_the_worker(pool: pydantic_monty.Monty) -> None:
    answer = _answer(pool, program="raise ValueError('x' * 2000000)")
    assert (answer["status"], answer["retire"]) == ("error", True)
    assert len(answer["error"]) == 2000


def test_lost_monty_is_a_crash(pool: pydantic_monty.Monty, monkeypatch: pytest.MonkeyPatch) -> None:
    def feed(pool: pydantic_monty.Monty, *_: object) -> None:
        with pool.checkout() as session:
            os.kill(session.worker_pid or 0, 9)
            session.feed_run("1")

    monkeypatch.setattr(_monty_worker, "_feed", feed)
    assert _answer(pool)["status"] == "crashed"


def test_output_bomb_kills_monty_not_the_worker(pool: pydantic_monty.Monty) -> None:
    assert _answer(pool, program="while True: print('x' * 100)")["status"] == "output"
    assert _answer(pool)["status"] == "ok"


def test_leaving_is_ok_and_gaps_are_unsupported(pool: pydantic_monty.Monty) -> None:
    assert _answer(pool, program="raise SystemExit")["status"] == "ok"
    assert _answer(pool, program="import sympy")["status"] == "unsupported"
    assert "(line 2)" in _answer(pool, program="round\nx")["error"]


def test_output_without_a_process_only_counts() -> None:
    output = Output(3)
    for stream, text in (("stderr", "no"), ("stdout", "ab"), ("stdout", "cd"), ("stdout", "ef")):
        output(stream, text)
    assert (output.exceeded, output.text()) == (True, "abc")


def test_main_serves_until_its_input_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    requests_out, requests_in = os.pipe()
    answers_out, answers_in = os.pipe()
    got: list[dict[str, Any] | None] = []

    def host() -> None:
        for request in ({}, REQUEST):
            send(requests_in, request)
            got.append(receive(answers_out))
        os.close(requests_in)

    thread = threading.Thread(target=host)
    thread.start()
    monkeypatch.setattr(_monty_worker, "_INPUT", requests_out)
    monkeypatch.setattr(_monty_worker.os, "dup", lambda _: answers_in)
    monkeypatch.setattr(_monty_worker.os, "dup2", lambda *_: None)
    monkeypatch.setattr(_monty_worker, "_leave_with_host", lambda: None)
    _monty_worker.main()
    thread.join()
    assert got[0] == {"monty": pydantic_monty.__version__}
    assert got[1] is not None
    assert got[1]["value"] == "2.67"
    for fd in (requests_out, answers_out, answers_in):
        os.close(fd)


def test_worker_takes_its_group_along_when_the_host_is_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reader, writer = os.pipe()
    os.close(writer)
    killed: list[int] = []
    monkeypatch.setattr(_monty_worker, "_INPUT", reader)
    monkeypatch.setattr(_monty_worker.os, "killpg", lambda group, _: killed.append(group))
    _monty_worker._leave_with_host()
    os.close(reader)
    assert killed == [0]

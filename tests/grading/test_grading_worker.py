"""What a grading worker answers, its loop run in this process on files in place of its pipes."""

import io
import json
import os
from types import SimpleNamespace

import pytest

from underdog import child_process
from underdog.grading.symbolic import worker


def request(operation, *args):
    return {"op": operation, "args": args, "timeout_s": 30}


@pytest.fixture
def serve(monkeypatch, tmp_path):
    """Runs `main` on some requests; gives the replies."""
    monkeypatch.setattr(worker, "limit_process", lambda memory_bytes: None)
    monkeypatch.setattr(child_process, "_arm", lambda seconds: None)

    def run(*requests):
        lines = "".join(json.dumps(each) + "\n" for each in requests).encode()
        stdin = SimpleNamespace(buffer=io.BytesIO(lines))
        monkeypatch.setattr(child_process.sys, "stdin", stdin)
        replies, kept = tmp_path / "replies", os.dup(1)
        with replies.open("wb") as file:
            os.dup2(file.fileno(), 1)
        try:
            worker.main()
        finally:
            os.dup2(kept, 1)
            os.close(kept)
        return [json.loads(line) for line in replies.read_bytes().splitlines()]

    return run


def test_a_worker_says_that_it_is_ready_and_ends_with_its_input(serve):
    assert serve() == [{"status": "ok"}]


def test_every_request_gets_one_reply_in_order(serve):
    replies = serve(
        request("key", "1+1"),
        request("equal", "x+1", "1+x"),
        request("validate", "{}", "{}"),
        request("validate", "1", '{"type": "string"}'),
    )
    assert [reply["status"] for reply in replies] == ["ok"] * 5
    assert [reply["value"] for reply in replies[1:4]] == ["2", True, None]
    assert "not of type" in replies[4]["value"]


def test_what_an_operation_raises_is_a_refusal_and_the_loop_goes_on(serve):
    replies = serve(request("no such"), request("key"), request("key", "7"))
    assert [reply["status"] for reply in replies] == ["ok", "failed", "failed", "ok"]
    assert replies[1]["detail"] == "KeyError: 'no such'"
    assert replies[2]["detail"].startswith("TypeError")


def test_running_out_of_memory_is_a_refusal(monkeypatch):
    def exhausted(name):
        raise MemoryError

    monkeypatch.setattr(worker, "_operation", exhausted)
    assert worker._serve(request("key")) == {"status": "failed", "detail": "out of memory"}

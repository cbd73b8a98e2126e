"""The loop of a grading worker, run in this process on files in place of its pipes."""

import io
import json
import os
import resource
import signal
import sys
from types import SimpleNamespace

import pytest

from underdog.grading.symbolic import worker


def request(operation, *args):
    return {"op": operation, "args": args, "timeout_s": 30}


@pytest.fixture
def serve(monkeypatch, tmp_path):
    """Runs `main` on some requests; gives the replies and the seconds of each alarm."""
    alarms = []
    monkeypatch.setattr(worker, "_limit", lambda: None)
    monkeypatch.setattr(worker, "_arm", alarms.append)

    def run(*requests):
        lines = "".join(json.dumps(each) + "\n" for each in requests).encode()
        monkeypatch.setattr(worker.sys, "stdin", SimpleNamespace(buffer=io.BytesIO(lines)))
        replies, kept = tmp_path / "replies", os.dup(1)
        with replies.open("wb") as file:
            os.dup2(file.fileno(), 1)
        try:
            worker.main()
        finally:
            os.dup2(kept, 1)
            os.close(kept)
        return [json.loads(line) for line in replies.read_bytes().splitlines()], alarms

    return run


def test_a_worker_says_that_it_is_ready_and_ends_with_its_input(serve):
    assert serve() == ([{"status": "ok"}], [])


def test_every_request_gets_one_reply_in_order(serve):
    replies, _ = serve(
        request("key", "1+1"),
        request("equal", "x+1", "1+x"),
        request("validate", "{}", "{}"),
        request("validate", "1", '{"type": "string"}'),
    )
    assert [reply["status"] for reply in replies] == ["ok"] * 5
    assert [reply["value"] for reply in replies[1:4]] == ["2", True, None]
    assert "not of type" in replies[4]["value"]


def test_what_an_operation_raises_is_a_refusal_and_the_loop_goes_on(serve):
    replies, _ = serve(request("no such"), request("key"), request("key", "7"))
    assert [reply["status"] for reply in replies] == ["ok", "failed", "failed", "ok"]
    assert replies[1]["detail"] == "KeyError: 'no such'"
    assert replies[2]["detail"].startswith("TypeError")


def test_running_out_of_memory_is_a_refusal(monkeypatch):
    def exhausted(name):
        raise MemoryError

    monkeypatch.setattr(worker, "_operation", exhausted)
    assert worker._serve(request("key")) == {"status": "failed", "detail": "out of memory"}


def test_the_alarm_covers_a_request_and_nothing_between_two(serve):
    _, alarms = serve(request("key", "1"), request("key", "2"))
    assert alarms == [30 + worker._GRACE_S, 0.0] * 2


def test_what_an_operation_prints_does_not_reach_the_replies(serve, monkeypatch):
    def noisy(name):
        return lambda *args: os.write(1, b"noise\n")

    monkeypatch.setattr(worker, "_operation", noisy)
    replies, _ = serve(request("key", "1"))
    assert replies == [{"status": "ok"}, {"status": "ok", "value": 6}]


@pytest.mark.parametrize(
    ("platform", "signals", "limits"),
    [
        ("linux", {"SIGINT", "SIGALRM"}, {resource.RLIMIT_CORE, resource.RLIMIT_AS}),
        ("darwin", {"SIGINT", "SIGALRM"}, {resource.RLIMIT_CORE}),
        ("win32", {"SIGINT"}, set()),
    ],
)
def test_a_worker_limits_itself_as_far_as_its_system_can(monkeypatch, platform, signals, limits):
    handled, limited, alarms = {}, {}, []
    with monkeypatch.context() as patch:
        patch.setattr(signal, "signal", handled.__setitem__)
        patch.setattr(signal, "setitimer", lambda *alarm: alarms.append(alarm))
        patch.setattr(resource, "setrlimit", limited.__setitem__)
        patch.setattr(sys, "platform", platform)
        worker._limit()
        worker._arm(2.0)
    assert {number.name for number in handled} == signals
    assert handled[signal.SIGINT] == signal.SIG_IGN
    assert set(limited) == limits
    assert all(soft == hard for soft, hard in limited.values())
    assert alarms == [(signal.ITIMER_REAL, 2.0)] * (platform != "win32")

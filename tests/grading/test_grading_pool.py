"""The worker pool: hard kill, replacement, counters, threads, forks, no processes left behind."""

import os
import subprocess
import sys
import threading

import pytest

from underdog.child_process import LineProcess
from underdog.grading import pool as pool_module
from underdog.grading.pool import GradingPool, counters, default_pool

ECHO = """
import json, os, sys, time
print(json.dumps({"status": "ok"}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    if request["op"] == "die":
        os._exit(3)
    if request["op"] == "hang":
        while True:
            pass
    if request["op"] == "refuse":
        print(json.dumps({"status": "failed", "detail": "no"}), flush=True)
    else:
        print(json.dumps({"status": "ok", "value": os.getpid()}), flush=True)
"""


def running(program):
    return lambda: LineProcess([sys.executable, "-c", program])


@pytest.fixture
def pool():
    made = GradingPool(2, running(ECHO))
    yield made
    made.close()


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_worker_is_started_once_and_kept(pool):
    assert pool.counters().starts == 0
    first, second = (pool.call({"op": "pid"}, 30) for _ in range(2))
    assert first.status == "ok"
    assert first.value == second.value
    assert (pool.counters().requests, pool.counters().starts) == (2, 1)


def test_a_request_that_overstays_is_killed_and_its_worker_replaced(pool):
    before = pool.call({"op": "pid"}, 30).value
    late = pool.call({"op": "hang"}, 0.2)
    after = pool.call({"op": "pid"}, 30).value
    assert late.status == "timeout"
    assert "0.2 s" in late.detail
    assert before != after
    assert not is_alive(before)
    assert pool.counters().timeouts == 1
    assert pool.counters().crashes == pool.counters().failed == 0
    assert pool.counters().starts == 2


def test_a_worker_that_dies_is_reported_and_replaced(pool):
    assert pool.call({"op": "die"}, 30).status == "crashed"
    assert pool.call({"op": "pid"}, 30).status == "ok"
    assert pool.counters().crashes == 1


def test_a_worker_that_died_between_requests_is_reported(pool):
    pid = pool.call({"op": "pid"}, 30).value
    os.kill(pid, 9)
    pool._idle[0]._process.wait()
    assert pool.call({"op": "pid"}, 30).status == "crashed"
    assert pool.call({"op": "pid"}, 30).status == "ok"


def test_a_refusal_keeps_the_worker(pool):
    assert pool.call({"op": "refuse"}, 30).status == "failed"
    assert pool.counters().failed == 1
    assert pool.call({"op": "pid"}, 30).status == "ok"
    assert pool.counters().starts == 1


def test_no_worker_at_all_is_a_crash_not_an_exception():
    broken = GradingPool(1, running("raise SystemExit(1)"))
    assert broken.call({"op": "pid"}, 30).status == "crashed"
    broken.close()


def test_an_interpreter_that_cannot_be_run_is_a_crash(monkeypatch, pool):
    monkeypatch.setattr(pool_module.sys, "executable", "/nonexistent/python")
    reply = pool.call({"op": "pid"}, 30)
    assert reply.status == "crashed"
    assert "could be started" in reply.detail


def test_closing_ends_the_workers_and_refuses_more(pool):
    pid = pool.call({"op": "pid"}, 30).value
    pool.close()
    pool.close()
    assert not is_alive(pid)
    assert pool.call({"op": "pid"}, 30).status == "crashed"


def test_a_worker_busy_while_the_pool_closes_is_ended_afterwards(pool):
    worker = pool._take()
    pool.close()
    pool._give_back(worker, pool_module._asked(worker, {"op": "pid"}, 30))
    assert worker._process.poll() is not None


def test_threads_share_no_more_workers_than_allowed(pool):
    pids = []
    threads = [
        threading.Thread(target=lambda: pids.append(pool.call({"op": "pid"}, 60).value))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(pids) == 8
    assert len(set(pids)) <= 2


def test_forgetting_starts_afresh_without_touching_the_old_workers(pool):
    pid = pool.call({"op": "pid"}, 30).value
    worker = pool._idle[0]
    pool.forget()
    assert pool.counters().starts == 0
    assert pool.call({"op": "pid"}, 30).value != pid
    worker.end()


def test_forgetting_while_lines_arrive_never_lets_an_old_reader_take_a_new_worker_s_line(pool):
    for _ in range(40):
        pool.call({"op": "pid"}, 30)
        worker = pool._idle[0]
        pool.forget()
        assert pool.call({"op": "pid"}, 30).status == "ok"
        worker.end()
        assert worker._stdout.closed


def test_the_shared_pool_counts():
    assert default_pool() is default_pool()
    assert counters() == default_pool().counters()


@pytest.mark.parametrize(("platform", "num_forks_watched"), [("linux", 1), ("win32", 0)])
def test_the_shared_pool_watches_for_forks_where_there_are_any(
    monkeypatch, platform, num_forks_watched
):
    closed, watched = [], []
    with monkeypatch.context() as patch:
        patch.setattr(pool_module.atexit, "register", closed.append)
        patch.setattr(os, "register_at_fork", lambda after_in_child: watched.append(after_in_child))
        patch.setattr(sys, "platform", platform)
        made = default_pool.__wrapped__()
    assert closed == [made.close]
    assert watched == [made.forget] * num_forks_watched


SCRIPT = """
from underdog.core import Question
from underdog.grading import open_checker
checker = open_checker("math")
question = Question("q", "t", "?")
print(checker.equal("\\\\sqrt{8}", "2\\\\sqrt{2}", question))
from underdog.grading.pool import default_pool
print(default_pool()._idle[0]._process.pid)
"""


def test_a_script_without_a_main_guard_works_and_leaves_no_process():
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=120, check=True
    )
    verdict, pid = done.stdout.split()
    assert verdict == "True"
    assert done.stderr == ""
    assert not is_alive(int(pid))


FORK = """
import os
from underdog.core import Question
from underdog.grading import open_checker
checker = open_checker("math")
question = Question("q", "t", "?")
assert checker.equal("\\\\sqrt{8}", "2\\\\sqrt{2}", question)
child = os.fork()
same = checker.equal("\\\\sqrt{27}", "3\\\\sqrt{3}", question)
if child == 0:
    os._exit(0 if same else 1)
assert same
assert os.waitpid(child, 0)[1] == 0
"""


def test_a_fork_gets_workers_of_its_own():
    done = subprocess.run([sys.executable, "-c", FORK], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")

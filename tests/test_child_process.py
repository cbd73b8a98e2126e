"""Children that answer, die, hang or talk nonsense; none outlives its host."""

import io
import json
import os
import resource
import select
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from underdog import child_process
from underdog.child_process import ChildLostError, ChildProcess, LineProcess, python_command

ECHO = """
import json, sys
for line in sys.stdin:
    print(json.dumps({"heard": json.loads(line)}), flush=True)
"""


@pytest.fixture
def started():
    """Starts programs as children, and ends them after the test."""
    children: list[LineProcess] = []

    def start(program: str) -> LineProcess:
        children.append(LineProcess([sys.executable, "-c", program]))
        return children[-1]

    yield start
    for child in children:
        child.end()


def has_ended(pid: int) -> bool:
    """Wait for a process that need not be our child; the test's own time limit is the bound."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    ended, _, _ = select.select([handle], [], [], 60)
    os.close(handle)
    return bool(ended)


def test_a_request_goes_with_its_time_and_gets_its_reply(started) -> None:
    child = started(ECHO)
    for place in range(3):
        request = {"place": place, "text": "a\nb\ud800"}
        assert child.ask(request, 30.0) == {"heard": {**request, "timeout_s": 30.0}}


def test_a_child_that_dies_leaves_its_last_words(started) -> None:
    child = started("import sys; sys.exit('out of luck')")
    for _ in range(2):
        with pytest.raises(ChildLostError, match="exit status 1; out of luck") as caught:
            child.receive(30.0)
    assert not caught.value.hung
    assert not child.alive
    assert child.said == ["out of luck"]


@pytest.mark.parametrize("text", ["hello", "[1]"])
def test_a_child_that_speaks_no_json_object_is_lost(started, text: str) -> None:
    child = started(f"print({text!r}, flush=True); input()")
    with pytest.raises(ChildLostError, match="it said b'"):
        child.receive(30.0)
    assert child.last_words == "still running"


def test_a_message_to_a_dead_child_says_so(started) -> None:
    child = started("")
    with pytest.raises(ChildLostError, match="exit status 0"):
        child.receive(30.0)
    with pytest.raises(ChildLostError, match="exit status 0"):
        child.send({"x": "y" * 100_000})


def test_a_child_that_does_not_answer_in_time_is_ended(started) -> None:
    child = started("input(); input()")
    with pytest.raises(ChildLostError, match=r"within 0\.05 s; still running") as caught:
        child.ask({}, 0.05)
    assert caught.value.hung
    assert not child.alive
    with pytest.raises(ChildLostError, match="has ended"):
        child.ask({}, 30.0)


def test_much_on_standard_error_holds_nobody_up_and_its_end_is_kept(started) -> None:
    child = started("import sys; sys.stderr.write('x' * 500_000 + '\\nlast\\n'); print('{}')")
    assert child.receive(30.0) == {}
    child.end()
    assert child.said[-1] == "last"
    assert sum(map(len, child.said)) <= 4000
    assert len(child.last_words) < 1000


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="waits for a stranger by Linux' pidfd")
def test_ending_a_child_ends_what_it_started(started) -> None:
    child = started(
        "import json, subprocess, sys\n"
        "other = subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()'])\n"
        "print(json.dumps({'pid': other.pid}), flush=True); other.wait()"
    )
    pid = child.receive(60.0)["pid"]
    child.end()
    child.end()
    assert has_ended(pid)


def test_a_program_that_cannot_be_run_is_an_os_error() -> None:
    with pytest.raises(OSError, match="nonexistent"):
        ChildProcess(["/nonexistent/python"])


def test_a_module_is_imported_from_where_its_host_imports_and_not_from_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "json.py").write_text("raise SystemExit('a stranger')")
    (tmp_path / "one_worker.py").write_text(
        "import json, underdog.errors\ndef main(): print(json.dumps({}), flush=True)"
    )
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    child = LineProcess(python_command("one_worker"))
    assert child.receive(60.0) == {}
    child.end()


HOST = """
import os, signal, sys
from underdog.child_process import LineProcess
child = LineProcess([sys.executable, "-c", "print('{}', flush=True); input()"])
child.receive(60.0)
print(child._process.pid, flush=True)
if sys.argv[1] == "is killed":
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="waits for a stranger by Linux' pidfd")
@pytest.mark.parametrize("end", ["exits", "is killed"])
def test_no_child_outlives_its_host(end: str) -> None:
    command = [sys.executable, "-c", HOST, end]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert has_ended(int(done.stdout))
    assert done.stderr == ""


FORK = """
import os, sys
from underdog.child_process import LineProcess
child = LineProcess([sys.executable, "-c", sys.argv[1]])
child.ask({}, 60.0)
forked = os.fork()
if forked == 0:
    child.end()
    os._exit(child.alive or not (child._stdin.closed and child._stdout.closed))
assert os.waitpid(forked, 0)[1] == 0
assert child.ask({"x": 1}, 60.0)["heard"]["x"] == 1
"""


def test_a_forked_process_lets_go_of_the_children_of_its_parent() -> None:
    command = [sys.executable, "-c", FORK, ECHO]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture
def serve(monkeypatch, tmp_path):
    """Serves some requests in this process; gives the replies and the seconds of each alarm."""
    alarms = []
    monkeypatch.setattr(child_process, "_arm", alarms.append)

    def run(answer, *requests, hello=None):
        lines = "".join(json.dumps({**each, "timeout_s": 30}) + "\n" for each in requests)
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(lines.encode())))
        replies, kept = tmp_path / "replies", os.dup(1)
        with replies.open("wb") as file:
            os.dup2(file.fileno(), 1)
        try:
            child_process.serve_lines(answer, hello)
        finally:
            os.dup2(kept, 1)
            os.close(kept)
        return [json.loads(line) for line in replies.read_bytes().splitlines()], alarms

    return run


def test_a_server_says_hello_first_and_ends_with_its_input(serve) -> None:
    assert serve(dict, hello={"status": "ok"}) == ([{"status": "ok"}], [])
    assert serve(dict) == ([], [])


def test_every_request_gets_one_reply_in_order_whatever_is_printed(serve) -> None:
    def noisy(request):
        os.write(1, b"noise\n")
        return {"n": request["n"] + 1}

    replies, _ = serve(noisy, {"n": 1}, {"n": 2})
    assert replies == [{"n": 2}, {"n": 3}]


def test_the_alarm_covers_a_request_and_nothing_between_two(serve) -> None:
    _, alarms = serve(dict, {}, {})
    assert alarms == [30 + child_process._ALARM_GRACE_S, 0.0] * 2


def test_a_child_ends_itself_when_its_request_overstays_and_nobody_kills_it() -> None:
    code = "from underdog.child_process import _arm; _arm(0.05)\nwhile True: pass"
    done = subprocess.run([sys.executable, "-c", code], timeout=60)
    assert done.returncode == -signal.SIGALRM


@pytest.mark.parametrize(
    ("platform", "signals", "limits"),
    [
        ("linux", {"SIGINT", "SIGALRM"}, {resource.RLIMIT_CORE: 0, resource.RLIMIT_AS: 10}),
        ("darwin", {"SIGINT", "SIGALRM"}, {resource.RLIMIT_CORE: 0}),
        ("win32", {"SIGINT"}, {}),
    ],
)
def test_a_child_limits_itself_as_far_as_its_system_can(
    monkeypatch, platform, signals, limits
) -> None:
    handled, limited, alarms = {}, {}, []
    with monkeypatch.context() as patch:
        patch.setattr(signal, "signal", handled.__setitem__)
        patch.setattr(signal, "setitimer", lambda *alarm: alarms.append(alarm))
        patch.setattr(resource, "setrlimit", limited.__setitem__)
        patch.setattr(sys, "platform", platform)
        child_process.limit_process(memory_bytes=10)
        child_process._arm(2.0)
    assert {number.name for number in handled} == signals
    assert handled[signal.SIGINT] == signal.SIG_IGN
    assert limited == {kind: (value, value) for kind, value in limits.items()}
    assert alarms == [(signal.ITIMER_REAL, 2.0)] * (platform != "win32")


def test_a_child_may_be_kept_from_writing_files(monkeypatch) -> None:
    limited = {}
    with monkeypatch.context() as patch:
        patch.setattr(signal, "signal", lambda *_: None)
        patch.setattr(resource, "setrlimit", limited.__setitem__)
        child_process.limit_process(file_bytes=0)
    assert limited[resource.RLIMIT_FSIZE] == (0, 0)

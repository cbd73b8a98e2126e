"""What a jailed program asked for that the jail does not have: files, processes, threads, the net.

Such a request is refused, and the refusal is an exception that CPython outside would not have
raised: whatever the program makes of it (it may catch it and print something else) says nothing
about the program. So the first request is noted when it is made, by CPython's audit events, and the
run ends as `unsupported`.

Noted are only requests of the program itself. Imports that modules of the standard library try on
their own account (`subprocess` asks for `msvcrt`) are theirs. A file that a program names relative
to its empty working directory and only reads is missing anywhere: that is the program's error.
"""

import _thread
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from types import FrameType
from typing import Any, Final

_IMPORTLIB: Final = ("<frozen importlib", os.path.dirname(os.__file__) + "/importlib/")
_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_NULL: Final = "/dev/null"
_FOLDER_EVENTS: Final = ("os.listdir", "os.scandir", "os.chdir")
_ALWAYS: Final = frozenset(
    (  # noqa: SIM905
        "os.remove os.rename os.mkdir os.rmdir os.link os.symlink os.chmod os.chown os.truncate "
        "os.utime os.setxattr os.removexattr os.lockf os.exec os.fork os.forkpty os.posix_spawn "
        "os.system os.spawn os.killpg subprocess.Popen pty.spawn signal.pthread_kill "
        "resource.setrlimit resource.prlimit socket.connect socket.bind socket.getaddrinfo "
        "socket.gethostbyname socket.gethostbyaddr socket.getnameinfo socket.getservbyname "
        "socket.sethostname socket.gethostname syslog.syslog tempfile.mkstemp tempfile.mkdtemp "
        "webbrowser.open "
        "_posixsubprocess.fork_exec"
    ).split()
)
_THREAD_STARTERS: Final = frozenset(
    (  # noqa: SIM905
        "start_new_thread start_new start_joinable_thread _start_new_thread _start_joinable_thread"
    ).split()
)
_SEMAPHORES: Final = "multiprocessing.synchronize"  # asked for when the first one is made
_AF_UNIX: Final = 1
_EXIT_BY_SIGNAL: Final = 128


class Refusals:
    """Notes the first request that the jail refuses.

    Args:
        program_file: File name under which the program was compiled.
        readable: Files and folders that a program may read.
    """

    def __init__(self, program_file: str, readable: Sequence[str]) -> None:
        self.first: str | None = None
        self._file = program_file
        self._readable = tuple(readable)
        self._pid = os.getpid()
        self._rules: Mapping[str, Callable[[Sequence[Any]], str | None]] = {
            "open": self._open,
            "socket.__new__": _new_socket,
            "sqlite3.connect": _database,
            "os.kill": self._kill,
            **dict.fromkeys(_FOLDER_EVENTS, self._folder),
        }

    def watch(self) -> None:
        """Begin: this process's requests are noted from now on, and no thread can be started."""
        for module in (_thread, threading):
            for name in _THREAD_STARTERS.intersection(vars(module)):
                setattr(module, name, self._no_thread)
        sys.meta_path.append(self)
        sys.addaudithook(self._hear)

    def find_spec(self, name: str, *_: object) -> None:
        """Called as the last finder of a module: nobody else has found it."""
        if "." not in name and self._by_program():
            self._note(f"module {name}")

    def _hear(self, event: str, arguments: Sequence[Any]) -> None:
        if event == "import" and arguments[0] == _SEMAPHORES:
            self._note("a semaphore")
            return
        if event in _ALWAYS:
            what = event
        elif (rule := self._rules.get(event)) is None:
            return
        else:
            what = rule(arguments)
        if what is not None and self._by_program():
            self._note(what)

    def _note(self, what: str) -> None:
        if self.first is None:
            self.first = what

    def _no_thread(self, *_: object, **__: object) -> int:
        self._note("a thread")
        raise RuntimeError("can't start new thread")

    def _open(self, arguments: Sequence[Any]) -> str | None:
        path, mode, flags = arguments
        if not isinstance(path, (str, bytes)):
            return None
        name = os.fsdecode(path)
        writing = isinstance(flags, int) and flags & _WRITING
        if writing or (isinstance(mode, str) and not set("wax+").isdisjoint(mode)):
            return f"writing {name[:200]}"
        return None if self._may_read(name) else f"reading {name[:200]}"

    def _folder(self, arguments: Sequence[Any]) -> str | None:
        path = arguments[0] if arguments else None
        name = os.fsdecode(path) if isinstance(path, (str, bytes)) else "."
        return None if name.startswith("/") and self._may_read(name) else f"folder {name[:200]}"

    def _may_read(self, name: str) -> bool:
        """Whether reading is possible here, or impossible in any empty working directory."""
        if not name.startswith("/"):
            return not name.startswith("..")
        return name == _NULL or any(
            name == one or name.startswith(one + "/") for one in self._readable
        )

    def _kill(self, arguments: Sequence[Any]) -> str | None:
        pid, number = arguments
        if pid == self._pid and number and signal.getsignal(number) is signal.SIG_DFL:
            os._exit(_EXIT_BY_SIGNAL + number)
        return "os.kill"

    def _by_program(self) -> bool:
        """Whether the program asks, itself or through a module, rather than a module's import."""
        frame: FrameType | None = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
        importing = False
        while frame is not None:
            name = frame.f_code.co_filename
            if name.startswith(_IMPORTLIB):
                importing = True
            elif name != __file__:
                return not importing or self._is_program(name)
            frame = frame.f_back
        return True

    def _is_program(self, name: str) -> bool:
        """Whether a code's file name is the program's or that of text which it executed."""
        return name == self._file or (name.startswith("<") and not name.startswith("<frozen"))


def _new_socket(arguments: Sequence[Any]) -> str | None:
    family = arguments[1]
    return None if family in (-1, _AF_UNIX) else "a network socket"


def _database(arguments: Sequence[Any]) -> str | None:
    return None if arguments[0] in (":memory:", b":memory:", "") else "a database file"

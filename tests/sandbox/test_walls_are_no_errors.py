# ruff: noqa: E501
"""What the jail refuses is `unsupported`, whether the program dies of it, catches it or asks first."""

import pytest

from underdog.core import Limits
from underdog.sandbox import OpenSandbox

REQUESTS = {
    "thread": "import threading\nt = threading.Thread(target=print)\nt.start()",
    "thread pool": "from concurrent.futures import ThreadPoolExecutor as E\nE().submit(print)",
    "timer": "import threading\nthreading.Timer(0, print).start()",
    "low thread": "import _thread\n_thread.start_new_thread(print, ())",
    "asyncio thread": "import asyncio\nasyncio.run(asyncio.to_thread(print))",
    "process pool": "import multiprocessing\nmultiprocessing.Pool(1)",
    "subprocess": "import subprocess\nsubprocess.run(['echo', 'a'])",
    "shell": "import os\nassert os.system('echo a') == 0",
    "fork": "import os\nos.fork()",
    "file": "open('x', 'w').write('a')",
    "path": "import pathlib\npathlib.Path('x').write_text('a')",
    "folder": "import os\nos.mkdir('x')",
    "temporary file": "import tempfile\ntempfile.TemporaryFile()",
    "list": "import os\nos.listdir('.')",
    "host file": "open('/etc/hostname').read()",
    "device": "open('/dev/urandom', 'rb').read(1)",
    "database": "import sqlite3\nsqlite3.connect('a.db')",
    "socket": "import socket\nsocket.socket()",
    "name": "import socket\nsocket.getaddrinfo('localhost', 80)",
    "url": "import urllib.request\nurllib.request.urlopen('http://127.0.0.1:9')",
    "another process": "import os\nos.kill(os.getppid(), 15)",
    "limits": "import resource\nresource.setrlimit(resource.RLIMIT_CPU, (1, 1))",
    "module": "import numpy",
    "module by name": "import importlib\nimportlib.import_module('torch')",
    "module in exec": "exec('import pandas')",
}


def _indented(program: str) -> str:
    return "\n".join(f"    {line}" for line in program.split("\n"))


@pytest.mark.parametrize("program", REQUESTS.values(), ids=REQUESTS)
def test_a_refused_request_says_nothing_about_the_program(jail: OpenSandbox, program: str) -> None:
    assert jail.run(program).status == "unsupported"


@pytest.mark.parametrize("program", REQUESTS.values(), ids=REQUESTS)
def test_a_refusal_that_the_program_catches_is_seen(jail: OpenSandbox, program: str) -> None:
    caught = f"try:\n{_indented(program)}\nexcept BaseException:\n    print('other way')"
    result = jail.run(caught)
    assert result.status == "unsupported"
    assert "the jail has no such thing" in result.error


@pytest.mark.parametrize(
    ("program", "printed"),
    [
        ("import uuid\nprint(len(str(uuid.uuid4())))", "36\n"),
        ("import os, secrets, random\nprint(len(os.urandom(4)))", "4\n"),
        ("import random\nprint(0 <= random.SystemRandom().random() < 1)", "True\n"),
        ("import platform\nprint(platform.system())", "Linux\n"),
        ("import resource\nprint(resource.getrusage(0).ru_utime >= 0)", "True\n"),
        ("import time, timeit\nprint(timeit.timeit('1', number=9) > 0)", "True\n"),
        ("import sys\nsys.stdout.write('a\\n')", "a\n"),
        (
            "import sqlite3\nprint(sqlite3.connect(':memory:').execute('select 1').fetchall())",
            "[(1,)]\n",
        ),
        ("import subprocess, multiprocessing, socket, tempfile\nprint('imported')", "imported\n"),
        ("import os\nprint(os.cpu_count() > 0)", "True\n"),
        ("import logging\nlogging.warning('x')\nprint('logged')", "logged\n"),
        ("import signal\nsignal.alarm(60)\nprint(signal.alarm(0) > 0)", "True\n"),
    ],
)
def test_what_harms_nobody_works(jail: OpenSandbox, program: str, printed: str) -> None:
    result = jail.run(program)
    assert (result.status, result.stdout, result.error) == ("ok", printed, "")


@pytest.mark.parametrize(
    "program",
    [
        "open('data.txt').read()",
        "x = input()",
        "raise PermissionError('no')",
        "import math.nothing",
        "from math import nothing",
        "import os\nos.environ['HOME']",
    ],
)
def test_what_fails_anywhere_is_the_programs_error(jail: OpenSandbox, program: str) -> None:
    assert jail.run(program).status == "error"


def test_much_output_is_cut_and_the_program_goes_on(sandbox: OpenSandbox) -> None:
    program = "for i in range(2000):\n    print('ab')\n'the end'"
    result = sandbox.run(program, Limits(output_bytes=1000))
    assert (result.status, len(result.stdout), result.value) == ("output", 1000, "'the end'")


def test_an_error_after_much_output_is_the_error(sandbox: OpenSandbox) -> None:
    program = "for i in range(2000):\n    print('ab')\n1 / 0"
    result = sandbox.run(program, Limits(output_bytes=1000))
    assert (result.status, len(result.stdout)) == ("error", 1000)
    assert result.error.startswith("ZeroDivisionError")

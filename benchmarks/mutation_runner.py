"""A process that has imported what all tests import and runs each list of them in a fork of itself.

Started in a copy of the tree; nothing of the package is imported before the fork, so that each run
sees the source as it stands. Speaks lines of JSON: a list of arguments and a limit in seconds come
in, the exit status (null past the limit) and the path of what was said go out.
"""

import importlib
import json
import os
import signal
import subprocess
import sys
import time
import traceback
from contextlib import suppress
from pathlib import Path

COMMON = (
    "pytest", "_pytest.pytester", "_pytest.assertion.rewrite", "_hypothesis_pytestplugin",
    "hypothesis.strategies", "hypothesis.stateful", "pytest_cov.plugin", "xdist.plugin",
    "pytest_timeout", "numpy", "numpy.testing", "sympy", "scipy.stats", "scipy.special",
    "math_verify", "jsonschema", "httpx", "asyncio", "unittest.mock", "sqlite3", "tokenizers",
)  # fmt: skip


_IMPORTED = ("-W", "ignore::pytest.PytestAssertRewriteWarning")
"""Plugins are there before pytest: their own assertions are not rewritten, those of tests are."""


class Runner:
    """The other end: starts the process, asks it for runs.

    Args:
        tree: A copy of the repository.
        env: Environment of every run in it.
    """

    def __init__(self, tree: Path, env: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", __file__], cwd=tree, env=env, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        self._said = tree.parent / "said.txt"

    def run(self, arguments: list[str], limit_s: float) -> tuple[int | None, str]:
        """Exit status of pytest, None past the limit, and what it said."""
        asked = {"arguments": arguments, "limit_s": limit_s, "said": str(self._said)}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        code = json.loads(self._process.stdout.readline())
        return code, self._said.read_text(errors="replace")

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


def _serve() -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    sys.path.insert(0, str(Path.cwd()))
    for name in COMMON:
        with suppress(ImportError):
            importlib.import_module(name)
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if not child:
            _be(asked["arguments"], asked["said"])
        answers.write(json.dumps(_wait(child, asked["limit_s"])) + "\n")
        answers.flush()


def _be(arguments: list[str], said: str) -> None:
    """Become a run of pytest; does not return."""
    os.setsid()
    file = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(file, 1)
    os.dup2(file, 2)
    os.dup2(nothing, 0)
    code = 3
    try:
        import pytest

        code = int(pytest.main([*_IMPORTED, *arguments]))
    except BaseException:  # noqa: BLE001  the fork's boundary: it must not go on as its parent
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _wait(child: int, limit_s: float) -> int | None:
    deadline_s = time.monotonic() + limit_s
    while time.monotonic() < deadline_s:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            _end(child)  # what the run left behind
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    _end(child)
    os.waitpid(child, 0)
    return None


def _end(group: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    _serve()

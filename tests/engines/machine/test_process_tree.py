"""What a process and its children have used."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from underdog.engines.machine import process_tree
from underdog.engines.machine.process_tree import Used, used_by

CHILD = """
import sys
block = b"x" * 50_000_000
sum(range(3_000_000))
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def child() -> "Iterator[subprocess.Popen[str]]":
    with subprocess.Popen(
        [sys.executable, "-c", CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.communicate()


def test_a_living_child_counts(child: "subprocess.Popen[str]") -> None:
    alone, together = used_by(child.pid), used_by(os.getpid())
    assert alone.peak_bytes > 50_000_000
    assert alone.cpu_s > 0
    assert together.peak_bytes >= alone.peak_bytes + 10_000_000
    assert together.cpu_s > alone.cpu_s


def test_a_process_that_is_gone_used_nothing(child: "subprocess.Popen[str]") -> None:
    child.communicate()
    assert used_by(child.pid) == Used()


def test_where_no_peak_is_kept_what_is_held_now_counts(
    child: "subprocess.Popen[str]", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process_tree, "_PROCESSES", tmp_path)
    assert used_by(child.pid).peak_bytes > 50_000_000


def test_a_child_that_ends_while_it_is_looked_at_used_nothing(
    child: "subprocess.Popen[str]",
) -> None:
    seen = psutil.Process(child.pid)
    child.communicate()
    assert process_tree._used_by_one(seen) == Used()

"""What a process and its children have used."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from underdog.engines.machine import process_tree
from underdog.engines.machine.process_tree import Used, used_by

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="children are looked up under /proc")
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


@LINUX
def test_a_living_child_counts(child: "subprocess.Popen[str]") -> None:
    alone, together = used_by(child.pid), used_by(os.getpid())
    assert alone.peak_bytes > 50_000_000
    assert alone.cpu_s > 0
    assert together.peak_bytes >= alone.peak_bytes + 10_000_000
    assert together.cpu_s > alone.cpu_s


@LINUX
def test_a_process_that_is_gone_used_nothing(child: "subprocess.Popen[str]") -> None:
    child.communicate()
    assert used_by(child.pid) == Used()


def test_elsewhere_the_systems_totals_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_tree, "_PROCESSES", tmp_path)
    own = used_by(os.getpid())
    assert own.cpu_s > 0
    assert used_by(os.getpid() + 1) == Used()
    if sys.platform != "win32":
        assert own.peak_bytes > 10_000_000


def test_where_memory_is_not_told_it_is_zero(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process_tree, "_PROCESSES", tmp_path)
    monkeypatch.setattr(sys, "platform", "win32")
    assert used_by(os.getpid()).peak_bytes == 0
    assert used_by(os.getpid()).cpu_s > 0

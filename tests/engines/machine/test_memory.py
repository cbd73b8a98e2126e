"""How much memory can still be taken."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from underdog.engines.machine import memory


@pytest.fixture
def container(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Control files of a container on a system with 4 MiB to spare of 9; none yet."""
    system = SimpleNamespace(available=4096 << 10, total=9216 << 10)
    monkeypatch.setattr(memory.psutil, "virtual_memory", lambda: system)
    monkeypatch.setattr(memory, "_CONTAINER", tmp_path)
    return tmp_path


def test_free_memory_is_the_least_that_system_and_container_allow(container: Path) -> None:
    assert memory.free_bytes() == 4096 << 10
    (container / "memory.max").write_text("1000000\n")
    (container / "memory.current").write_text("900000\n")
    (container / "memory.stat").write_text("anon 5\ninactive_file 2000\n")
    assert memory.free_bytes() == 102_000
    (container / "memory.max").write_text("9999999999\n")
    assert memory.free_bytes() == 4096 << 10


def test_a_container_that_is_full_leaves_next_to_nothing(container: Path) -> None:
    (container / "memory.max").write_text("800000\n")
    (container / "memory.current").write_text("900000\n")
    (container / "memory.stat").write_text("inactive_file 2000\n")
    assert memory.free_bytes() == 1


def test_a_container_without_a_limit_leaves_what_the_system_has(container: Path) -> None:
    (container / "memory.max").write_text("max\n")
    assert memory.free_bytes() == 4096 << 10


def test_the_memory_of_this_machine_is_known() -> None:
    assert memory.total_bytes() > memory.free_bytes() > 1 << 20

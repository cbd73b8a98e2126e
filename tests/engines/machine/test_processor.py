"""How many threads are worth starting, by what the processors do at this moment."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from underdog.engines.machine import processor

Machine = Callable[..., None]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Pretends a Linux machine of four processors, as busy as it is told."""

    def set_up(*busy: float, nice: float = 0.0, own: float = 0.0, pairs: bool = False) -> None:
        clock = iter([0.0, 1.0])
        own_clock = iter([0.0, own])
        tables = iter([_table([0.0] * 4, 0.0), _table(busy, nice)])
        monkeypatch.delenv("UNDERDOG_THREADS", raising=False)
        monkeypatch.setattr(processor.sys, "platform", "linux")
        monkeypatch.setattr(processor.os, "sched_getaffinity", lambda _: set(range(4)))
        monkeypatch.setattr(processor, "_siblings", lambda cpu: str(cpu % 2 if pairs else cpu))
        monkeypatch.setattr(processor, "_ticks_per_second", lambda: 100)
        monkeypatch.setattr(processor, "_QUOTA", tmp_path / "none")
        monkeypatch.setattr(processor.time, "perf_counter", lambda: next(clock))
        monkeypatch.setattr(processor.time, "process_time", lambda: next(own_clock))
        monkeypatch.setattr(processor.time, "sleep", lambda _: None)
        statistics = type("Statistics", (), {"read_text": lambda _: next(tables)})()
        monkeypatch.setattr(processor, "_STATISTICS", statistics)

    return set_up


def _table(busy: object, nice: float) -> str:
    rows = [
        f"cpu{cpu} {int(100 * share)} {int(100 * nice)} 0 500 0 0 0 0 0 0"
        for cpu, share in enumerate(busy)  # pyright: ignore[reportArgumentType]
    ]
    return "\n".join(["cpu  1 2 3 4 5 6 7 8 9 0", *rows, "intr 12 3"])


def test_the_number_of_threads_can_be_set_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNDERDOG_THREADS", "3")
    assert processor.default_threads() == 3
    monkeypatch.setenv("UNDERDOG_THREADS", "0")
    assert 1 <= processor.default_threads() <= (os.cpu_count() or 1)


@pytest.mark.parametrize(
    ("busy", "threads"),
    [((0, 0, 0, 0), 4), ((1, 0, 0, 0.2), 3), ((1, 0.6, 0.9, 0.6), 1), ((1, 1, 1, 1), 1)],
)
def test_busy_cores_are_left_to_others(
    busy: tuple[float, ...], threads: int, machine: Machine
) -> None:
    machine(*busy)
    assert processor._busy_cores({str(cpu): [cpu] for cpu in range(4)}) == pytest.approx(sum(busy))
    machine(*busy)
    assert processor.default_threads() == threads


def test_hyper_threads_of_one_core_count_once(machine: Machine) -> None:
    machine(1, 0, 1, 0, pairs=True)
    assert processor.default_threads() == 1


def test_our_own_work_does_not_count(machine: Machine) -> None:
    machine(1, 0, 0, 0, own=1.0)
    assert processor.default_threads() == 4


def test_work_of_lower_priority_counts_only_for_those_who_are_low_themselves(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processor.os, "getpriority", lambda *_: 0)
    machine(0, 0, 0, 0, nice=1.0)
    assert processor.default_threads() == 4
    monkeypatch.setattr(processor.os, "getpriority", lambda *_: 10)
    machine(0, 0, 0, 0, nice=1.0)
    assert processor.default_threads() == 1


def test_a_system_without_counters_counts_as_idle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processor, "_STATISTICS", tmp_path / "none")
    assert processor._busy_cores({"0": []} | {str(cpu): [cpu] for cpu in range(2)}) == 0.0


@pytest.mark.parametrize(
    ("quota", "threads"), [("max 100000", 8), ("250000 100000", 2), ("10 100000", 1), ("1 0", 8)]
)
def test_a_containers_quota_is_kept(
    quota: str, threads: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "cpu.max"
    path.write_text(f"{quota}\n")
    monkeypatch.setattr(processor, "_QUOTA", path)
    assert processor._allowance(8) == threads


@pytest.mark.parametrize(("cores", "threads"), [(6, 6), (None, 4)])
def test_elsewhere_physical_cores_count_or_half_of_the_logical_ones(
    cores: int | None, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("UNDERDOG_THREADS", raising=False)
    monkeypatch.setattr(processor.sys, "platform", "darwin")
    monkeypatch.setattr(processor.os, "cpu_count", lambda: 8)
    monkeypatch.setattr(processor.psutil, "cpu_count", lambda logical: cores)
    assert processor.default_threads() == threads


def test_a_processor_without_topology_counts_as_one_core() -> None:
    assert processor._siblings(10**6) == "1000000"

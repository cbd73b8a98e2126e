"""Settings that all tests share."""

import gc
import os
import socket
import sys
import threading
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.paths import DATA
from tests.slowest import SlowestShare

pytest_plugins = ["pytester"]

# Test processes run side by side: engines whose threads wait for each other would starve.
os.environ.setdefault("UNDERDOG_THREADS", "1")

settings.register_profile("underdog", deadline=None)
settings.load_profile("underdog")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # workers report to the process that started them
        config.pluginmanager.register(SlowestShare())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    # Tracing makes a long loop of Python two to three times as long and finds nothing new: quick
    # tests pass every line that is asked for. Not pytest-cov's mark: a worker of xdist ignores it.
    tracer, of_threads = sys.gettrace(), threading.gettrace()
    traced = not any(item.get_closest_marker(name) for name in ("slow", "untraced"))
    if traced or not type(tracer).__module__.startswith("coverage"):
        return (yield)
    sys.settrace(None)
    threading.settrace(None)  # type: ignore[arg-type]
    try:
        return (yield)
    finally:
        sys.settrace(tracer)
        threading.settrace(of_threads)  # type: ignore[arg-type]


def pytest_collection_finish() -> None:
    # Modules and collected tests stay to the end: no later search for garbage needs to visit them.
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test does finds no address but this machine's; a session's model may be fetched."""
    resolve = socket.getaddrinfo

    def resolve_here(host: str | bytes | None, *arguments: Any, **options: Any) -> list[Any]:
        if host and os.fsdecode(host) not in ("localhost", "127.0.0.1", "::1"):
            raise socket.gaierror(socket.EAI_NONAME, f"{host!r} is not this machine")
        return resolve(host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolve_here)


@pytest.fixture
def data_dir() -> Path:
    """The folder of benchmark data; a test that needs it is skipped without it."""
    if not DATA.is_dir():
        pytest.skip(f"no data folder {DATA}: set UNDERDOG_DATA_DIR")
    return DATA

"""A cell in a process of its own, on one thread.

Where processes can be forked, one of them imports the study's libraries once, and each cell's is
forked from it: importing them takes longer than a small cell. A cell's process ends when the one
that asked for it ends, whatever it is doing: a study that was killed leaves nothing running.
"""

import importlib
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from multiprocessing.connection import Connection
from typing import Any

from underdog.errors import UnderdogError
from underdog.studies.study import Cell, CellResult, Finished, Study

_ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "PYTHONHASHSEED": "0",
}
_PACKAGES = ("underdog", "numpy", "torch", "transformers")


def prepare_processes(study: Study) -> None:
    """Start the process that imports a study's libraries and from which cells are forked."""
    with _one_thread():
        if sys.platform != "win32":
            from multiprocessing import forkserver

            names = [__name__, *study.libraries, *study.code]
            multiprocessing.get_context("forkserver").set_forkserver_preload(names)
            forkserver.ensure_running()


class CellProcess:
    """A process that runs one cell and ends.

    Args:
        study: The study; its class is imported in the process by name.
        cell: The cell.
    """

    def __init__(self, study: Study, cell: Cell) -> None:
        self._cell = cell
        where = f"{type(study).__module__}:{type(study).__qualname__}"
        context: Any = multiprocessing.get_context(
            "spawn" if sys.platform == "win32" else "forkserver"
        )
        self._reply, theirs = context.Pipe(duplex=False)
        with _one_thread():
            self._process = context.Process(target=run_here, args=(theirs, where, cell))
            self._process.start()
        theirs.close()

    def wait(self) -> Finished:
        """The finished cell.

        Raises:
            UnderdogError: The cell failed, or its process was killed.
        """
        about = f"cell {self._cell.arm!r}, seed {self._cell.seed}"
        try:
            reply: Finished | str = self._reply.recv()
        except EOFError:
            self._process.join()
            raise UnderdogError(
                f"{about}: its process ended with exit status {self._process.exitcode}"
            ) from None
        finally:
            self._reply.close()
        self._process.join()
        if isinstance(reply, str):
            raise UnderdogError(f"{about}: {reply}")
        return reply

    def strike(self) -> None:
        """Kill the process; `wait` then raises."""
        self._process.kill()


def run_here(reply: Connection, where: str, cell: Cell) -> None:
    """In the cell's process: run the cell and send what came of it.

    Boundary: whatever a study's code raises is told to the process that asked.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _end_with_parent()
    before = time.process_time()
    try:
        module, _, name = where.partition(":")
        study: Study = getattr(importlib.import_module(module), name)()
        result: CellResult = study.run(cell)
    except UnderdogError as error:
        reply.send(str(error))
        return
    except Exception as error:
        reply.send(f"{type(error).__name__}: {error}")
        raise
    seconds = time.process_time() - before
    reply.send(Finished(cell, result, seconds, _versions()))


def _end_with_parent() -> None:
    """End this process when the one that asked for it has ended."""
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True, name="underdog-parent-watch").start()


@contextmanager
def _one_thread() -> Generator[None]:
    """An environment for new processes in which every library computes on one thread."""
    before = {name: os.environ.get(name) for name in _ONE_THREAD}
    os.environ.update(_ONE_THREAD)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _versions() -> dict[str, str]:
    found: dict[str, str] = {}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found

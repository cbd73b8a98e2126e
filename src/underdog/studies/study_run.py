"""Running a grid: a process per cell, as many at once as asked, and none that is finished.

The number of processes decides when a cell runs, never what it finds. A cell that fails is news and
does not stop the others; the same call runs it again.
"""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

import psutil

from underdog.errors import UnderdogError, UsageError
from underdog.studies.cell_process import CellProcess, prepare_processes
from underdog.studies.cell_store import CellStore
from underdog.studies.study import Cell, Finished, Study


@dataclass(frozen=True, slots=True)
class CellUpdate:
    """News of a study's run.

    Attributes:
        done: Cells of the grid that are finished.
        total: Cells of the grid.
        finished: The cell that has just been finished; `None` at the start and for a failure.
        failure: What went wrong with a cell; empty otherwise.
    """

    done: int
    total: int
    finished: Finished | None = None
    failure: str = ""


def default_jobs() -> int:
    """Physical cores of this machine."""
    return psutil.cpu_count(logical=False) or psutil.cpu_count() or 1


def run_cells(
    study: Study, cells: Sequence[Cell], folder: Path, jobs: int = 0
) -> Iterator[CellUpdate]:
    """Run those of the cells that a folder does not hold yet, in their order.

    Args:
        study: The study.
        cells: Its cells, from `grid`.
        folder: Where finished cells are kept.
        jobs: Processes at once; 0 for one per physical core.

    Raises:
        UsageError: `jobs` is negative.
        UnderdogError: A finished cell cannot be written.
    """
    if jobs < 0:
        raise UsageError(f"--jobs {jobs}; give 1 or more, or 0 for one per core")
    store = CellStore(study, folder)
    left = [cell for cell in cells if not store.place(cell).is_file()]
    done = len(cells) - len(left)
    yield CellUpdate(done, len(cells))
    for finished in _finished(study, left, jobs or default_jobs()):
        if isinstance(finished, Finished):
            store.write(finished)
            done += 1
            yield CellUpdate(done, len(cells), finished)
        else:
            yield CellUpdate(done, len(cells), failure=str(finished))


def run_one(study: Study, cell: Cell) -> Finished:
    """Run one cell in a process of its own, and keep nothing. Raises `UnderdogError`."""
    for found in _finished(study, [cell], 1):
        if isinstance(found, Finished):
            return found
        raise found
    raise AssertionError


def _finished(study: Study, cells: Sequence[Cell], jobs: int) -> Iterator[Finished | UnderdogError]:
    """Each cell, or why it failed, as they end; ending the iteration ends their processes."""
    if not cells:
        return
    prepare_processes(study)
    hands = _Hands(study)
    waiting = list(reversed(cells))
    with ThreadPoolExecutor(jobs, "underdog-cell") as pool:
        running: set[Future[Finished]] = set()
        try:
            while waiting or running:
                while waiting and len(running) < jobs:
                    running.add(pool.submit(hands.run, waiting.pop()))
                ended, running = wait(running, return_when=FIRST_COMPLETED)
                for future in ended:
                    try:
                        yield future.result()
                    except UnderdogError as error:
                        yield error
        finally:
            hands.stop()


class _Hands:
    """The processes that are running."""

    def __init__(self, study: Study) -> None:
        self._study = study
        self._lock = threading.Lock()
        self._running: set[CellProcess] = set()
        self._stopped = False

    def run(self, cell: Cell) -> Finished:
        with self._lock:
            if self._stopped:
                raise UnderdogError("the study was stopped")
            process = CellProcess(self._study, cell)
            self._running.add(process)
        try:
            return process.wait()
        finally:
            with self._lock:
                self._running.discard(process)

    def stop(self) -> None:
        with self._lock:
            self._stopped = True
            for process in self._running:
                process.strike()

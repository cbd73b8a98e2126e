"""One run at a time in a folder: two at once would write into one another's log."""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from underdog.errors import TrainingError


@contextmanager
def sole_trainer(folder: Path) -> Generator[None]:
    """Hold a folder while a run writes into it; a run that is killed lets go of it too.

    Args:
        folder: The folder, which is there.

    Raises:
        TrainingError: Another run holds it.
    """
    held = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise TrainingError(
                f"another run trains in {folder} now; wait for it, or give another folder"
            ) from error
        except OSError:
            pass  # A file system without locks.
        yield
    finally:
        os.close(held)

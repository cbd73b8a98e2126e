"""One run at a time in a folder: two at once would write into one another's log."""

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from underdog.errors import TrainingError
from underdog.files import hold_alone


@contextmanager
def sole_trainer(folder: Path) -> Generator[None]:
    """Hold a folder while a run writes into it; a run that is killed lets go of it too.

    Args:
        folder: The folder, which is there.

    Raises:
        TrainingError: Another run holds it.
    """
    if sys.platform == "win32":  # folders cannot be opened there
        yield
        return
    held = os.open(folder, os.O_RDONLY)
    try:
        if not hold_alone(held):
            raise TrainingError(
                f"another run trains in {folder} now; wait for it, or give another folder"
            )
        yield
    finally:
        os.close(held)

"""What the progress bars of all commands share: they are shown inside a `with` block."""

from typing import Self

from rich.progress import Progress


class LiveBar:
    """A bar that is drawn while its `with` block runs.

    Args:
        bar: The bar.
    """

    def __init__(self, bar: Progress) -> None:
        self._bar = bar

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

"""Test sets that a data command stays clear of: its options, and reading them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from underdog.cli.terminal.console import notes, out
from underdog.cli.terminal.options import DataDir

if TYPE_CHECKING:
    from underdog.data.dataset.card.data_card import Decontamination
    from underdog.data.decontamination import Protection

TestFiles: TypeAlias = Annotated[
    list[Path] | None, typer.Option("--test-file", help="Your own test set, JSON lines.")
]


@dataclass(frozen=True, slots=True)
class TestSetOptions:
    """Which test sets a data set is kept clear of."""

    decontaminate: Annotated[
        bool, typer.Option(help="Leave out what repeats an item of a test set on this machine.")
    ] = True
    test_files: TestFiles = None
    data_dir: DataDir = None

    def read(self, files: Sequence[str] = (), decontaminate: bool = True) -> "Protection | None":
        """The catalogue's test sets that are on this machine, and the user's own.

        Args:
            files: Further test sets, which a recipe names.
            decontaminate: What a recipe says; `None` is returned unless options and recipe agree.
        """
        from underdog.data.decontamination import protect

        if not (self.decontaminate and decontaminate):
            return None
        with notes.status("reading the test sets"):
            return protect(self.data_dir, (*(self.test_files or ()), *map(Path, files)))


def show_decontamination(found: "Decontamination") -> None:
    """Print what was kept clear of test sets, and of which not."""
    if found.off:
        notes.print("not checked against any test set: this was switched off")
        return
    items = sum(found.checked_against.values())
    out.print(
        f"{found.left_out:,} left out because they repeat one of {items:,} items of "
        f"{len(found.checked_against)} test sets",
        highlight=False,
    )
    if found.clear_before:
        notes.print(
            f"compared when they were made, so not again: {', '.join(found.clear_before)}",
            highlight=False,
            markup=False,
        )
    if found.not_here:
        notes.print(
            f"not on this machine, so not checked: {', '.join(found.not_here)}",
            highlight=False,
            markup=False,
        )

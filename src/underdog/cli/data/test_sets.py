"""Test sets for decontamination in data commands: the options, and reading them."""

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
    """Options for the test sets against which a data set is decontaminated."""

    decontaminate: Annotated[
        bool, typer.Option(help="Leave out what repeats an item of a test set on this machine.")
    ] = True
    test_files: TestFiles = None
    data_dir: DataDir = None

    def read(self, files: Sequence[str] = (), decontaminate: bool = True) -> "Protection | None":
        """The catalogue's test sets that are on this machine, and the user's own.

        Args:
            files: Further test sets, named by a recipe.
            decontaminate: The recipe's setting; `None` is returned unless both the recipe and the
                options ask for decontamination.
        """
        from underdog.data.decontamination import protect

        if not (self.decontaminate and decontaminate):
            return None
        with notes.status("reading the test sets"):
            return protect(self.data_dir, (*(self.test_files or ()), *map(Path, files)))


def show_decontamination(found: "Decontamination") -> None:
    """Print the result of decontamination, and the test sets missing on this machine."""
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

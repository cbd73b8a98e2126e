"""What was measured, one line of JSON each, kept as it comes so that a stopped run goes on."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """One side's cell in one round.

    Attributes:
        side: Whose it is.
        model: What it had loaded, without folders.
        turn: Round, from 0.
        cell: Which.
        max_tokens: Tokens that were asked of each reply.
        threads: Threads that it was told to use.
        rows: Replies.
        tokens: Tokens generated.
        seconds: Wall clock.
        cpu_s: Processor seconds, children included.
        peak_bytes: Most memory held until then, children included.
        load: Load average just before.
        error: Why it failed; empty when it did not.
    """

    side: str
    model: str
    turn: int
    cell: str
    max_tokens: int
    threads: int
    rows: int = 0
    tokens: int = 0
    seconds: float = 0.0
    cpu_s: float = 0.0
    peak_bytes: int = 0
    load: float = 0.0
    error: str = ""

    @property
    def key(self) -> tuple[str, str, int, str, int, int]:
        """What may be measured once in a file, in the order of the fields."""
        return (self.side, self.model, self.turn, self.cell, self.max_tokens, self.threads)

    @property
    def rate(self) -> float:
        """Tokens per second."""
        return self.tokens / self.seconds if self.seconds else 0.0

    @property
    def rate_per_cpu_s(self) -> float:
        """Tokens per processor second."""
        return self.tokens / self.cpu_s if self.cpu_s else 0.0


def read_rows(path: Path) -> list[Row]:
    """Rows of a file, the last one of every cell; a line that a kill cut short is left out."""
    rows: dict[object, Row] = {}
    for line in path.read_text().splitlines() if path.exists() else []:
        try:
            row = Row(**json.loads(line))
        except (ValueError, TypeError):
            continue
        rows[row.key] = row
    return list(rows.values())


def append_row(path: Path, row: Row) -> None:
    """Add a row, on a line of its own even after a line that was cut short."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        file.seek(0, 2)
        if file.tell():
            file.seek(-1, 2)
            if file.read(1) != b"\n":
                file.write(b"\n")
        file.write(json.dumps(asdict(row)).encode() + b"\n")


def finished(rows: Iterable[Row]) -> set[object]:
    """Keys of the rows that need not be measured again."""
    return {row.key for row in rows if not row.error}

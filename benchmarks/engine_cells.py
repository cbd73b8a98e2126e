"""What every side of the engine benchmark is asked: so many prompts, so many samples of each."""

from dataclasses import dataclass

_STORY = (
    "{name} runs a small {place}. On Monday {a} people come, on Tuesday {b} more than on Monday, "
    "and on Wednesday half as many as on Tuesday. Each of them pays {c} dollars. "
    "How much money does {name} take in over the three days? Explain every step in detail."
)
_NAMES = ("Amara", "Boris", "Chidi", "Dolores", "Emre", "Farah", "Goran", "Hanako")
_PLACES = ("museum", "swimming pool", "cinema", "climbing hall")

DEFAULT = "1x1,1x16,1x64,32x8"
START = "start"
"""The cell that every process begins with: from being started to its first token."""


@dataclass(frozen=True)
class Cell:
    """`PROMPTSxSAMPLES`."""

    prompts: int
    samples: int

    @classmethod
    def parse(cls, text: str) -> "Cell":
        """Read such as `32x8`."""
        prompts, _, samples = text.partition("x")
        if not (prompts.isdecimal() and samples.isdecimal() and int(prompts) and int(samples)):
            raise SystemExit(f"cell {text!r}: give PROMPTSxSAMPLES, such as 32x8")
        return cls(int(prompts), int(samples))

    @property
    def rows(self) -> int:
        """Replies in all."""
        return self.prompts * self.samples

    def __str__(self) -> str:
        return f"{self.prompts}x{self.samples}"


def parse_cells(text: str) -> list[Cell]:
    """Cells separated by commas, the smallest first, so that memory can be read after each."""
    return sorted(map(Cell.parse, filter(None, text.split(","))), key=lambda cell: cell.rows)


def questions(count: int) -> list[str]:
    """Word problems of our own, none of them from a benchmark."""
    return [
        _STORY.format(
            name=_NAMES[i % len(_NAMES)],
            place=_PLACES[i % len(_PLACES)],
            a=40 + 2 * i,
            b=10 + 4 * i,
            c=3 + i % 5,
        )
        for i in range(count)
    ]

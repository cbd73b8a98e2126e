"""Libraries of stories: the built-in ones, and a user's own `.story` files."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from underdog.errors import DataError, UnknownNameError
from underdog.generators.stories.sheets.parsing import parse_stories
from underdog.generators.stories.sheets.story_parts import Situation, Target

_HOME = Path(__file__).parents[1]
_CONTINUATIONS = "continuations"
ANY = "any"


@dataclass(frozen=True, slots=True)
class Library:
    """Situations, and continuations of their stories.

    Attributes:
        situations: Situations, sorted by name.
        continuations: Continuations by the kind of quantity that they start from.
    """

    situations: tuple[Situation, ...]
    continuations: dict[str, tuple[Target, ...]]

    def only(self, names: str) -> "Library":
        """The library with the named situations only: names joined with `+`, or `any` for all.

        Raises:
            UnknownNameError: No such situation.
        """
        if names == ANY:
            return self
        known = {situation.name: situation for situation in self.situations}
        chosen: list[Situation] = []
        for name in names.split("+"):
            if name not in known:
                raise UnknownNameError("situation", name, known)
            chosen.append(known[name])
        return Library(tuple(chosen), self.continuations)


@cache
def built_in(folder: str = "situations") -> Library:
    """The stories of one of our folders, `situations` or `micro`; parsed on first use."""
    home = _HOME / folder
    continuations = _HOME / _CONTINUATIONS if folder == "situations" else home / _CONTINUATIONS
    return Library(_read(home), _by_kind(_read(continuations)))


@cache
def written_in(path: str) -> Library:
    """The stories of a user's `.story` file, or of all such files in a folder.

    The continuations are the built-in ones and those of the files.

    Raises:
        DataError: There is no such file, or it is malformed.
    """
    situations = _read(Path(path))
    if not situations:
        raise DataError(f"no .story file at {path}; give the path of one, or of a folder of them")
    ours = [target for some in built_in().continuations.values() for target in some]
    own = _by_kind(situations)
    merged = _by_kind([Situation("", tuple(ours), ()), *situations]) if own else {}
    asking = tuple(
        Situation(one.name, tuple(t for t in one.targets if not t.part.takes), one.extras)
        for one in situations
    )
    return Library(asking, merged or built_in().continuations)


def _read(path: Path) -> tuple[Situation, ...]:
    files = sorted(path.glob("*.story")) if path.is_dir() else [path] if path.is_file() else []
    return tuple(parse_stories(file.read_text(encoding="utf-8"), file.stem) for file in files)


def _by_kind(
    situations: "tuple[Situation, ...] | list[Situation]",
) -> dict[str, tuple[Target, ...]]:
    kinds: dict[str, list[Target]] = {}
    for situation in situations:
        for target in situation.targets:
            for kind in target.part.takes.split("+") if target.part.takes else ():
                kinds.setdefault(kind, []).append(target)
    return {kind: tuple(targets) for kind, targets in kinds.items()}

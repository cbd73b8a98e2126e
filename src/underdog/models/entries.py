"""Checked numbers out of what a model file says about itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from underdog.errors import ModelFileError

_MOST = 1 << 20
MOST_LAYERS = 1 << 12
"""More layers than any model has; each costs memory before the first weight is looked for."""


@dataclass(frozen=True, slots=True)
class Entries:
    """Named entries of a model file, which may be wrong in any way.

    Attributes:
        values: The entries by name.
        prefix: In front of every name that is asked for.
    """

    values: Mapping[str, Any]
    prefix: str = ""

    def given(self, name: str) -> Any:
        """An entry as it stands; `None` when there is none."""
        return self.values.get(self.prefix + name)

    def whole(self, name: str, default: int = 0, *, least: int = 1, most: int = _MOST) -> int:
        """A whole number from `least` to below `most`. Raises `ModelFileError`."""
        value = self.given(name)
        value = default if value is None else value
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value < most:
            raise self.wrong(name)
        return value

    def real(self, name: str, default: float) -> float:
        """A number above 0. Raises `ModelFileError`."""
        value = self.given(name)
        value = default if value is None else value
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e12:
            raise self.wrong(name)
        return float(value)

    def wrong(self, name: str) -> ModelFileError:
        """An entry that cannot be."""
        return ModelFileError(
            f"the model file gives {self.prefix}{name} as {str(self.given(name))[:80]!r}; "
            "download it again or use another"
        )

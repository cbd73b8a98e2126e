"""Checked numbers from the metadata of a model file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from underdog.errors import ModelFileError

_MOST = 1 << 20
MOST_LAYERS = 1 << 12
"""Exclusive upper limit of a model's layers; each costs memory before any weight is read."""


@dataclass(frozen=True, slots=True)
class Entries:
    """Untrusted metadata entries of a model file.

    Attributes:
        values: The entries by name.
        prefix: Put in front of every requested name.
    """

    values: Mapping[str, Any]
    prefix: str = ""

    def given(self, name: str) -> Any:
        """An unchecked entry; `None` when there is none."""
        return self.values.get(self.prefix + name)

    def whole(self, name: str, default: int = 0, *, least: int = 1, most: int = _MOST) -> int:
        """A whole number, `least` <= number < `most`. Raises `ModelFileError`."""
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
        """The error for an entry with an invalid value."""
        return ModelFileError(
            f"the model file gives {self.prefix}{name} as {str(self.given(name))[:80]!r}; "
            "download it again or use another"
        )

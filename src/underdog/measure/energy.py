"""Energy of a stretch of work: from the processor's counters, else a labelled estimate.

Linux shows Intel and AMD package counters (RAPL) under `/sys/class/powercap`; reading them often
needs root, and virtual machines have none. They count the whole package, other processes included,
and neither memory nor graphics cards. Without counters the figure is
seconds times an assumed power, labelled as an estimate.
"""

from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Literal, Self

POWERCAP = Path("/sys/class/powercap")
ASSUMED_WATTS = 65.0


@dataclass(frozen=True, slots=True)
class Energy:
    """Energy of a stretch of work, and its source.

    Attributes:
        joules: Energy in joules.
        seconds: Wall-clock seconds of the stretch.
        source: `rapl` when measured; `estimate` when it is seconds times an assumed power.
        note: The source in words, to be shown beside the number.
    """

    joules: float
    seconds: float
    source: Literal["rapl", "estimate"]
    note: str

    @property
    def watt_hours(self) -> float:
        """The energy in watt-hours."""
        return self.joules / 3600.0


class EnergyMeter:
    """Measures the energy of a `with` block.

    Args:
        assumed_watts: Power in watts for the estimate when no counter can be read.
        root: Folder of the counters.

    Example:
        >>> with EnergyMeter(assumed_watts=10) as meter:
        ...     pass
        >>> meter.reading().source in ("rapl", "estimate")
        True
    """

    def __init__(self, assumed_watts: float = ASSUMED_WATTS, root: Path = POWERCAP) -> None:
        self._watts = assumed_watts
        self._packages = _package_counters(root)
        self._started_s = self._stopped_s = monotonic()
        self._before: list[int] | None = None
        self._after: list[int] | None = None

    def __enter__(self) -> Self:
        self._before, self._started_s = _read_all(self._packages), monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        self._after, self._stopped_s = _read_all(self._packages), monotonic()

    def reading(self) -> Energy:
        """Energy between entering and leaving the block.

        A counter that wrapped around once is corrected; one that wrapped twice (many minutes at
        full power) cannot be told from one that wrapped once.
        """
        seconds = self._stopped_s - self._started_s
        if not self._before or not self._after:
            note = f"estimate: wall-clock seconds times an assumed {self._watts:g} W"
            return Energy(seconds * self._watts, seconds, "estimate", note)
        microjoules = sum(
            (after - before) % (package.wraps_at_uj + 1)
            for before, after, package in zip(
                self._before, self._after, self._packages, strict=True
            )
        )
        note = "measured by the processor's RAPL counters (whole package, all processes)"
        return Energy(microjoules / 1e6, seconds, "rapl", note)


@dataclass(frozen=True, slots=True)
class _Counter:
    file: Path
    wraps_at_uj: int


def _package_counters(root: Path) -> list[_Counter]:
    """Readable top-level counters; `intel-rapl:0:1` is a part of `intel-rapl:0` and left out."""
    found: list[_Counter] = []
    for folder in sorted(root.glob("intel-rapl:*")):
        if folder.name.count(":") == 1:
            wraps_at = _read_count(folder / "max_energy_range_uj")
            if wraps_at is not None and _read_count(folder / "energy_uj") is not None:
                found.append(_Counter(folder / "energy_uj", wraps_at))
    return found


def _read_all(packages: list[_Counter]) -> list[int] | None:
    counts = [_read_count(package.file) for package in packages]
    known = [count for count in counts if count is not None]
    return known if len(known) == len(counts) else None


def _read_count(file: Path) -> int | None:
    try:
        return int(file.read_text())
    except (OSError, ValueError):
        return None

"""The arms of `rare-task-frequency`: sizes, shares, rows of exposures; and their names."""

from collections.abc import Iterator, Mapping

from underdog.studies.study import Cell

SIZES: Mapping[int, str] = {8: "5K", 16: "13K", 32: "38K", 64: "127K", 128: "448K"}
"""Name of each size by width; the name counts parameters."""
RATES: Mapping[int, float] = {8: 0.04, 16: 0.02, 32: 0.01, 64: 0.005, 128: 0.005}
"""Peak learning rate by width: of those within two points of the best held-out accuracy at a share
of 1/8 under the seed of the setting `tune`, the lowest."""
TRIED: Mapping[int, tuple[float, ...]] = {
    8: (0.02, 0.04, 0.08),
    16: (0.02, 0.04),
    32: (0.01, 0.02),
    64: (0.005, 0.01),
    128: (0.005, 0.01),
}
TUNE_SEED, SEEDS = 99, (1, 2, 3)
SMALL, MIDDLE, LARGE = 8, 32, 64
STEPS, _BATCH = 512, 128
BURSTS: Mapping[int, int] = {1: 1, 8: 16, 64: 128}
"""Examples in a row by the number of steps from one such row to the next, at a share of 1/64."""
EQUAL, EQUALS = 16, (4, 16, 64)
"""At a share of 1/16 the fixed steps give 4,096 exposures: those of the arms of equal exposures."""
FIXED: Mapping[int, tuple[int, ...]] = {
    8: (2, 4, 8, 16),
    16: (4, 8, 16, 32),
    32: (4, 8, 16, 32, 64),
    64: (16, 32, 64),
    128: (16, 32, 64, 128),
}
"""Shares 1/n that each width is trained at."""
OVERNIGHT = frozenset({(16, 32), *((128, n) for n in FIXED[128])})
"""Widths and shares 1/n that only the setting `overnight` has."""


def rare_cell(arm: str, seed: int, width: int, inverse: int, **changes: float) -> Cell:
    """A cell at a share of 1/inverse, other knobs changed as given."""
    knobs = {
        "width": width, "share": 1 / inverse, "burst": 1, "steps": STEPS, "batch": _BATCH,
        "rate": RATES[width], **changes,
    }  # fmt: skip
    return Cell(arm, seed, knobs, SIZES[width], float(knobs["steps"]))


def fixed_steps(width: int, inverse: int) -> str:
    """An arm of 512 steps at a share of 1/inverse."""
    return f"{SIZES[width]} 1/{inverse}"


def equal_exposures(inverse: int) -> str:
    """An arm with the exposures that a share of 1/16 gives; at 1/16 that of the fixed steps."""
    name = fixed_steps(SMALL, inverse)
    return name if inverse == EQUAL else f"{name}, equal exposures"


def spaced(gap: int) -> str:
    """An arm of 38K parameters at a share of 1/64, in rows of examples that many steps apart."""
    name = fixed_steps(MIDDLE, 64)
    return name if gap == 1 else f"{name}, every {gap} steps"


def all_arms() -> Iterator[tuple[str, int, int, dict[str, float]]]:
    """Arms with width, inverse share and changed knobs: first those that the verdict hangs on."""
    yield fixed_steps(SMALL, 16), SMALL, 16, {}
    yield fixed_steps(LARGE, 16), LARGE, 16, {}
    yield fixed_steps(SMALL, 4), SMALL, 4, {}
    for gap, burst in BURSTS.items():
        yield spaced(gap), MIDDLE, 64, {"burst": burst}
    for width in (SMALL, MIDDLE, 16, LARGE, 128):
        for inverse in FIXED[width]:
            yield fixed_steps(width, inverse), width, inverse, {}
    for inverse in EQUALS:
        steps = STEPS * inverse // EQUAL
        yield equal_exposures(inverse), SMALL, inverse, {"steps": steps}

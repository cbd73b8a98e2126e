"""Logits of rows with penalties, biases or constraints, prepared for exact sampling.

Maxima and masses of the vocabulary's tiles are computed again for these rows, so that the draw is
as exact as for others. Penalties change few tiles, a constraint changes all of them.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from underdog.engines.openvino.compiled.decoder import Floats, Logits
from underdog.engines.openvino.compiled.weights import TILE
from underdog.engines.shaping.shaper import Shaper

Ints = NDArray[np.int64]


_SMALL_DROP = 4.0


def shaped(logits: Logits, rows: Ints, shapers: Sequence[Shaper]) -> tuple[Logits, list[bool]]:
    """Shaped copies of the rows' logits, and whether each row has an allowed token left."""
    values = logits.values_MV[rows]
    cooling = logits.cooling_M[rows]
    tile_max = logits.tile_max_MN[rows]
    cooled = logits.tile_mass_cooled_MN[rows]
    possible: list[bool] = []
    for place, shaper in enumerate(shapers):
        possible.append(shaper.shape(values[place]))
        tiles = values[place].reshape(-1, TILE)
        _retile(tiles, tile_max[place], cooled[place], cooling[place], shaper.touched)
    return Logits(values, tile_max, logits.tile_mass_MN[rows], cooled, cooling), possible


def _retile(
    tiles: Floats, tile_max: Floats, cooled: Floats, cooling: np.float32, touched: Ints | None
) -> None:
    """Update a row's tile maxima and cooled masses in place, only touched tiles where possible."""
    before = tile_max.max()
    changed = None if touched is None else np.unique(touched // TILE)
    if changed is not None:
        tile_max[changed] = tiles[changed].max(axis=1)
        risen = (tile_max.max() - before) * cooling
        if risen < -_SMALL_DROP:  # masses that had been rounded to 0 may matter now
            changed = None
        else:
            cooled *= np.exp(-risen)
    if changed is None:
        tiles.max(axis=1, out=tile_max)
    places = slice(None) if changed is None else changed
    with np.errstate(over="ignore"):
        below = (tiles[places] - tile_max.max()) * cooling
    cooled[places] = np.exp(below).sum(axis=1)

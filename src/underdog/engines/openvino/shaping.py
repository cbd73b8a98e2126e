"""The logits of rows with penalties, biases or constraints, ready for the exact draw.

The changed rows get tile numbers of their own, so that the draw from them is as exact as any other.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from underdog.engines.openvino.decoder import Logits
from underdog.engines.openvino.weights import TILE
from underdog.engines.shaping.shaper import Shaper

Ints = NDArray[np.int64]


def shaped(logits: Logits, rows: Ints, shapers: Sequence[Shaper]) -> tuple[Logits, list[bool]]:
    """The logits that each shaper makes of its row, and whether they leave any token."""
    values = logits.values_MV[rows]
    cooling = logits.cooling_M[rows]
    num_tiles = values.shape[1] // TILE
    tile_max = np.empty((len(rows), num_tiles), np.float32)
    cooled = np.empty((len(rows), num_tiles), np.float32)
    possible: list[bool] = []
    for place, shaper in enumerate(shapers):
        possible.append(shaper.shape(values[place]))
        tiles = values[place].reshape(num_tiles, TILE)
        tiles.max(axis=1, out=tile_max[place])
        with np.errstate(over="ignore"):
            below = (tiles - tile_max[place].max()) * cooling[place]
        np.exp(below, out=below).sum(axis=1, out=cooled[place])
    return Logits(values, tile_max, logits.tile_mass_MN[rows], cooled, cooling), possible

"""Where the tests find the checkout and the data sets that are not part of it."""

import os
from pathlib import Path

CHECKOUT = Path(__file__).parents[1]
DATA = Path(os.environ.get("UNDERDOG_DATA_DIR") or CHECKOUT.parent / "shared" / "data")
"""Benchmark data: the folder that `UNDERDOG_DATA_DIR` names, else one beside the checkout."""

"""Settings that all tests share."""

import os

from hypothesis import settings

# Test processes run side by side: engines whose threads wait for each other would starve.
os.environ.setdefault("UNDERDOG_THREADS", "1")

settings.register_profile("underdog", deadline=None)
settings.load_profile("underdog")

"""Mixtures: pools at exact token shares, with a bounded gap between exposures."""

"""Studies: arms by seeds, run as cells in processes of their own, judged by a declared test."""

from underdog.registry import Registry
from underdog.studies.study import Study

studies: Registry[Study] = Registry("study", __name__)
"""Studies by name."""

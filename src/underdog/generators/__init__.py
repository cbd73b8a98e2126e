"""Problems written by code: one family per file, each with exact solutions and difficulty knobs.

A family is named by a spec, `addition` or `addition:digits=4`. `underdog.generators.drawing` draws
items from it; `load_task` makes a task of it.
"""

from underdog.core.item import Family
from underdog.registry import Registry

families: Registry[Family] = Registry(
    "family", "underdog.generators", old_group="underdog.tasks.generators"
)

__all__ = ["families"]

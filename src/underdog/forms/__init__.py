"""Ways to write a solution down, one file per form."""

from underdog.core import Form
from underdog.registry import Registry

forms: Registry[Form] = Registry("form", "underdog.forms")

__all__ = ["forms"]

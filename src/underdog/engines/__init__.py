"""Language models that can be called, one file per backend."""

from underdog.core import Engine
from underdog.registry import Registry

engines: Registry[Engine] = Registry("engine", "underdog.engines")

__all__ = ["engines"]

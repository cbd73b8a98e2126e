"""Places where model-written programs may run, one file per kind."""

from underdog.core import Sandbox
from underdog.registry import Registry

sandboxes: Registry[Sandbox] = Registry("sandbox", "underdog.sandbox")

__all__ = ["sandboxes"]

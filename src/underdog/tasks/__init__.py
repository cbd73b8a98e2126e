"""Where problems come from."""

from underdog.core import Task
from underdog.registry import Registry

tasks: Registry[Task] = Registry("task", "underdog.tasks")

__all__ = ["tasks"]

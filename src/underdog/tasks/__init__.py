"""Where problems come from: loaders, the catalogue, and a user's own task in one TOML file.

`load_task` finds a task by name or path; `catalogue` lists what there is. Tasks that are made by
code (generators) enter the registry `tasks` instead of the catalogue.
"""

from underdog.core import Task
from underdog.registry import Registry

tasks: Registry[Task] = Registry("task", "underdog.tasks")

from underdog.tasks.task_catalogue import CatalogueEntry, catalogue, load_task  # noqa: E402

__all__ = ["CatalogueEntry", "catalogue", "load_task", "tasks"]

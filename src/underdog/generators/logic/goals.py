"""Everyday goals with their steps in order, and what changes when something is missing."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Goal:
    """An everyday goal with a plan for it.

    Attributes:
        name: The goal in words.
        steps: Steps to the goal, in a sensible order.
        missing: A thing that may be missing.
        replaced: Index of the step that needs the thing.
        instead: The step that replaces it when the thing is missing.
    """

    name: str
    steps: tuple[str, ...]
    missing: str
    replaced: int
    instead: str


@cache
def goals() -> tuple[Goal, ...]:
    """The goals of `goals.toml`; read on first use."""
    import tomllib

    listed = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return tuple(
        Goal(one["name"], tuple(one["steps"]), one["missing"], one["replaced"], one["instead"])
        for one in listed["goals"]
    )

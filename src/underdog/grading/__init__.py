"""Is this answer right, are these two equal: one grader for data, votes, rewards and evaluation."""

from underdog.core import Checker
from underdog.registry import Registry

checkers: Registry[Checker] = Registry("checker", "underdog.grading")

__all__ = ["checkers"]

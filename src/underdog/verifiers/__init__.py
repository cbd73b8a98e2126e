"""Scores for solutions that never look at gold, one file per verifier."""

from underdog.core import Verifier
from underdog.registry import Registry

verifiers: Registry[Verifier] = Registry("verifier", "underdog.verifiers")

__all__ = ["verifiers"]

"""Ways to spend a budget on one problem, one file per strategy."""

from underdog.core import Strategy
from underdog.registry import Registry

strategies: Registry[Strategy] = Registry("strategy", "underdog.strategies")

__all__ = ["strategies"]

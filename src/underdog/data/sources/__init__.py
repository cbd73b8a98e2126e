"""Training data from a model: one source per file, all run by `collect`.

A source asks a model for something, a solution, a new problem, a rewording, a story, and keeps what
survives checking. Nothing is thrown away: what is refused is kept with the reason.
"""

from underdog.data.sources.source import Ask, Desk, Exchange, Record, Reply, Source
from underdog.registry import Registry

sources: Registry[Source] = Registry("source", "underdog.data.sources")

__all__ = ["Ask", "Desk", "Exchange", "Record", "Reply", "Source", "sources"]

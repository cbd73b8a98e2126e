"""Training data from a model: one source per file, all run by `collect`.

A source asks a model for solutions, new problems, rewordings or stories, and checks each reply.
Rejected replies are kept too, with the reason.
"""

from underdog.data.sources.source import Ask, Desk, Exchange, Record, Reply, Source
from underdog.registry import Registry

sources: Registry[Source] = Registry("source", "underdog.data.sources")

__all__ = ["Ask", "Desk", "Exchange", "Record", "Reply", "Source", "sources"]

"""Sampling the missing replies to an ask, each with its own seed."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from underdog.core import Completion, Engine, EngineInfo, GenerateRequest
from underdog.data.sources.source import Ask, Reply
from underdog.errors import ContextError
from underdog.seeds import derive_each


@dataclass(frozen=True, slots=True)
class Missing:
    """The missing samples of an ask, by number."""

    place: int
    ask: Ask
    numbers: list[int]

    def request(self, root: int, seed: str, info: EngineInfo) -> GenerateRequest:
        """The request to the engine, with 32-bit seeds, which every backend takes.

        Stop strings are for what continues an opening: an engine that may begin anew gets none.
        """
        path = ("source", root, seed, digest(self.place, self.ask))
        seeds = tuple(one >> 32 for one in derive_each(path, self.numbers))
        params = self.ask.params
        if self.ask.prompt.prefix and not info.continues:
            params = replace(params, stop=())
        return GenerateRequest(self.ask.prompt, params, seeds)

    def replies(self, rows: Sequence[Completion], info: EngineInfo) -> dict[int, Reply]:
        """The replies, by number of the sample."""
        made = (Reply.of(self.ask, row, info.continues) for row in rows)
        return dict(zip(self.numbers, made, strict=True))


async def sampled(engine: Engine, requests: Sequence[GenerateRequest]) -> list[list[Completion]]:
    """Completions of every request; a prompt too long for the model fails only its own request."""
    try:
        return await engine.generate(requests)
    except ContextError as error:
        if len(requests) > 1:
            return [(await sampled(engine, [one]))[0] for one in requests]
        why = f"ContextError: {error}"
        return [[Completion("", "error", seed, error=why) for seed in requests[0].seeds]]


def digest(place: int, ask: Ask) -> str:
    """Digest of an ask, unique among the asks of a seed and step."""
    prompt = [[turn.role, turn.content] for turn in ask.prompt.messages]
    content = json.dumps([place, ask.engine, prompt, ask.prompt.prefix, ask.params.settings()])
    return hashlib.blake2b(content.encode(), digest_size=8).hexdigest()

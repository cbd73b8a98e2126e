"""An engine of underdog, named by its spec."""

import asyncio
import atexit
from collections.abc import Sequence

from wire import Generate, answer

from underdog.core import GenerateRequest, Message, Prompt, SamplingParams
from underdog.engines.opening import open_engine


def load(model: str) -> Generate:
    """Open the engine; prompts are asked as the user's turn."""
    loop = asyncio.new_event_loop()
    engine = open_engine(model)
    atexit.register(lambda: loop.run_until_complete(engine.aclose()))

    def generate(prompts: Sequence[str], samples: int, max_tokens: int) -> int:
        params = SamplingParams(temperature=0.8, top_p=0.95, max_tokens=max_tokens)
        asked = [
            GenerateRequest(Prompt((Message("user", text),)), params, tuple(range(samples)))
            for text in prompts
        ]
        rows = loop.run_until_complete(engine.generate(asked))
        return sum(one.usage.generated_tokens for row in rows for one in row)

    return generate


if __name__ == "__main__":
    answer(load)

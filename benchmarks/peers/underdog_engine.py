"""An engine of underdog, named by its spec; its model's ends of turn are taken away."""

import asyncio
import atexit
import os
from typing import Any

from wire import TEMPERATURE, TOP_P, Generate, Settings, Work, answer

from underdog.core import Engine, GenerateRequest, Message, Prompt, SamplingParams
from underdog.engines.opening import open_engine


def load(settings: Settings) -> Generate:
    """Open the engine; `rows` is how many rows a spec without an engine is opened for."""
    os.environ["UNDERDOG_THREADS"] = str(settings.threads)
    loop = asyncio.new_event_loop()
    engine = open_engine(settings.model, rows=settings.number("rows", 0))
    _never_end(engine)
    atexit.register(lambda: loop.run_until_complete(engine.aclose()))
    top_k = settings.number("top_k", 0)

    def generate(work: Work) -> int:
        params = SamplingParams(
            temperature=TEMPERATURE, top_p=TOP_P, top_k=top_k, max_tokens=work.max_tokens
        )
        asked = [
            GenerateRequest(Prompt((Message("user", text),)), params, tuple(range(work.samples)))
            for text in work.prompts
        ]
        rows = [one for row in loop.run_until_complete(engine.generate(asked)) for one in row]
        if failed := next((one.error for one in rows if one.finish == "error"), None):
            raise SystemExit(failed)
        return sum(one.usage.generated_tokens for one in rows)

    return generate


def _never_end(engine: Engine) -> None:
    """Make every reply as long as it may be, as other sides are told to with an option of theirs.

    Our engines have no such option, for nobody wants such replies; so it is done from outside.
    """
    if engine.info.engine == "openvino":
        object.__setattr__(vars(engine)["_vocabulary"], "ends", ())
    if engine.info.engine == "llama_cpp":
        from underdog.engines.llama_cpp import engine as llama_cpp

        neutral: dict[str, Any] = vars(llama_cpp)["_NEUTRAL"]
        neutral["ignore_eos"] = True


if __name__ == "__main__":
    answer(load)

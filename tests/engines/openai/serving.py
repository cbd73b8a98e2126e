"""Answers of an endpoint, and a row sampled from it."""

from collections.abc import Callable
from typing import Any

from tests.engines.conftest import ask
from tests.engines.openai.endpoint import Asked, Reply
from underdog.core import Completion, GenerateRequest, SamplingParams
from underdog.engines.openai.engine import OpenAIEngine
from underdog.engines.openai.retry import Patience
from underdog.engines.sync import SyncEngine

MODELS = {"data": [{"id": "small", "max_model_len": 4096}]}
FAST = Patience(retries=2, first_pause_s=0.001, longest_pause_s=0.01, timeout_s=20)
KEY = "sk-secret-of-the-test"


def choice(text: str = " seven", index: int = 0, **more: Any) -> dict[str, Any]:
    logprobs = {
        "tokens": [text],
        "token_logprobs": [-0.5],
        "top_logprobs": [{text: -0.5, "x": -2.0}],
    }
    return {"index": index, "text": text, "finish_reason": "stop", "logprobs": logprobs} | more


def answer(*choices: dict[str, Any], prompt: int = 10, generated: int = 1) -> Reply:
    usage = {"prompt_tokens": prompt, "completion_tokens": generated}
    return Reply({"choices": list(choices) or [choice()], "usage": usage})


def scripted(complete: Callable[[Asked], Reply], models: Reply | None = None) -> Any:
    def script(asked: Asked) -> Reply:
        if asked.path.partition("?")[0].endswith("/models"):
            return models or Reply(MODELS)
        if asked.path == "/props":
            return Reply({"error": "none"}, status=404)
        return complete(asked)

    return script


def sample(
    url: str,
    params: SamplingParams = SamplingParams(),
    seeds: tuple[int, ...] = (1,),
    **options: Any,
) -> tuple[list[Completion], OpenAIEngine]:
    prefix = options.pop("prefix", "")
    options = {"template": "chatml", "patience": FAST} | options
    engine = OpenAIEngine(url, **options)
    with SyncEngine(engine) as sync:
        [rows] = sync.generate([GenerateRequest(ask("3+4?", prefix), params, seeds)])
    return rows, engine

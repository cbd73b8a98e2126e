"""Sources on a chat endpoint, whose replies may begin anew."""

import asyncio

import pytest

from tests.data.sources.scripted_sources import EGGS, EGGS_PROGRAM, reasons
from tests.engines.openai.endpoint import Asked, Reply, endpoint
from tests.engines.openai.serving import FAST, scripted
from underdog.core import Sandbox
from underdog.data.sources.collecting.collect import collect
from underdog.data.sources.collecting.collection import Collection
from underdog.engines.openai.engine import OpenAIEngine
from underdog.grading import open_checker


@pytest.mark.parametrize(
    "said",
    [
        EGGS_PROGRAM,
        f"Here is the function:\n\n{EGGS_PROGRAM}",
        EGGS_PROGRAM.partition("solution():\n")[2],
    ],
    ids=["whole", "after words", "continued"],
)
def test_a_program_of_a_chat_endpoint_is_taken(said: str, sandbox: Sandbox) -> None:
    def complete(asked: Asked) -> Reply:
        text = said
        for stop in asked.body.get("stop", ()):
            text = text.partition(stop)[0]
        return Reply({"choices": [{"message": {"content": text}, "finish_reason": "stop"}]})

    with endpoint(scripted(complete)) as server:
        made = asyncio.run(collected(server.url, sandbox))
    assert reasons(made) == [""]


async def collected(url: str, sandbox: Sandbox) -> Collection:
    engine = OpenAIEngine(url, patience=FAST)
    try:
        return await collect(
            "self:k=1,form=program",
            [EGGS],
            {"main": engine},
            checker=open_checker("numeric"),
            sandbox=sandbox,
        )
    finally:
        await engine.aclose()

"""Sources on a chat endpoint, whose replies may begin anew."""

import pytest

from tests.data.sources.scripted_sources import EGGS, EGGS_PROGRAM, reasons, together
from tests.engines.openai.endpoint import Asked, Reply, endpoint
from tests.engines.openai.serving import FAST, scripted
from underdog.core import Sandbox
from underdog.engines.openai.engine import OpenAIEngine


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
        engine = OpenAIEngine(server.url, patience=FAST)
        made = together("self:k=1,form=program", [EGGS], engine, sandbox)
    assert reasons(made) == [""]

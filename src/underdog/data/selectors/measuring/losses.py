"""Mean losses of texts under an engine, each after a prompt.

A loss is the mean of −log p over the tokens of a text, in nats. A text without a question follows
an empty user's turn, so that chat templates stay intact. One forward pass per text.
"""

from collections.abc import Sequence
from itertools import takewhile

from underdog.core import Message, Prompt, ScoreRequest
from underdog.core.example import Example
from underdog.engines.sync import SyncEngine
from underdog.errors import UsageError

NOTHING = Prompt((Message("user", ""),))
_CHUNK = 512


def losses(engine: SyncEngine, pairs: Sequence[tuple[Prompt, str]]) -> list[float | None]:
    """Mean loss of each text after its prompt; `None` for a text without tokens.

    Raises:
        UsageError: The engine cannot score text.
    """
    if not engine.info.scores:
        raise UsageError(f"{engine.info.engine} cannot score text; use openvino or llama_cpp")
    found: list[float | None] = []
    for start in range(0, len(pairs), _CHUNK):
        requests = [ScoreRequest(prompt, text) for prompt, text in pairs[start : start + _CHUNK]]
        for score in engine.score(requests):
            count = len(score.logprobs)
            found.append(-score.total / count if count else None)
    return found


def asked(example: Example) -> Prompt:
    """The turns of an example before its first trained-on text, as a prompt."""
    read = takewhile(lambda segment: segment.weight <= 0, example.segments)
    turns = [*Example(example.id, tuple(read)).messages]
    opening = turns.pop().content if turns and turns[-1].role == "assistant" else ""
    return Prompt(tuple(turns) or NOTHING.messages, opening)

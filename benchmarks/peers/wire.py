"""How a peer is driven: a line of JSON for each thing it is asked, a line for each thing it did.

The first argument says what to load. Then every line on standard input is a cell to run, and its
answer is a line of JSON behind `MARK` on standard output, where libraries may print as they like.
Between an answer and the next question nothing runs, so that whoever asks can read the process's
memory and processor time. Uses the standard library only.
"""

import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

MARK = "@peer "


@dataclass(frozen=True, slots=True)
class Settings:
    """What to load.

    Attributes:
        model: File, folder or spec.
        threads: Threads to compute with.
        options: What was written behind the model, `name=value`.
    """

    model: str
    threads: int
    options: Mapping[str, str]

    def number(self, name: str, default: int) -> int:
        """An option that is a whole number."""
        return int(self.options.get(name, default))


@dataclass(frozen=True, slots=True)
class Work:
    """Replies to sample, each exactly `max_tokens` long where the engine can be told so.

    Attributes:
        prompts: What is asked, as the user's turn.
        samples: Replies to each.
        max_tokens: Tokens of a reply.
    """

    prompts: Sequence[str]
    samples: int
    max_tokens: int


TEMPERATURE, TOP_P = 0.8, 0.95

Generate = Callable[[Work], int]
"""Does the work and says how many tokens were generated."""


def answer(load: Callable[[Settings], Generate]) -> None:
    """Load, generate one token, and then run what is asked until standard input ends."""
    task = json.loads(sys.argv[1])
    generate = load(Settings(task["model"], task["threads"], task["options"]))
    _say(generate, Work(task["warming"], 1, 1))
    for line in sys.stdin:
        _say(generate, Work(**json.loads(line)))


def _say(generate: Generate, work: Work) -> None:
    begun = time.perf_counter()
    tokens = generate(work)
    seconds = time.perf_counter() - begun
    said = json.dumps({"tokens": tokens, "seconds": seconds, "ended_at": time.monotonic()})
    sys.stdout.write(f"\n{MARK}{said}\n")
    sys.stdout.flush()

"""Runs a source on scripted engines."""

import asyncio
from collections.abc import Callable, Sequence

from underdog.core import Engine, ModelShape, Problem, Prompt, Question, Sandbox, Usage
from underdog.data.sources.collecting.collect import collect
from underdog.data.sources.collecting.collection import Collection
from underdog.data.sources.documents import passages
from underdog.data.sources.stories import story_seeds
from underdog.engines.scripted import ScriptedEngine
from underdog.grading import open_checker

EGGS = Problem(
    Question("eggs", "demo", "Mia has 12 boxes with 6 eggs in each box. How many eggs has Mia?"),
    "72",
    "train",
)
PENS = Problem(
    Question("pens", "demo", "Ali buys 5 pens at $3 each and pays with $20. What is his change?"),
    "5",
    "train",
)
PASSAGE = (
    "The mill on the Wend was built in 1790 by two brothers. It ground barley until a flood broke "
    "its wheel in 1861. Today the mill houses a small museum of clocks."
)
EGGS_CHAIN = "Mia has 12 * 6 = 72 eggs.\nThe answer is 72."
EGGS_PROGRAM = (
    "```python\ndef solution():\n    boxes = 12\n    per_box = 6\n"
    "    eggs = boxes * per_box\n    return eggs\n```"
)
SHAPE = ModelShape(num_params=1000)


def together(
    source: object,
    problems: Sequence[Problem],
    engine: Engine | dict[str, Engine] | str | Callable[[Prompt, int], str],
    sandbox: Sandbox,
    checker: str = "numeric",
    **options: object,
) -> Collection:
    """Collect to the end, synchronously."""
    if isinstance(engine, str) or callable(engine):
        engine = ScriptedEngine(engine)
    engines = engine if isinstance(engine, dict) else {"main": engine}
    return asyncio.run(
        collect(
            source, problems, engines, checker=open_checker(checker), sandbox=sandbox, **options
        )
    )


def seeds_for(spec: str) -> list[Problem]:
    """Seeds that a source can work on."""
    if spec.startswith("stories"):
        return list(story_seeds(2))
    if spec.startswith("documents"):
        return list(passages([PASSAGE, "A pond lies behind the mill. It freezes each winter."]))
    return [EGGS, PENS]


def engines_for(spec: str, make: Callable[[], ScriptedEngine]) -> dict[str, Engine]:
    """Engines in all roles that a source asks."""
    roles = ("main", "weak", "strong") if spec.startswith("matched") else ("main",)
    return {role: make() for role in roles}


def total(made: Collection) -> Usage:
    """What the records of a collection cost together."""
    return sum((record.usage for record in made.records), Usage())


def reasons(made: Collection) -> list[str]:
    return [record.reason for record in made.records]


def asked(prompt: Prompt) -> str:
    """The text of the last turn."""
    return prompt.messages[-1].content

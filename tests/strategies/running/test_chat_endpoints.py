"""The driver with a chat endpoint: what it asks, what it reads, and what reaches a solution."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from tests.engines.openai.endpoint import Asked, Endpoint, Reply, endpoint
from tests.engines.openai.serving import FAST, scripted
from underdog.core import NeedsContinuation, Outcome, Price, Question
from underdog.engines.openai.engine import OpenAIEngine
from underdog.errors import UsageError
from underdog.forms.answer import AnswerOnly
from underdog.grading import checkers
from underdog.runs.store.memory_store import MemoryStore
from underdog.sandbox.probing import open_sandbox
from underdog.strategies import strategies
from underdog.strategies.running.bench import Bench
from underdog.strategies.running.run import solve
from underdog.tasks.single import SingleQuestion

QUESTION = Question("q", "t", "How much is 1 + 2?")
PRICE = Price(prompt_usd=1.0, cached_prompt_usd=0.5, generated_usd=4.0)


class FillIn(AnswerOnly, NeedsContinuation):
    """A form whose reply makes no sense without its opening."""

    name = "fill_in"


def play(
    complete: Callable[[Asked], Reply], form: str = "program", n: int = 3
) -> tuple[Outcome, Endpoint]:
    with endpoint(scripted(complete)) as server:
        sandbox = open_sandbox("monty")
        engine = OpenAIEngine(server.url, patience=FAST, price=PRICE)
        bench = Bench(
            engines={"main": engine},
            form=form,
            task=SingleQuestion(QUESTION.text, checkers.create("numeric")),
            sandbox=sandbox,
            store=MemoryStore(),
            forms={"fill_in": FillIn()},
        )

        async def once() -> Outcome:
            try:
                return await solve(strategies.create(f"majority:n={n}"), QUESTION, bench)
            finally:
                await engine.aclose()
                sandbox.close()

        return asyncio.run(once()), server


def said(text: str, **usage: Any) -> Reply:
    choice = {"message": {"content": text}, "finish_reason": "stop"}
    return Reply({"choices": [choice], "usage": usage})


def test_what_the_endpoint_bills_reaches_each_solution() -> None:
    counts = iter([(60, 0, 9), (61, 40, 8), (60, 60, 7)])

    def complete(asked: Asked) -> Reply:
        prompt, cached, made = next(counts)
        details = {"cached_tokens": cached}
        return said(
            "```python\ndef solution():\n    return 3\n```",
            prompt_tokens=prompt,
            completion_tokens=made,
            prompt_tokens_details=details,
        )

    outcome, server = play(complete)
    assert outcome.decision.answer == "3"
    assert all("stop" not in asked.body for asked in server.completions)
    billed = sorted(one.usage.cost_usd for one in outcome.solutions)
    expected = [(60 + 36) / 1e6, (21 + 20 + 32) / 1e6, (30 + 28) / 1e6]
    assert billed == pytest.approx(sorted(expected))
    assert sorted(one.usage.generated_tokens for one in outcome.solutions) == [7, 8, 9]


def test_a_form_that_needs_continuation_is_refused_before_anything_is_asked() -> None:
    asked: list[Asked] = []

    def complete(one: Asked) -> Reply:
        asked.append(one)
        return said("3")

    with pytest.raises(UsageError, match="'fill_in' needs an engine that continues"):
        play(complete, form="fill_in")
    assert not asked


def test_the_solution_holds_the_reply_as_it_was() -> None:
    reply = "Here:\n```python\ndef solution():\n    return 3\n```\nDone."
    outcome, _ = play(lambda asked: said(reply), n=1)
    assert outcome.solutions[0].text == reply
    bare, _ = play(lambda asked: said("3"), form="answer", n=1)
    assert (bare.solutions[0].text, bare.decision.answer) == ("The answer is 3", "3")

"""Money against a real local endpoint: what it bills is charged, and a cap is never passed."""

import asyncio
import time
from collections.abc import Callable, Iterator

import pytest

from tests.engines.openai.endpoint import Asked, Endpoint, Reply, endpoint
from tests.strategies.running.test_run import QUESTION, NoSandbox, Sums
from underdog.core import Budget, Outcome, Price, Question
from underdog.engines.openai import OpenAIEngine
from underdog.engines.openai.retry import Patience
from underdog.runs.replay import PoolView, ReplayEngine
from underdog.runs.store.memory_store import MemoryStore
from underdog.strategies import strategies
from underdog.strategies.running.bench import Bench
from underdog.strategies.running.run import solve

PROMPT, MADE = 60, 8
PRICE = Price(prompt_usd=1.0, generated_usd=1.0)


class Till:
    """An endpoint that bills what it states, with the sum of its bills."""

    def __init__(self, price: Price, share: bool = False, cached: int = 0) -> None:
        self.price, self.share, self.cached = price, share, cached
        self.billed_usd = 0.0
        self.rows = 0

    def __call__(self, asked: Asked) -> Reply:
        if asked.body is None:
            return Reply({"data": [{"id": "m"}]})
        rows = asked.body.get("n", 1) if self.share else 1
        self.rows += rows
        price = self.price
        self.billed_usd += (
            (PROMPT - self.cached) * price.prompt_usd
            + self.cached * price.cached_prompt_usd
            + rows * MADE * price.generated_usd
        ) / 1e6
        usage = {
            "prompt_tokens": PROMPT,
            "completion_tokens": rows * MADE,
            "prompt_tokens_details": {"cached_tokens": self.cached},
        }
        text = f"The answer is {40 + self.rows % 3}."
        choice = {"message": {"content": text}, "finish_reason": "stop"}
        return Reply({"choices": [{"index": i, **choice} for i in range(rows)], "usage": usage})


Serve = Callable[..., tuple[Till, Bench, Endpoint]]


@pytest.fixture
def serve() -> Iterator[Serve]:
    opened: list[tuple[Endpoint, OpenAIEngine]] = []

    def start(price: Price = PRICE, share: bool = False, cached: int = 0):
        till = Till(price, share, cached)
        server = endpoint(till)
        there = server.__enter__()
        engine = OpenAIEngine(
            there.url,
            "m",
            template="none",
            concurrency=1,
            share_prompt=share,
            price=price,
            patience=Patience(retries=0),
        )
        opened.append((server, engine))
        return till, Bench({"main": engine}, "cot", Sums(), NoSandbox(), MemoryStore()), there

    yield start
    for server, _ in opened:
        server.__exit__(None, None, None)


def run(
    spec: str, bench: Bench, budget: Budget = Budget(), question: Question = QUESTION
) -> Outcome:
    async def play() -> Outcome:
        try:
            return await solve(strategies.create(spec), question, bench, budget)
        finally:
            await bench.engines["main"].aclose()

    return asyncio.run(play())


@pytest.mark.parametrize("spec", ["majority:n=16", "greedy", "adaptive:max_n=7,wave=2,level=0.999"])
@pytest.mark.parametrize("price", [PRICE, Price(3.0, 0.3, 15.0), Price(0.0, 0.0, 2.0)])
def test_every_row_is_charged_as_it_is_billed(serve: Serve, spec: str, price: Price) -> None:
    till, bench, _ = serve(price)
    outcome = run(spec, bench)
    assert outcome.usage.cost_usd == pytest.approx(till.billed_usd)
    if spec == "majority:n=16" and price == PRICE:
        assert outcome.usage.cost_usd == pytest.approx(16 * (PROMPT + MADE) * 1e-6)


def test_cached_prompts_cost_what_the_endpoint_says(serve: Serve) -> None:
    till, bench, _ = serve(Price(4.0, 0.5, 8.0), cached=45)
    outcome = run("majority:n=5", bench)
    assert till.rows == 5
    assert outcome.usage.cost_usd == pytest.approx(till.billed_usd)


def test_one_prompt_for_many_choices_is_billed_once_a_request(serve: Serve) -> None:
    till, bench, _ = serve(share=True)
    outcome = run("majority:n=6", bench)
    assert till.billed_usd == pytest.approx((PROMPT + 6 * MADE) * 1e-6)
    assert outcome.usage.cost_usd == pytest.approx(till.billed_usd)


@pytest.mark.parametrize("rows", [0, 1, 2, 5, 30])
def test_a_cap_in_money_is_never_passed(serve: Serve, rows: int) -> None:
    till, bench, _ = serve()
    alone = run("greedy", bench)
    cost = alone.usage.cost_usd
    till.billed_usd = 0.0
    fresh = Bench(bench.engines, "cot", Sums(), NoSandbox(), MemoryStore(), max_tokens=MADE)
    for cap in (rows * cost, rows * cost * 20, rows * cost * 3.7):
        before = till.billed_usd
        outcome = run("majority:n=16", fresh, Budget(cost_usd=cap))
        assert outcome.usage.cost_usd <= cap
        assert till.billed_usd - before <= cap + 1e-15
        if len(outcome.solutions) < 16:
            assert outcome.stopped_by == "cost_usd"


def test_a_stored_row_costs_its_bill_and_at_another_price_its_whole_prompt(serve: Serve) -> None:
    till, bench, _ = serve()
    first = run("majority:n=4", bench)
    again = run("majority:n=4", bench)
    assert again.usage.cost_usd == first.usage.cost_usd == pytest.approx(till.billed_usd)
    fingerprint = bench.engines["main"].info.fingerprint
    view = PoolView(bench.store, prices={fingerprint: Price(10.0, 0.0, 100.0)})
    engine = ReplayEngine(bench.engines["main"].info)
    replayed = run("majority:n=4", Bench({"main": engine}, "cot", Sums(), NoSandbox(), view))
    assert replayed.usage.cost_usd == pytest.approx(4 * (PROMPT * 10 + MADE * 100) * 1e-6)


def test_a_row_takes_the_time_that_it_took(serve: Serve) -> None:
    _, bench, _ = serve()
    began = time.monotonic()
    outcome = run("majority:n=3", bench)
    elapsed = time.monotonic() - began
    assert 0 < outcome.usage.seconds <= elapsed
    assert 0 < outcome.usage.wall_s <= elapsed

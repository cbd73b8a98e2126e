"""The wall clock is shared among calls in flight: their shares never add up to more than it."""

import asyncio
import time
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from tests.strategies.running.test_run import bench
from underdog.core import Usage
from underdog.engines.scripted import ScriptedEngine
from underdog.strategies import strategies
from underdog.strategies.running.pricing import sample_cost
from underdog.strategies.running.run import solve
from underdog.strategies.running.wall_clock import CallTimes, WallClock


class Hand:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_calls_side_by_side_share_the_time() -> None:
    hand = Hand()
    clock = WallClock(hand)
    with clock.timing(1) as first:
        hand.now_s += 3
        with clock.timing(2) as second:
            hand.now_s += 6
        hand.now_s += 1
    assert (first.latency_s, second.latency_s) == (10.0, 6.0)
    assert (first.share_s, second.share_s) == (3 + 2 + 1, 2.0)


def test_time_between_calls_belongs_to_none() -> None:
    hand = Hand()
    clock = WallClock(hand)
    for _ in range(2):
        hand.now_s += 50
        with suppress(KeyError), clock.timing(4) as measured:
            hand.now_s += 2
            raise KeyError
        assert (measured.latency_s, measured.share_s) == (2.0, 0.5)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9), st.booleans()), max_size=30))
def test_shares_never_exceed_the_clock(steps: list[tuple[int, int, bool]]) -> None:
    hand = Hand()
    clock = WallClock(hand)
    open_calls: list = []
    given_s = 0.0

    def leave() -> float:
        rows, call, measured = open_calls.pop(0)
        call.__exit__(None, None, None)
        return rows * measured.share_s

    for rows, passed, leaves in steps:
        if leaves and open_calls:
            given_s += leave()
        else:
            call = clock.timing(rows)
            open_calls.append((rows, call, call.__enter__()))
        hand.now_s += passed
    while open_calls:
        given_s += leave()
    assert given_s <= hand.now_s - 100.0 + 1e-9


def test_the_engines_own_latency_wins() -> None:
    measured = CallTimes(latency_s=8.0, share_s=4.0)
    info = ScriptedEngine("").info
    for told, expected in ((5.0, 5.0), (0.0, 8.0)):
        usage = sample_cost(Usage(seconds=told), 3, info, measured, failed=False)
        assert (usage.seconds, usage.wall_s, usage.calls) == (expected, 4.0, 1)


def test_an_arms_seconds_are_no_more_than_its_wall_clock() -> None:
    async def pause() -> None:
        await asyncio.sleep(0.05)

    on = bench(ScriptedEngine("The answer is 4.", pause=pause))
    questions = [f"q{place}" for place in range(8)]

    async def all_at_once() -> list[Usage]:
        from dataclasses import replace

        from tests.strategies.running.test_run import QUESTION

        strategy = strategies.create("weighted:n=4,verifier=p_true,temperature=0")
        asked = [solve(strategy, replace(QUESTION, id=one), on) for one in questions]
        return [outcome.usage for outcome in await asyncio.gather(*asked)]

    started_s = time.monotonic()
    usages = asyncio.run(all_at_once())
    passed_s = time.monotonic() - started_s
    total = sum(usages, Usage())
    assert 0 < total.wall_s <= passed_s
    assert all(usage.seconds >= 0.1 for usage in usages)
    assert total.seconds > total.wall_s

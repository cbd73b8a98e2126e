"""The driver: runs a strategy on a question and performs its actions under a budget.

Here strategies meet engines, verifiers and the rollout store. Solutions are drawn from pools
(`core.rollout`): stored solutions are read, missing ones sampled and stored before the strategy
sees them. Stored solutions are charged as if they had been sampled now, so that an outcome does not
depend on the contents of the store.
"""

import asyncio
from collections.abc import Callable, Sequence

from underdog.core import (
    Budget,
    Decision,
    Outcome,
    PoolKey,
    Question,
    Quick,
    Sample,
    Score,
    Solution,
    Strategy,
)
from underdog.errors import ContextError, UnsupportedError
from underdog.strategies.running.bench import Bench
from underdog.strategies.running.draw import PoolDraw
from underdog.strategies.running.ledger import Ledger
from underdog.strategies.running.pricing import prompt_length, wave_cost
from underdog.strategies.running.sampled_solutions import read_again, read_rows
from underdog.strategies.running.scoring import VerifierFailure, check_verifier, score_solutions
from underdog.strategies.voting import decide


async def solve(
    strategy: Strategy, question: Question, bench: Bench, budget: Budget = Budget()
) -> Outcome:
    """Run a strategy on one question.

    Raises:
        OracleError: The strategy asked for a verifier that sees gold.
        EngineError: The engine cannot work at all; a prompt that is too long is instead recorded
            in the outcome's `error`.
    """
    return await _Run(strategy, question, bench, budget).finish()


class _Run:
    """The state of one strategy on one question."""

    def __init__(
        self, strategy: Strategy, question: Question, bench: Bench, budget: Budget
    ) -> None:
        self._strategy = strategy
        self._question = question
        self._bench = bench
        self._ledger = Ledger(budget)
        self._drawn: dict[PoolKey, int] = {}
        self._read: dict[tuple[str, str], int] = {}
        self._pools: dict[tuple[str, str], PoolKey] = {}
        self._solutions: list[Solution] = []
        self._sampled = 0
        self._read_again = 0

    async def finish(self) -> Outcome:
        error, verifier_failed = None, False
        try:
            decision = await self._follow()
        except VerifierFailure as problem:
            error, verifier_failed = str(problem), True
            decision = Decision(None, reason="the verifier failed")
        except ContextError as problem:
            error = str(problem)
            decision = decide(self._solutions, "error")
        return Outcome(
            problem_id=self._question.id,
            strategy=self._strategy.name,
            decision=decision,
            solutions=tuple(self._solutions),
            usage=self._ledger.usage,
            sampled=self._sampled,
            stopped_by=self._ledger.stopped_by,
            error=error,
            verifier_failed=verifier_failed,
            read_again=self._read_again,
        )

    async def _follow(self) -> Decision:
        steps = self._strategy.solve(self._question)
        try:
            action = next(steps)
            while True:
                if isinstance(action, Sample):
                    reply = await self._sample(action)
                else:
                    reply = await self._score(action)
                action = steps.send(reply)
        except StopIteration as stop:
            return stop.value
        finally:
            steps.close()

    async def _sample(self, action: Sample) -> tuple[Solution, ...]:
        draw = PoolDraw.plan(action, self._question, self._bench)
        self._pools[action.engine, draw.form.name] = draw.pool
        got: list[Solution] = []
        while len(got) < draw.count:
            wave, draw = await self._wave(draw, draw.count - len(got))
            if not wave:
                break
            got.extend(wave)
        return tuple(got)

    async def _wave(self, draw: PoolDraw, wanted: int) -> tuple[list[Solution], PoolDraw]:
        """The next solutions, as many as fit at worst-case cost; none when the budget is spent."""
        start = self._drawn.get(draw.pool, 0)
        stored = self._bench.store.solutions(draw.pool, start, wanted)
        read = self._read.get(draw.prompt_key, 0)
        count = self._ledger.admit(wanted, *draw.worst(read))
        left = self._ledger.tokens_left()
        if count == 0 and not self._solutions and left and self._ledger.stopped_by != "calls":
            draw = draw.shortened(min(left, draw.params.max_tokens))
            stored = self._bench.store.solutions(draw.pool, start, 1)
            count = self._ledger.admit(1, *draw.worst(read))
        kept = await self._read_stored(draw, stored[:count])
        have = {solution.index: solution for solution in kept}
        missing = [index for index in range(start, start + count) if index not in have]
        for solution in await self._sample_now(draw, missing):
            have[solution.index] = solution
        wave = [have[index] for index in sorted(have) if index < start + count]
        self._book(draw, wave)
        return wave, draw

    def _book(self, draw: PoolDraw, wave: Sequence[Solution]) -> None:
        if not wave:
            return
        usages = [solution.usage for solution in wave]
        read = self._read.get(draw.prompt_key, 0)
        self._ledger.charge(wave_cost(usages, draw.engine.info, read))
        self._read[draw.prompt_key] = prompt_length(usages, read)
        self._drawn[draw.pool] = wave[-1].index + 1
        self._solutions.extend(wave)

    async def _read_stored(self, draw: PoolDraw, stored: Sequence[Solution]) -> Sequence[Solution]:
        """Stored solutions as the present reader reads their texts."""
        old = [solution for solution in stored if solution.reader != draw.reader]
        if not old:
            return stored
        fresh = await self._reading(draw, read_again, draw, old, self._question, self._bench)
        await self._bench.store.keep_readings(draw.pool, fresh)
        self._read_again += len(fresh)
        known = {solution.index: solution for solution in fresh}
        return [known.get(solution.index, solution) for solution in stored]

    async def _reading(
        self,
        draw: PoolDraw,
        read: Callable[..., list[Solution]],
        *arguments: object,
    ) -> list[Solution]:
        """Read replies, in place where that is quick, else in a thread."""
        if isinstance(draw.form, Quick) and isinstance(self._bench.task.checker, Quick):
            return read(*arguments)
        return await asyncio.to_thread(read, *arguments)

    async def _sample_now(self, draw: PoolDraw, indices: Sequence[int]) -> list[Solution]:
        if not indices:
            return []
        try:
            with self._bench.clock.timing(len(indices)) as measured:
                drawn = await draw.generate(indices, self._ledger.seconds_left())
        except UnsupportedError:  # a replay's engine: the pool ends here
            return []
        if len(drawn) < len(indices):
            self._ledger.stopped_by = "seconds"
        solutions = await self._reading(
            draw, read_rows, draw, drawn, self._question, self._bench, measured
        )
        await self._bench.store.keep_solutions(
            draw.pool, [one for one in solutions if one.status != "engine_error"]
        )
        self._sampled += len(solutions)
        return solutions

    async def _score(self, action: Score) -> tuple[Solution, ...]:
        verifier = self._bench.verifier_named(action.verifier)
        check_verifier(verifier)
        scored = await score_solutions(
            verifier,
            action.verifier,
            self._question,
            action.solutions,
            self._pools,
            self._bench,
            self._ledger,
        )
        known = {(one.engine, one.form, one.index): one for one in scored}
        self._solutions = [
            known.get((one.engine, one.form, one.index), one) for one in self._solutions
        ]
        return scored

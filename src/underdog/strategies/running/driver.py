"""Runs a strategy on a question: performs its actions under a budget and returns the outcome.

The driver is the one place where strategies meet engines, verifiers and the rollout store. It
draws solutions from pools (`core.rollout`): what the store has is read, the rest is sampled and
stored before the strategy sees it. Stored solutions are charged as if they had just been sampled,
so that an outcome does not depend on what was cached.
"""

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter

from underdog.core import (
    Budget,
    Completion,
    Decision,
    Engine,
    Form,
    GenerateRequest,
    Outcome,
    PoolKey,
    Prompt,
    Question,
    Quick,
    Reading,
    RolloutStore,
    Sample,
    SamplingParams,
    Sandbox,
    Score,
    Solution,
    Strategy,
    Task,
    Usage,
    Verifier,
)
from underdog.errors import ContextError, UnknownNameError, UnsupportedError
from underdog.forms import forms
from underdog.seeds import derive_each
from underdog.strategies.running.ledger import Ledger, price, prompt_bound_tokens, wave_cost
from underdog.strategies.running.scoring import check_verifier, score_solutions
from underdog.strategies.voting import decide
from underdog.verifiers import verifiers


@dataclass(frozen=True, slots=True)
class Bench:
    """Everything a strategy is run with.

    Attributes:
        engines: Engines by role; `main` is the small model.
        form: The form asked for when a strategy names none.
        task: Gives the checker and worked examples.
        sandbox: Where programs run.
        store: Where rollouts are kept.
        params: Temperature and sampling filters; stop strings and token limit come from the form.
        forms: Forms by name, before the registered ones.
        verifiers: Verifiers by the name that strategies use, before the registered ones.
        root_seed: Every sample's seed is derived from it.
        max_tokens: Overrides the forms' own limits on a reply.
    """

    engines: Mapping[str, Engine]
    form: str
    task: Task
    sandbox: Sandbox
    store: RolloutStore
    params: SamplingParams = SamplingParams()
    forms: Mapping[str, Form] = field(default_factory=dict[str, Form])
    verifiers: Mapping[str, Verifier] = field(default_factory=dict[str, Verifier])
    root_seed: int = 0
    max_tokens: int | None = None

    def form_named(self, name: str) -> Form:
        """The bench's own form of that name, else the registered one."""
        return self.forms.get(name) or forms.create(name)


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
    """One strategy on one question."""

    def __init__(
        self, strategy: Strategy, question: Question, bench: Bench, budget: Budget
    ) -> None:
        self._strategy = strategy
        self._question = question
        self._bench = bench
        self._ledger = Ledger(budget)
        self._drawn: dict[PoolKey, int] = {}
        self._pools: dict[tuple[str, str], PoolKey] = {}
        self._solutions: list[Solution] = []
        self._sampled = 0

    async def finish(self) -> Outcome:
        error = None
        try:
            decision = await self._follow()
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
        draw = _Draw.plan(action, self._question, self._bench)
        self._pools[action.engine, draw.form.name] = draw.pool
        got: list[Solution] = []
        while len(got) < draw.count:
            wave, draw = await self._wave(draw, draw.count - len(got))
            if not wave:
                break
            got.extend(wave)
        return tuple(got)

    async def _wave(self, draw: "_Draw", wanted: int) -> "tuple[list[Solution], _Draw]":
        """Draw as many of the next solutions as surely fit; none when the budget is spent."""
        start = self._drawn.get(draw.pool, 0)
        stored = self._bench.store.solutions(draw.pool, start, wanted)
        count = self._ledger.admit(wanted, *draw.worst(start))
        left = self._ledger.tokens_left()
        if count == 0 and not self._solutions and left and self._ledger.stopped_by != "calls":
            draw = draw.shortened(min(left, draw.params.max_tokens))
            stored = self._bench.store.solutions(draw.pool, start, 1)
            count = self._ledger.admit(1, *draw.worst(start))
        have = {solution.index: solution for solution in stored[:count]}
        missing = [index for index in range(start, start + count) if index not in have]
        for solution in await self._sample_now(draw, missing):
            have[solution.index] = solution
        wave = [have[index] for index in sorted(have) if index < start + count]
        self._book(draw, start, wave)
        return wave, draw

    def _book(self, draw: "_Draw", start: int, wave: Sequence[Solution]) -> None:
        if not wave:
            return
        usages = [solution.usage for solution in wave]
        self._ledger.charge(wave_cost(usages, draw.engine.info, first=start == 0))
        self._drawn[draw.pool] = wave[-1].index + 1
        self._solutions.extend(wave)

    async def _sample_now(self, draw: "_Draw", indices: Sequence[int]) -> list[Solution]:
        if not indices:
            return []
        try:
            rows = await self._generate(draw, indices)
        except UnsupportedError:  # a replay's engine: the pool ends here
            return []
        if len(rows) < len(indices):
            self._ledger.stopped_by = "seconds"
        if isinstance(draw.form, Quick) and isinstance(self._bench.task.checker, Quick):
            solutions = self._read_all(draw, rows)
        else:
            solutions = await asyncio.to_thread(self._read_all, draw, rows)
        await self._bench.store.keep_solutions(
            draw.pool, [one for one in solutions if one.status != "engine_error"]
        )
        self._sampled += len(solutions)
        return solutions

    async def _generate(
        self, draw: "_Draw", indices: Sequence[int]
    ) -> list[tuple[int, Completion]]:
        """Completions by index; with a deadline, those that were finished when it passed."""
        left = self._ledger.seconds_left()
        if left is None:
            request = GenerateRequest(draw.prompt, draw.params, draw.seeds(indices))
            [rows] = await draw.engine.generate([request])
            return list(zip(indices, rows, strict=True))
        tasks = {
            asyncio.create_task(
                draw.engine.generate([GenerateRequest(draw.prompt, draw.params, (seed,))])
            ): at
            for at, seed in zip(indices, draw.seeds(indices), strict=True)
        }
        try:
            done, _ = await asyncio.wait(tasks, timeout=left)
            return sorted(((tasks[task], task.result()[0][0]) for task in done), key=itemgetter(0))
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _read_all(self, draw: "_Draw", rows: Sequence[tuple[int, Completion]]) -> list[Solution]:
        prompt_tokens = max((row.usage.prompt_tokens for _, row in rows), default=0)
        return [self._read(draw, index, row, prompt_tokens) for index, row in rows]

    def _read(self, draw: "_Draw", index: int, row: Completion, prompt_tokens: int) -> Solution:
        text = draw.prompt.prefix + row.text
        reading, key = self._reading(draw, row, text)
        spent = row.usage
        usage = Usage(
            calls=1,
            prompt_tokens=prompt_tokens,
            cached_prompt_tokens=spent.cached_prompt_tokens,
            generated_tokens=spent.generated_tokens,
            seconds=spent.seconds,
        )
        return Solution(
            index=index,
            engine=draw.role,
            form=draw.form.name,
            text=text,
            answer=reading.answer,
            vote_key=key,
            strict=reading.strict,
            status=reading.status,
            finish=row.finish,
            trace=row.trace,
            usage=price(usage, draw.engine.info),
            detail=reading.detail,
        )

    def _reading(self, draw: "_Draw", row: Completion, text: str) -> tuple[Reading, str | None]:
        """What a reply says, and its vote key; a reply cut before its answer says nothing."""
        if row.finish in ("error", "cancelled"):
            return Reading(None, "engine_error", detail=row.error or row.finish), None
        checker = self._bench.task.checker
        reading = draw.form.read(text, self._question, checker, self._bench.sandbox)
        if row.finish == "length" and not (reading.strict and reading.answer is not None):
            return Reading(None, "truncated", strict=False, detail=reading.detail), None
        if reading.answer is None:
            return reading, None
        return reading, checker.vote_key(reading.answer, self._question)

    async def _score(self, action: Score) -> tuple[Solution, ...]:
        verifier = self._bench.verifiers.get(action.verifier)
        if verifier is None:
            verifier = verifiers.create(action.verifier)
        check_verifier(verifier)
        scored = await score_solutions(
            verifier,
            action.verifier,
            self._question,
            action.solutions,
            self._pools,
            self._bench.engines,
            self._bench.store,
            self._ledger,
        )
        known = {(one.engine, one.form, one.index): one for one in scored}
        self._solutions = [
            known.get((one.engine, one.form, one.index), one) for one in self._solutions
        ]
        return scored


@dataclass(frozen=True, slots=True)
class _Draw:
    """How samples of one action are drawn: from which pool, with which prompt and settings."""

    role: str
    engine: Engine
    form: Form
    prompt: Prompt
    params: SamplingParams
    pool: PoolKey
    count: int

    @classmethod
    def plan(cls, action: Sample, question: Question, bench: Bench) -> "_Draw":
        name = action.form or bench.form
        if action.engine not in bench.engines:
            raise UnknownNameError("engine on this bench", action.engine, bench.engines)
        engine = bench.engines[action.engine]
        form = bench.form_named(name)
        prompt = form.prompt(question, bench.task.shots(name))
        params = replace(
            bench.params,
            stop=form.stop,
            max_tokens=bench.max_tokens or form.max_tokens,
            temperature=0.0 if action.greedy else bench.params.temperature,
        )
        pool = PoolKey(
            task=question.task,
            problem_id=question.id,
            engine=engine.info.fingerprint,
            form=name,
            prompt=_prompt_digest(prompt),
            params=_digest(params.key),
            root_seed=bench.root_seed,
        )
        count = 1 if action.greedy else action.n
        return cls(action.engine, engine, form, prompt, params, pool, count)

    def seeds(self, indices: Sequence[int]) -> tuple[int, ...]:
        """Seeds of samples, in the 32 bits that every backend takes."""
        pool = self.pool
        path = ("sample", pool.root_seed, pool.task, pool.problem_id, pool.form, pool.params)
        return tuple(seed >> 32 for seed in derive_each(path, indices))

    def shortened(self, max_tokens: int) -> "_Draw":
        """The same draw with a smaller token limit, and so from another pool."""
        params = replace(self.params, max_tokens=max_tokens)
        pool = replace(self.pool, params=_digest(params.key))
        return replace(self, params=params, pool=pool)

    def worst(self, start: int) -> tuple[Usage, Usage]:
        """Most that one sample can cost, and what the pool's first costs on top.

        The prompt's bound is used even where its length is known from a stored sample, so that
        a resumed run admits exactly what the first one did.
        """
        bound = prompt_bound_tokens(self.prompt)
        limit = self.params.max_tokens
        whole = price(Usage(prompt_tokens=bound, generated_tokens=limit), self.engine.info)
        reading = price(Usage(prompt_tokens=bound), self.engine.info)
        each = Usage(
            calls=1,
            generated_tokens=limit,
            flops=whole.flops - reading.flops,
            cost_usd=whole.cost_usd - reading.cost_usd,
        )
        first = Usage() if start else Usage(flops=reading.flops, cost_usd=reading.cost_usd)
        return each, first


_json = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


def _prompt_digest(prompt: Prompt) -> str:
    turns = [(turn.role, turn.content) for turn in prompt.messages]
    return _digest((turns, prompt.prefix))


def _digest(value: object) -> str:
    return hashlib.blake2b(_json(value).encode(), digest_size=16).hexdigest()

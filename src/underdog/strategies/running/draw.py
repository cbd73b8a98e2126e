"""Drawing samples: from which pool, with which prompt and seeds, at what worst case."""

import asyncio
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import itemgetter

from underdog.core import (
    Completion,
    Engine,
    Form,
    GenerateRequest,
    PoolKey,
    Prompt,
    Question,
    Sample,
    SamplingParams,
    Usage,
)
from underdog.errors import UnknownNameError
from underdog.seeds import derive_each
from underdog.strategies.running.bench import Bench
from underdog.strategies.running.ledger import price, prompt_bound_tokens


@dataclass(frozen=True, slots=True)
class PoolDraw:
    """How the samples of one action are drawn.

    Attributes:
        role: Role of the engine on the bench.
        engine: The engine.
        form: How solutions are written.
        prompt: What is asked.
        params: How tokens are drawn, and when a reply ends.
        pool: Where the solutions are kept.
        count: How many are wanted.
    """

    role: str
    engine: Engine
    form: Form
    prompt: Prompt
    params: SamplingParams
    pool: PoolKey
    count: int

    @classmethod
    def plan(cls, action: Sample, question: Question, bench: Bench) -> "PoolDraw":
        """How an action's samples are drawn. Raises `UnknownNameError`: no such engine or form."""
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
        path += (pool.prefix,) if pool.prefix else ()
        return tuple(seed >> 32 for seed in derive_each(path, indices))

    def shortened(self, max_tokens: int) -> "PoolDraw":
        """The same draw with a smaller token limit, and so from another pool."""
        params = replace(self.params, max_tokens=max_tokens)
        pool = replace(self.pool, params=_digest(params.key))
        return replace(self, params=params, pool=pool)

    async def generate(
        self, indices: Sequence[int], seconds_left: float | None
    ) -> list[tuple[int, Completion]]:
        """Completions by index.

        Args:
            indices: Numbers of the samples in their pool.
            seconds_left: Time until the deadline, after which only what was finished comes back.
        """
        if seconds_left is None:
            request = GenerateRequest(self.prompt, self.params, self.seeds(indices))
            [rows] = await self.engine.generate([request])
            return list(zip(indices, rows, strict=True))
        tasks = {
            asyncio.create_task(
                self.engine.generate([GenerateRequest(self.prompt, self.params, (seed,))])
            ): at
            for at, seed in zip(indices, self.seeds(indices), strict=True)
        }
        try:
            done, _ = await asyncio.wait(tasks, timeout=seconds_left)
            return sorted(((tasks[task], task.result()[0][0]) for task in done), key=itemgetter(0))
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

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

"""A draw of samples: its pool, prompt and seeds, and its worst-case cost."""

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
from underdog.forms.whole_reply import stop_strings, whole_reply
from underdog.seeds import derive_each
from underdog.strategies.running.bench import Bench
from underdog.strategies.running.pricing import prompt_bound_tokens, worst_price


@dataclass(frozen=True, slots=True)
class PoolDraw:
    """Engine, form, prompt, parameters and pool of one `Sample` action.

    Attributes:
        role: Role of the engine on the bench.
        engine: The engine.
        form: Form of the solutions.
        prompt: The rendered prompt.
        params: Sampling parameters, with the form's stop strings and token limit.
        pool: Key of the pool that the solutions belong to.
        count: Number of solutions wanted.
        reader: Fingerprint of what reads the solutions.
    """

    role: str
    engine: Engine
    form: Form
    prompt: Prompt
    params: SamplingParams
    pool: PoolKey
    count: int
    reader: str = ""

    @classmethod
    def plan(cls, action: Sample, question: Question, bench: Bench) -> "PoolDraw":
        """The draw for an action.

        Raises:
            UnknownNameError: The engine or form is unknown.
            UsageError: The form needs an engine that continues, and this one does not.
        """
        name = action.form or bench.form
        if action.engine not in bench.engines:
            raise UnknownNameError("engine on this bench", action.engine, bench.engines)
        engine = bench.engines[action.engine]
        form = bench.form_named(name)
        prompt = form.prompt(question, bench.task.shots(name))
        params = replace(
            bench.params,
            stop=stop_strings(form, engine.info),
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
        reader = bench.reader(name)
        return cls(action.engine, engine, form, prompt, params, pool, count, reader)

    def seeds(self, indices: Sequence[int]) -> tuple[int, ...]:
        """Seeds of samples, below 2**32, as every backend takes them."""
        pool = self.pool
        path = ("sample", pool.root_seed, pool.task, pool.problem_id, pool.form, pool.params)
        path += (pool.prefix,) if pool.prefix else ()
        return tuple(seed >> 32 for seed in derive_each(path, indices))

    def whole(self, said: str) -> str:
        """The whole reply, its opening included, for what the engine said."""
        return whole_reply(self.prompt.prefix, said, continues=self.engine.info.continues)

    def shortened(self, max_tokens: int) -> "PoolDraw":
        """The same draw with a smaller token limit, hence from another pool."""
        params = replace(self.params, max_tokens=max_tokens)
        pool = replace(self.pool, params=_digest(params.key))
        return replace(self, params=params, pool=pool)

    async def generate(
        self, indices: Sequence[int], seconds_left: float | None
    ) -> list[tuple[int, Completion]]:
        """Sampled completions, each with its index in the pool.

        Args:
            indices: Positions of the samples in their pool.
            seconds_left: Seconds until the deadline, at which unfinished completions are cancelled;
                `None` without a deadline.
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

    @property
    def prompt_key(self) -> tuple[str, str]:
        """Engine and prompt: solutions that share it are sampled from one reading of the prompt."""
        return self.pool.engine, self.pool.prompt

    def worst(self, read_tokens: int) -> tuple[Usage, Usage]:
        """Largest possible cost of one sample, and the extra cost of the arm's first one.

        The prompt's bound is used even where its length is known from a stored sample, so that
        a resumed run admits exactly what the first one did. Money counts the prompt with every
        sample, as endpoints bill it.

        Args:
            read_tokens: Length of the prompt when it was charged before; 0 when it was not.
        """
        bound = prompt_bound_tokens(self.prompt)
        limit = self.params.max_tokens
        info = self.engine.info
        writing = 0.0 if info.shape is None else info.shape.flops(bound, bound + limit)
        reading = 0.0 if info.shape is None or read_tokens else info.shape.flops(0, bound)
        each = Usage(
            calls=1,
            generated_tokens=limit,
            flops=writing,
            cost_usd=worst_price(info, bound, limit),
        )
        return each, Usage(flops=reading)


_json = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


def _prompt_digest(prompt: Prompt) -> str:
    turns = [(turn.role, turn.content) for turn in prompt.messages]
    return _digest((turns, prompt.prefix))


def _digest(value: object) -> str:
    return hashlib.blake2b(_json(value).encode(), digest_size=16).hexdigest()

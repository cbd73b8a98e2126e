"""A toy bench: additions, a deterministic engine, a one-line form, an exact checker."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from underdog.core import (
    Completion,
    ContinuationScore,
    EngineInfo,
    Extraction,
    GenerateRequest,
    Grade,
    Message,
    ModelCalls,
    Problem,
    Prompt,
    Question,
    Reading,
    RolloutStore,
    SamplingParams,
    ScoreRequest,
    Shot,
    Solution,
    TokenTrace,
    Usage,
)
from underdog.runs.store.memory_store import MemoryStore
from underdog.seeds import derive, unit
from underdog.strategies.running.bench import Bench

INFO = EngineInfo("toy", "toy-1m", "toy-fingerprint", context_tokens=512)


@dataclass
class ToyEngine:
    """Answers `a+b` rightly for about 60 % of seeds, in an order that varies between calls."""

    info: EngineInfo = INFO
    watch: Callable[[str, int], None] = lambda prompt, seed: None
    fail: Callable[[str, int], str | None] = lambda prompt, seed: None
    calls: int = 0

    async def generate(self, requests: Sequence[GenerateRequest]) -> list[list[Completion]]:
        self.calls += 1
        for _ in range(derive("delay", requests[0].seeds[0]) % 4):
            await asyncio.sleep(0)
        return [[self._one(request, seed) for seed in request.seeds] for request in requests]

    def _one(self, request: GenerateRequest, seed: int) -> Completion:
        asked = request.prompt.messages[-1].content
        self.watch(asked, seed)
        error = self.fail(asked, seed)
        if error is not None:
            return Completion("", "error", seed, error=error)
        left, right = map(int, asked.split("+"))
        luck = unit("luck", seed)
        wrong = derive("slip", seed) % 3 + 1
        answer = left + right + (0 if luck < 0.6 else wrong)
        text = "hmm" if luck > 0.95 else f"= {answer}"
        trace = TokenTrace(logprobs=(-luck, -unit("second", seed)))
        usage = Usage(1, prompt_tokens=5, generated_tokens=2 + seed % 5, seconds=0.25)
        return Completion(text, "stop", seed, trace, usage)

    async def score(self, requests: Sequence[ScoreRequest]) -> list[ContinuationScore]:
        return [ContinuationScore((-1.0,), Usage(prompt_tokens=3)) for _ in requests]

    async def aclose(self) -> None:
        pass


class ToyForm:
    name = "line"
    stop = ("\n",)
    max_tokens = 8

    def prompt(self, question: Question, shots: Sequence[Shot] | None = None) -> Prompt:
        return Prompt((Message("user", question.text),))

    def read(self, reply: str, question: Question, checker: object, sandbox: object) -> Reading:
        if not reply.startswith("= "):
            return Reading(None, "no_answer")
        return Reading(reply[2:], "ok")


class ToyChecker:
    name = "toy"

    def extract(self, reply: str, question: Question) -> Extraction:
        return Extraction(reply, reply)

    def vote_key(self, answer: str, question: Question) -> str:
        return answer.strip()

    def equal(self, left: str, right: str, question: Question) -> bool:
        return left.strip() == right.strip()

    def grade(self, answer: str, problem: Problem) -> Grade:
        right = answer == problem.gold
        return Grade("right" if right else "wrong", float(right), f"gold {problem.gold}")


@dataclass
class ToyTask:
    name: str = "sums"
    splits: tuple[str, ...] = ("test",)
    forms: tuple[str, ...] = ("line",)
    checker: ToyChecker = field(default_factory=ToyChecker)

    def problems(self, split: str, limit: int | None = None) -> Iterator[Problem]:
        yield from toy_problems(limit or 20)

    def shots(self, form: str) -> Sequence[Shot] | None:
        return None


class NoSandbox:
    name = "none"

    def run(self, program: str, limits: object = None) -> object:
        raise NotImplementedError

    def close(self) -> None:
        pass


@dataclass
class LuckVerifier:
    """Scores by the trace, like a confidence; counts how often it is asked."""

    name: str = "luck"
    unit: str = "score"
    pointwise: bool = True
    asked: int = 0

    async def score(
        self, question: Question, solutions: Sequence[Solution], calls: ModelCalls
    ) -> list[float | None]:
        self.asked += len(solutions)
        return [None if one.answer is None else one.trace.logprobs[0] for one in solutions]


@dataclass
class ModelVerifier:
    """Asks the model for every solution: its scores must be stored to be replayed."""

    how: str = "score"
    name: str = "model"
    unit: str = "score"
    pointwise: bool = True

    async def score(
        self, question: Question, solutions: Sequence[Solution], calls: ModelCalls
    ) -> list[float | None]:
        prompt = Prompt((Message("user", question.text),))
        if self.how == "score":
            rows = await calls.score("main", [(prompt, one.text) for one in solutions])
            return [
                None if row is None else row.total - one.index
                for row, one in zip(rows, solutions, strict=True)
            ]
        made = await calls.generate("main", [prompt] * len(solutions), SamplingParams())
        return [None if row is None else 1.0 for row in made]


def toy_problems(count: int = 20) -> list[Problem]:
    return [
        Problem(
            Question(f"q{place}", "sums", f"{place}+{place * 7 % 10}"),
            gold=str(place + place * 7 % 10),
            meta={"group": f"g{place % 3}"},
        )
        for place in range(count)
    ]


def toy_bench(store: RolloutStore | None = None, engine: ToyEngine | None = None) -> Bench:
    return Bench(
        engines={"main": engine or ToyEngine()},
        forms={"line": ToyForm()},
        form="line",
        task=ToyTask(),
        sandbox=NoSandbox(),
        store=store or MemoryStore(),
        verifiers={"luck": LuckVerifier()},
    )


def with_engine(bench: Bench, **engines: ToyEngine) -> Bench:
    return replace(bench, engines=engines)

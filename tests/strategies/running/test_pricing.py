"""FLOPs of samples against multiply-adds counted matrix by matrix, whatever was cached before."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest

from tests.strategies.running.test_run import QUESTION, NoSandbox, Sums, reply
from underdog.core import (
    Completion,
    ContinuationScore,
    EngineInfo,
    GenerateRequest,
    ModelShape,
    Outcome,
    Price,
    ScoreRequest,
    Usage,
)
from underdog.engines.charging import charge
from underdog.engines.scripted import num_tokens
from underdog.runs.store.memory_store import MemoryStore
from underdog.strategies import strategies
from underdog.strategies.running.bench import Bench
from underdog.strategies.running.pricing import (
    priced,
    repriced,
    sample_cost,
    wave_cost,
    worst_price,
)
from underdog.strategies.running.run import solve
from underdog.strategies.running.wall_clock import CallTimes


@dataclass(frozen=True)
class Decoder:
    """A decoder by its sizes, and its cost by counting."""

    vocabulary: int
    hidden: int
    heads: int
    kv_heads: int
    head: int
    mlp: int
    layers: int
    tied: bool
    window: int = 0
    windowed: int = 0

    def matrices(self) -> list[tuple[int, int]]:
        queries, keys = self.heads * self.head, self.kv_heads * self.head
        one_layer = [
            *((self.hidden, queries), (self.hidden, keys), (self.hidden, keys)),
            *((queries, self.hidden), (self.hidden, self.mlp), (self.hidden, self.mlp)),
            (self.mlp, self.hidden),
        ]
        return one_layer * self.layers + [(self.hidden, self.vocabulary)]

    def flops_of_token(self, position: int) -> int:
        """Multiplications and additions for the token at a position, counted one by one."""
        done = 0
        for rows, columns in self.matrices():
            done += rows * columns + rows * columns
        for layer in range(self.layers):
            seen = position + 1
            if layer < self.windowed:
                seen = min(seen, self.window)
            for _ in range(self.heads):
                done += seen * (self.head + self.head)  # the scores
                done += seen * (self.head + self.head)  # the weighted values
        return done

    def flops(self, positions: Sequence[int]) -> int:
        return sum(map(self.flops_of_token, positions))

    @property
    def shape(self) -> ModelShape:
        """What a reader of model files says of it, normalisation weights included."""
        weights = sum(rows * columns for rows, columns in self.matrices())
        norms = self.hidden * (2 * self.layers + 1)
        embedding = self.vocabulary * self.hidden
        width = self.heads * self.head
        return ModelShape(
            num_params=weights + norms + (0 if self.tied else embedding),
            num_embedding_params=0 if self.tied else embedding,
            num_layers=self.layers,
            hidden_size=self.hidden,
            attention_size=0 if width == self.hidden else width,
            window_tokens=self.window,
            num_windowed_layers=self.windowed,
        )


DECODERS = {
    "every head has its keys": Decoder(3000, 128, 8, 8, 16, 352, 6, tied=False),
    "grouped keys, tied head": Decoder(4000, 192, 12, 4, 16, 512, 5, tied=True),
    "wide heads and windows": Decoder(2000, 160, 8, 2, 40, 480, 6, False, window=24, windowed=5),
    "narrow heads, all windows": Decoder(900, 256, 4, 1, 32, 300, 4, True, window=7, windowed=4),
}
SPANS = ((90, 0), (1, 1), (37, 55), (0, 12), (200, 64))


FREE = Price()


def info(shape: ModelShape | None, price: Price = FREE) -> EngineInfo:
    return EngineInfo("counted", "counted", "counted", 4096, shape, price)


@pytest.mark.parametrize(("prompt", "made"), SPANS)
@pytest.mark.parametrize("cached", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("name", DECODERS)
def test_a_sample_costs_what_its_matrices_do(
    name: str, cached: float, prompt: int, made: int
) -> None:
    decoder = DECODERS[name]
    usage = Usage(
        prompt_tokens=prompt, cached_prompt_tokens=int(cached * prompt), generated_tokens=made
    )
    by_hand = decoder.flops(range(prompt + made))
    assert priced(usage, info(decoder.shape)).flops == pytest.approx(by_hand, rel=0.01)
    rows = [replace(usage, generated_tokens=made + more) for more in (0, 3, 9)]
    shared = decoder.flops(range(prompt))
    written = sum(decoder.flops(range(prompt, prompt + made + more)) for more in (0, 3, 9))
    wave = wave_cost(rows, info(decoder.shape))
    assert wave.flops == pytest.approx(shared + written, rel=0.01)
    later = wave_cost(rows, info(decoder.shape), read_tokens=prompt)
    assert later.flops == pytest.approx(written + (0 if prompt else shared), rel=0.01)
    engines_own = charge(
        prompt_tokens=prompt,
        cached_prompt_tokens=int(cached * prompt),
        generated_tokens=made,
        shape=decoder.shape,
    )
    assert engines_own.flops == pytest.approx(by_hand, rel=0.01)


@pytest.mark.parametrize("name", DECODERS)
def test_flops_split_at_any_position(name: str) -> None:
    decoder = DECODERS[name]
    for cut in (0, 1, 6, 7, 24, 25, 60):
        parts = decoder.shape.flops(0, cut) + decoder.shape.flops(cut, 60)
        assert parts == decoder.shape.flops(0, 60)


def test_the_figures_of_a_real_model() -> None:
    """Qwen2.5-0.5B: greedy and 4 samples after a prompt of 518 tokens (docs/measure.md)."""
    shape = ModelShape(494_032_768, num_layers=24, hidden_size=896)
    rows = [Usage(1, prompt_tokens=518, generated_tokens=made) for made in (69, 64, 64, 64)]
    assert wave_cost(rows[:1], info(shape)).flops / 1e9 == pytest.approx(595.2, rel=0.01)
    assert wave_cost(rows, info(shape)).flops / 1e9 == pytest.approx(794.2, rel=0.01)


def test_an_unknown_architecture_has_no_flops() -> None:
    rows = [Usage(1, 10, generated_tokens=5)]
    assert wave_cost(rows, info(None)).flops == priced(rows[0], info(None)).flops == 0.0


def test_a_wave_adds_up_its_rows() -> None:
    rows = [
        Usage(1, 9, 4, 5, seconds=2.0, cost_usd=0.5, wall_s=0.75),
        Usage(1, 9, 0, 7, seconds=3.0, cost_usd=0.25, wall_s=1.0),
    ]
    first, later = wave_cost(rows, info(None)), wave_cost(rows, info(None), read_tokens=9)
    assert (first.calls, first.generated_tokens, first.cost_usd) == (2, 12, 0.75)
    assert (first.prompt_tokens, first.cached_prompt_tokens) == (9, 4)
    assert (first.seconds, first.wall_s) == (3.0, 1.75)
    assert (later.prompt_tokens, later.cached_prompt_tokens, later.cost_usd) == (0, 0, 0.75)


def test_money_is_the_engines_figure_else_its_price_for_the_whole_row() -> None:
    price = Price(prompt_usd=2.0, cached_prompt_usd=0.5, generated_usd=10.0)
    usage = Usage(prompt_tokens=100, cached_prompt_tokens=40, generated_tokens=7)
    own = (60 * 2.0 + 40 * 0.5 + 7 * 10.0) / 1e6
    assert priced(usage, info(None, price)).cost_usd == pytest.approx(own)
    assert priced(usage, info(None)).cost_usd == 0.0
    told = replace(usage, cost_usd=0.125)
    assert priced(told, info(None, price)).cost_usd == priced(told, info(None)).cost_usd == 0.125
    assert repriced(told, price).cost_usd == pytest.approx((100 * 2.0 + 7 * 10.0) / 1e6)


def test_a_sampled_row_without_a_bill_pays_its_whole_prompt_unless_it_failed() -> None:
    price = Price(prompt_usd=2.0, cached_prompt_usd=0.5, generated_usd=10.0)
    times = CallTimes(latency_s=3.0, share_s=1.5)
    told = Usage(cached_prompt_tokens=40, generated_tokens=7)
    made = sample_cost(told, 100, info(None, price), times, failed=False)
    assert made == Usage(1, 100, 40, 7, cost_usd=(60 * 2.0 + 40 * 0.5 + 7 * 10.0) / 1e6)
    assert (made.seconds, made.wall_s) == (3.0, 1.5)
    assert sample_cost(told, 100, info(None, price), times, failed=True).cost_usd == 0.0
    billed = replace(told, cost_usd=0.25)
    assert sample_cost(billed, 100, info(None, price), times, failed=True).cost_usd == 0.25
    assert sample_cost(billed, 100, info(None), times, failed=False).cost_usd == 0.25
    shape = DECODERS["grouped keys, tied head"].shape
    assert sample_cost(told, 100, info(shape), times, failed=False).flops == shape.flops(0, 107)


@pytest.mark.parametrize(("prompt", "cached"), [(2.0, 0.5), (0.5, 2.0)])
def test_the_worst_bill_takes_the_dearer_prompt(prompt: float, cached: float) -> None:
    price = Price(prompt, cached, 3.0)
    assert worst_price(info(None, price), 10, 4) == pytest.approx((10 * 2.0 + 4 * 3.0) / 1e6)


class CachingEngine:
    """Answers like the others, and says how much of a prompt it had read before."""

    def __init__(self, forgets: bool = False) -> None:
        self.info = info(DECODERS["wide heads and windows"].shape)
        self._read: set[str] = set()
        self._forgets = forgets

    async def generate(self, requests: Sequence[GenerateRequest]) -> list[list[Completion]]:
        return [self._rows(request) for request in requests]

    def _rows(self, request: GenerateRequest) -> list[Completion]:
        length, text = num_tokens(request.prompt), repr(request.prompt)
        cached = length - 1 if text in self._read else 0
        if not self._forgets:
            self._read.add(text)
        rows: list[Completion] = []
        for place, seed in enumerate(request.seeds):
            said = reply(request.prompt, 0 if request.params.greedy else seed)
            usage = charge(
                prompt_tokens=0 if place else length,
                cached_prompt_tokens=0 if place else cached,
                generated_tokens=len(said.split()),
                context_before=length,
                shape=self.info.shape,
            )
            rows.append(Completion(said, "stop", seed, usage=usage))
        return rows

    async def score(self, requests: Sequence[ScoreRequest]) -> list[ContinuationScore]:
        rows: list[ContinuationScore] = []
        for request in requests:
            text, length = repr(request.prompt), num_tokens(request.prompt) + 1
            cached = length // 2 if text in self._read else 0
            if not self._forgets:
                self._read.add(text)
            usage = charge(
                prompt_tokens=length,
                cached_prompt_tokens=cached,
                generated_tokens=0,
                shape=self.info.shape,
            )
            rows.append(ContinuationScore((-len(request.continuation) / 7,), usage))
        return rows

    async def aclose(self) -> None:
        """Nothing to release."""


ARMS = (
    *("greedy", "majority:n=8", "adaptive:max_n=9,wave=2", "early_stopping:max_n=6,window=2"),
    *("best_of_n:n=3,verifier=p_true", "weighted:n=6,verifier=p_true,temperature=0"),
    "cascade:max_n=5",
)


def play(specs: Sequence[str], forgets: bool = False) -> dict[str, Outcome]:
    """Arms played one after another on one engine and one store."""
    engine = CachingEngine(forgets)
    bench = Bench({"main": engine, "big": engine}, "cot", Sums(), NoSandbox(), MemoryStore())
    return {spec: asyncio.run(solve(strategies.create(spec), QUESTION, bench)) for spec in specs}


@pytest.mark.parametrize("spec", ARMS)
def test_an_arm_costs_the_same_before_after_and_without_any_other(spec: str) -> None:
    alone = play([spec])[spec].usage
    assert alone.flops > 0
    assert play([spec], forgets=True)[spec].usage.flops == alone.flops
    for other in ARMS:
        for order in ([other, spec], [spec, other]):
            together = play(order)[spec].usage
            assert together.flops == alone.flops, order
            assert together.prompt_tokens == alone.prompt_tokens
            assert together.verifier_tokens == alone.verifier_tokens


def test_all_arms_in_either_order_cost_the_same() -> None:
    forwards, backwards = play(ARMS), play(ARMS[::-1])
    for spec in ARMS:
        assert forwards[spec].usage.flops == backwards[spec].usage.flops
    assert forwards["majority:n=8"].usage.cached_prompt_tokens > 0


def test_an_arm_reads_a_prompt_once_also_when_it_samples_and_takes_the_likeliest() -> None:
    class Both:
        name = "both"

        def solve(self, question):
            from underdog.core import Decision, Sample

            drawn = yield Sample(1, greedy=True)
            drawn += yield Sample(2)
            drawn += yield Sample(2)
            return Decision(drawn[0].answer)

    engine = CachingEngine()
    bench = Bench({"main": engine}, "cot", Sums(), NoSandbox(), MemoryStore())
    outcome = asyncio.run(solve(Both(), QUESTION, bench))
    length = outcome.solutions[0].usage.prompt_tokens
    assert outcome.usage.prompt_tokens == length > 0
    shape = engine.info.shape
    written = sum(
        shape.flops(length, length + one.usage.generated_tokens) for one in outcome.solutions
    )
    assert outcome.usage.flops == shape.flops(0, length) + written

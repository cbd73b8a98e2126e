"""What every engine keeps, whatever runs behind it."""

import asyncio
import math

import pytest

from tests.engines.conftest import ask
from underdog.core import Choices, Completion, GenerateRequest, SamplingParams, ScoreRequest
from underdog.engines.sync import SyncEngine
from underdog.errors import UsageError

ENGINES = [
    "scripted",
    "transformers",
    pytest.param("llama", marks=pytest.mark.model),
    pytest.param("openai", marks=pytest.mark.model),
    pytest.param("openvino", marks=pytest.mark.model),
]
EXACT = ("scripted", "transformers")
"""Engines whose rows do not depend on what else is in the batch, to the last bit."""

QUESTION = ask("What is three plus four?")
FREE = SamplingParams(temperature=1.0, max_tokens=12)
GREEDY = SamplingParams(temperature=0.0, max_tokens=12)


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> SyncEngine:
    return request.getfixturevalue(request.param)


def sample(
    engine: SyncEngine,
    params: SamplingParams = FREE,
    seeds: tuple[int, ...] = (1,),
    prompt=QUESTION,
) -> list[Completion]:
    return engine.generate([GenerateRequest(prompt, params, seeds)])[0]


def agreeing(left: list[Completion], right: list[Completion]) -> float:
    same = [a.text == b.text for a, b in zip(left, right, strict=True)]
    return sum(same) / len(same)


def test_rows_of_different_seeds_differ_and_carry_their_seed(engine: SyncEngine) -> None:
    rows = sample(engine, seeds=(11, 22, 33, 44))
    assert len({row.text for row in rows}) > 1
    assert [row.seed for row in rows] == [11, 22, 33, 44]
    assert all(row.finish in ("stop", "length") for row in rows)


def test_a_rows_text_follows_its_seed_and_not_its_place(engine: SyncEngine) -> None:
    seeds = (2**63 + 5, 7, 1, 2**40)
    rows = sample(engine, seeds=seeds)
    turned = sample(engine, seeds=seeds[::-1])[::-1]
    alone = [sample(engine, seeds=(seed,))[0] for seed in seeds]
    floor = 1.0 if engine.info.engine in EXACT else 0.5
    assert agreeing(rows, turned) >= floor
    assert agreeing(rows, alone) >= floor


def test_greedy_rows_are_alike_whatever_the_seed(engine: SyncEngine) -> None:
    rows = sample(engine, GREEDY, seeds=(1, 2))
    if engine.info.engine in EXACT:
        assert rows[0].text == rows[1].text
    assert rows[0].text[:4] == rows[1].text[:4]


def test_a_stop_string_across_tokens_ends_the_text_before_it(engine: SyncEngine) -> None:
    whole = sample(engine, GREEDY)[0].text
    stop = whole[3:8]
    [row] = sample(engine, SamplingParams(temperature=0.0, max_tokens=12, stop=("@", stop)))
    assert row.text == whole[: whole.index(stop)]
    assert row.finish == "stop"
    assert row.stop_string in (stop, None)
    assert row.usage.generated_tokens <= 12
    assert len(row.trace.logprobs) <= row.usage.generated_tokens


def test_sampled_tokens_have_finite_logprobs_and_confidences(engine: SyncEngine) -> None:
    params = SamplingParams(temperature=0.8, max_tokens=6, top_logprobs=3)
    for row in sample(engine, params, seeds=(1, 2)):
        trace = row.trace
        assert len(trace.logprobs) == len(trace.confidence) == len(trace.self_certainty)
        assert len(trace.logprobs) >= row.usage.generated_tokens - 1 > 0
        assert all(math.isfinite(logprob) and logprob <= 0 for logprob in trace.logprobs)
        assert all(number >= 0 for number in trace.confidence + trace.self_certainty)
        assert trace.top_k == 3


def test_without_alternatives_the_confidence_columns_are_empty(engine: SyncEngine) -> None:
    [row] = sample(engine)
    assert row.trace.logprobs
    assert row.trace.confidence == row.trace.self_certainty == ()
    assert row.trace.top_k == 0


def test_a_prefix_is_continued_and_not_repeated(engine: SyncEngine) -> None:
    whole = sample(engine, GREEDY)[0].text
    prefix = whole[: max(whole.find(" ", 4), 4)]
    [row] = sample(engine, GREEDY, prompt=ask("What is three plus four?", prefix))
    assert not row.text.startswith(prefix)
    if engine.info.continues and engine.info.engine != "transformers":
        assert (prefix + row.text).startswith(whole[: len(prefix) + 2])


def test_a_greedy_reply_scores_as_it_was_sampled(engine: SyncEngine) -> None:
    if not engine.info.scores:
        pytest.skip("this engine does not score")
    if engine.info.engine == "openai":
        pytest.skip("llama.cpp's server does not echo prompts; see test_openai")
    [row] = sample(engine, GREEDY)
    [score] = engine.score([ScoreRequest(QUESTION, row.text)])
    assert all(math.isfinite(logprob) and logprob <= 0 for logprob in score.logprobs)
    assert score.total == pytest.approx(sum(row.trace.logprobs), rel=0.1, abs=1.0)
    assert score.usage.prompt_tokens > len(score.logprobs)
    assert score.usage.generated_tokens == 0


def test_an_empty_continuation_costs_and_scores_nothing(engine: SyncEngine) -> None:
    if engine.info.scores:
        [score] = engine.score([ScoreRequest(QUESTION, "")])
        assert score.logprobs == ()
        assert score.total == 0


def test_after_cancelling_the_engine_goes_on(engine: SyncEngine) -> None:
    async def cancelled() -> None:
        long = GenerateRequest(QUESTION, SamplingParams(max_tokens=200), tuple(range(8)))
        job = asyncio.ensure_future(engine.engine.generate([long]))
        await asyncio.wait([job], timeout=0.2)
        job.cancel()
        await asyncio.gather(job, return_exceptions=True)

    engine.run(cancelled())
    assert len(sample(engine, seeds=(1, 2, 3, 4, 5))) == 5


def test_usage_charges_the_prompt_once(engine: SyncEngine) -> None:
    rows = sample(engine, seeds=(1, 2, 3))
    assert [row.usage.calls for row in rows] == [1, 1, 1]
    assert rows[0].usage.prompt_tokens > 0
    assert [row.usage.prompt_tokens for row in rows[1:]] == [0, 0]
    assert all(0 <= row.usage.cached_prompt_tokens <= row.usage.prompt_tokens for row in rows)


@pytest.mark.parametrize("cap", [0, 1, 5])
def test_max_tokens_is_never_exceeded(engine: SyncEngine, cap: int) -> None:
    for row in sample(engine, SamplingParams(max_tokens=cap), seeds=(1, 2)):
        assert row.usage.generated_tokens <= cap
        assert len(row.trace.logprobs) <= cap
        assert row.finish in ("length", "stop")
        assert cap or not row.text


def test_many_prompts_at_once_come_back_in_order(engine: SyncEngine) -> None:
    params = SamplingParams(max_tokens=3)
    requests = [
        GenerateRequest(ask(f"What is {n} plus {n}?"), params, tuple(range(n))) for n in range(6)
    ]
    rows = engine.generate(requests)
    assert [[row.seed for row in group] for group in rows] == [list(range(n)) for n in range(6)]


def test_no_requests_and_no_seeds_give_empty_lists(engine: SyncEngine) -> None:
    assert engine.generate([]) == []
    assert sample(engine, seeds=()) == []
    if engine.info.scores:
        assert engine.score([]) == []


def test_a_prompt_beyond_the_context_is_an_error_row(engine: SyncEngine) -> None:
    if engine.info.engine == "scripted":
        pytest.skip("its context is a million tokens; see test_scripted")
    rows = sample(engine, seeds=(1, 2), prompt=ask("word and word " * 600))
    assert [row.finish for row in rows] == ["error", "error"]
    assert all(row.error and row.error.startswith("ContextError") for row in rows)


def test_a_choice_is_kept_or_refused_by_name(engine: SyncEngine) -> None:
    params = SamplingParams(temperature=1.0, constraint=Choices(("seven", "it is 8")))
    if engine.info.engine == "scripted":
        with pytest.raises(UsageError, match="scripted"):
            sample(engine, params)
        return
    rows = sample(engine, params, seeds=(1, 2))
    assert all(row.text in ("seven", "it is 8") for row in rows)
    assert all(row.finish == "stop" for row in rows)


def test_a_penalty_that_means_nothing_is_refused(engine: SyncEngine) -> None:
    with pytest.raises(UsageError, match="repetition_penalty"):
        sample(engine, SamplingParams(repetition_penalty=-1.0))


def test_the_fingerprint_names_engine_and_model_state(engine: SyncEngine) -> None:
    assert engine.info.engine in engine.info.fingerprint
    assert engine.info.context_tokens > 0

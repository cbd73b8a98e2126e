"""What every verifier must keep to, found through the registry."""

import asyncio
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import get_type_hints

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from underdog.core import (
    Budget,
    Completion,
    ContinuationScore,
    LayerStates,
    Problem,
    Prompt,
    Question,
    SamplingParams,
    Score,
    Solution,
    StatesRequest,
    TokenTrace,
)
from underdog.errors import VerifierError
from underdog.seeds import unit
from underdog.verifiers import verifiers

NAMES = verifiers.names()
QUESTION = Question("q", "sums", "How much is 1 + 2?")

values = st.lists(st.floats(-60, 0), max_size=6).map(tuple)
answers = st.sampled_from([None, "3", "4"])
solutions = st.lists(
    st.builds(
        lambda text, key, form, status, strict, trace: Solution(
            0, "main", form, text, answer=key, vote_key=key, status=status, strict=strict,
            trace=trace,
        ),
        st.text(max_size=30),
        answers,
        st.sampled_from(["cot", "program"]),
        st.sampled_from(["ok", "no_answer", "truncated", "execution_error", "unsupported"]),
        st.booleans(),
        st.builds(TokenTrace, values, values, values, st.just(5)),
    ),
    max_size=7,
).map(lambda rows: [replace(row, index=place) for place, row in enumerate(rows)])  # fmt: skip


class Calls:
    """A model whose answers hang on what it is asked, and nothing else."""

    def __init__(self, room: int = 1_000) -> None:
        self.room = room
        self.asked: list[str] = []

    def _text(self, prompt: Prompt) -> str:
        text = "".join(turn.content for turn in prompt.messages) + prompt.prefix
        self.asked.append(text)
        return text

    async def generate(
        self, engine: str, prompts: Sequence[Prompt], params: SamplingParams
    ) -> list[Completion | None]:
        says = ["Verdict: Yes", "Verdict: No", "I cannot tell."]
        rows = [says[int(3 * unit("check", self._text(prompt)))] for prompt in prompts]
        done: list[Completion | None] = [Completion(text, "stop", 0) for text in rows]
        return [*done[: self.room], *[None] * (len(done) - self.room)]

    async def score(
        self, engine: str, requests: Sequence[tuple[Prompt, str]]
    ) -> list[ContinuationScore | None]:
        rows: list[ContinuationScore | None] = [
            ContinuationScore((-9 * unit("score", self._text(prompt), text),))
            for prompt, text in requests
        ]
        return [*rows[: self.room], *[None] * (len(rows) - self.room)]

    async def hidden_states(
        self, engine: str, requests: Sequence[StatesRequest]
    ) -> list[LayerStates | None]:
        rows: list[LayerStates | None] = [
            LayerStates(np.full((1, 8), unit("state", self._text(one.prompt)), np.float32), 9)
            for one in requests
        ]
        return [*rows[: self.room], *[None] * (len(rows) - self.room)]


def scores(name: str, rows: Sequence[Solution], calls: Calls | None = None) -> list[float | None]:
    return asyncio.run(verifiers.create(name).score(QUESTION, rows, calls or Calls()))


@pytest.mark.parametrize("name", NAMES)
@given(rows=solutions, room=st.sampled_from([0, 1, 1_000]))
def test_there_is_one_finite_score_or_none_per_solution(
    name: str, rows: list[Solution], room: int
) -> None:
    found = scores(name, rows, Calls(room))
    assert len(found) == len(rows)
    given_scores = [score for score in found if score is not None]
    assert all(isinstance(score, float) and math.isfinite(score) for score in given_scores)
    if verifiers.create(name).unit == "probability":
        assert all(0 <= score <= 1 for score in given_scores)


@pytest.mark.parametrize("name", NAMES)
@given(rows=solutions, order=st.randoms(use_true_random=False))
def test_the_order_of_solutions_does_not_matter(name: str, rows: list[Solution], order) -> None:
    before = dict(zip((row.index for row in rows), scores(name, rows), strict=True))
    turned = order.sample(rows, len(rows))
    assert dict(zip((row.index for row in turned), scores(name, turned), strict=True)) == before


@pytest.mark.parametrize("name", [one for one in NAMES if verifiers.create(one).pointwise])
@given(rows=solutions)
def test_a_pointwise_score_is_the_same_alone(name: str, rows: list[Solution]) -> None:
    assert [scores(name, [row])[0] for row in rows] == scores(name, rows)


@pytest.mark.parametrize("name", NAMES)
def test_gold_is_out_of_reach(name: str) -> None:
    kinds = get_type_hints(type(verifiers.create(name)).score)
    assert kinds["question"] is Question
    assert Problem not in kinds.values()
    assert "gold" not in Question.__dataclass_fields__


@pytest.mark.parametrize("name", NAMES)
def test_no_prompt_names_the_other_solutions_of_a_pointwise_verifier(name: str) -> None:
    rows = [Solution(n, "main", "cot", f"mark{n}", str(n), str(n)) for n in range(3)]
    calls = Calls()
    scores(name, rows, calls)
    assert all(sum(f"mark{n}" in text for n in range(3)) <= 1 for text in calls.asked)


class Broken:
    """Breaks the contract as it is told to."""

    name = "broken"
    unit = "real"

    def __init__(self, given_scores: list[float | None], pointwise: bool) -> None:
        self._scores = given_scores
        self.pointwise = pointwise

    async def score(self, question, solutions, calls) -> list[float | None]:
        return self._scores


def played(verifier: Broken):
    from tests.strategies.running.test_run import NoSandbox, Sums
    from underdog.core import Sample
    from underdog.engines.scripted import ScriptedEngine
    from underdog.runs.store.memory_store import MemoryStore
    from underdog.strategies.running.bench import Bench
    from underdog.strategies.running.run import solve
    from underdog.strategies.voting import decide

    class Scoring:
        name = "scoring"

        def solve(self, question):
            drawn = yield Sample(2)
            scored = yield Score("broken", drawn)
            return decide(scored, "scored")

    engine = ScriptedEngine("The answer is 42.")
    bench = Bench(
        {"main": engine}, "cot", Sums(), NoSandbox(), MemoryStore(), verifiers={"broken": verifier}
    )
    return asyncio.run(solve(Scoring(), QUESTION, bench, Budget()))


@pytest.mark.parametrize("pointwise", [True, False])
@pytest.mark.parametrize("count", [1, 3])
def test_another_number_of_scores_is_refused_by_name(count: int, pointwise: bool) -> None:
    with pytest.raises(VerifierError, match=rf"broken gave {count} scores for 2 solutions"):
        played(Broken([0.5] * count, pointwise))


@pytest.mark.parametrize("pointwise", [True, False])
@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf])
def test_a_score_that_is_not_finite_is_no_score(odd: float, pointwise: bool) -> None:
    outcome = played(Broken([odd, 0.5], pointwise))
    assert [dict(one.scores) for one in outcome.solutions] == [{}, {"broken": 0.5}]

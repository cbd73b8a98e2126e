"""Confidence verifiers reduce token traces as their papers say; nothing costs a call."""

import asyncio
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from underdog.core import Question, Solution, TokenTrace
from underdog.errors import ConfigError, UnknownNameError
from underdog.verifiers import verifiers
from underdog.verifiers.reductions import mean, window_means

QUESTION = Question("q", "t", "?")


class NoCalls:
    """A verifier that reads traces must not call a model."""

    async def generate(self, engine, prompts, params):
        raise AssertionError("called a model")

    async def score(self, engine, requests):
        raise AssertionError("called a model")


def score(spec: str, *solutions: Solution) -> list[float | None]:
    return asyncio.run(verifiers.create(spec).score(QUESTION, solutions, NoCalls()))


def traced(logprobs=(), confidence=(), certainty=()) -> Solution:
    trace = TokenTrace(tuple(logprobs), tuple(confidence), tuple(certainty), 5)
    return Solution(0, "main", "cot", "", trace=trace)


def test_mean_logprob() -> None:
    assert score("mean_logprob", traced([-1.0, -3.0]), traced()) == [-2.0, None]


def test_self_certainty() -> None:
    assert score("self_certainty", traced(certainty=[1.0, 2.0]), traced()) == [1.5, None]


@pytest.mark.parametrize(
    ("kind", "expected"), [("mean", 2.5), ("tail", 3.5), ("lowest", 1.5), ("bottom", 1.5)]
)
def test_deepconf_groups(kind: str, expected: float) -> None:
    row = traced(confidence=[1.0, 2.0, 3.0, 4.0])
    assert score(f"deepconf:kind={kind},window=2", row) == [pytest.approx(expected)]


def test_deepconf_of_a_short_reply_uses_one_window() -> None:
    assert score("deepconf:kind=lowest,window=100", traced(confidence=[1.0, 2.0])) == [1.5]
    assert score("deepconf:kind=lowest", traced()) == [None]
    assert score("deepconf:kind=bottom", traced()) == [None]


def test_an_unknown_kind_and_a_bad_window_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="tail"):
        verifiers.create("deepconf:kind=tial")
    with pytest.raises(ConfigError, match="window"):
        verifiers.create("deepconf:window=0")


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=30), st.integers(1, 40))
def test_window_means_are_the_means_of_all_windows(values, window) -> None:
    width = min(window, len(values))
    exact = [mean(values[i : i + width]) for i in range(len(values) - width + 1)]
    assert window_means(values, window) == pytest.approx(exact, abs=1e-9)


def test_every_verifiers_name_is_a_spec_for_itself() -> None:
    for name in verifiers.names():
        made = verifiers.create(name)
        assert verifiers.create(made.name).name == made.name
        assert made.unit in ("probability", "real")


def answered(index: int, key: str | None, form: str = "cot", **rest) -> Solution:
    status = rest.pop("status", "ok" if key else "no_answer")
    return Solution(index, "main", form, "", key, key, status=status, **rest)


def test_execution_is_one_for_what_ran() -> None:
    rows = [
        answered(0, "1"),
        answered(1, None, status="execution_error"),
        answered(2, "1", strict=False),
        answered(3, None, status="unsupported"),
    ]
    assert score("execution", *rows) == [1.0, 0.0, 0.0, None]


def test_agreement_is_the_share_of_the_others() -> None:
    rows = [answered(0, "1"), answered(1, "1"), answered(2, "2"), answered(3, None)]
    assert score("agreement", *rows) == [pytest.approx(1 / 3), pytest.approx(1 / 3), 0.0, 0.0]
    assert score("agreement", rows[0]) == [None]


def test_agreement_across_forms_looks_at_other_forms_only() -> None:
    rows = [
        answered(0, "1"),
        answered(1, "1"),
        answered(0, "1", "program"),
        answered(1, "2", "program"),
    ]
    assert score("agreement:across=forms", *rows) == [0.5, 0.5, 1.0, 0.0]
    with pytest.raises(UnknownNameError):
        verifiers.create("agreement:across=form")


class Asked:
    """Answers a verifier's calls from tables and keeps what it was asked."""

    def __init__(self, texts=(), totals=()) -> None:
        self.texts, self.totals = list(texts), list(totals)
        self.prompts: list = []

    async def generate(self, engine, prompts, params):
        from underdog.core import Completion

        self.prompts += prompts
        return [None if t is None else Completion(t, "stop", 0) for t in self.texts]

    async def score(self, engine, requests):
        from underdog.core import ContinuationScore

        self.prompts += [prompt for prompt, _ in requests]
        return [None if t is None else ContinuationScore((t,)) for t in self.totals]


def ask(spec: str, calls: Asked, *solutions: Solution) -> list[float | None]:
    return asyncio.run(verifiers.create(spec).score(QUESTION, solutions, calls))


def test_p_true_weighs_yes_against_no() -> None:
    calls = Asked(totals=[math.log(0.6), math.log(0.2), None, -1.0])
    got = ask("p_true", calls, answered(0, "1"), answered(1, "2"))
    assert got == [pytest.approx(0.75), None]


@pytest.mark.parametrize("gap", [-800.0, 800.0])
def test_p_true_does_not_overflow(gap: float) -> None:
    assert ask("p_true", Asked(totals=[gap, 0.0]), answered(0, "1"))[0] in (0.0, 1.0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Step 1 is fine. Verdict: Yes", 1.0),
        ("Yes so far.\nVerdict: No.", 0.0),
        ("no verdict word here: yes", 1.0),
        ("I cannot tell.", None),
        (None, None),
    ],
)
def test_the_judges_last_word_counts(text: str | None, expected: float | None) -> None:
    calls = Asked(texts=[text])
    assert ask("judge", calls, answered(0, "1")) == [expected]
    assert "?" in calls.prompts[0].messages[-1].content


def test_a_judge_without_room_is_refused() -> None:
    with pytest.raises(ConfigError, match="max_tokens"):
        verifiers.create("judge:max_tokens=0")

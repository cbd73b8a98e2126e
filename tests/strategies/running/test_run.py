"""The driver keeps every cap, charges what was used, and resumes from the store."""

import asyncio
import threading
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from underdog.core import (
    Budget,
    Message,
    ModelShape,
    Outcome,
    Price,
    Problem,
    Prompt,
    Question,
    Quick,
    Sample,
    SamplingParams,
    Score,
    Shot,
    Usage,
)
from underdog.engines.scripted import ScriptedEngine
from underdog.errors import (
    EndpointError,
    OracleError,
    StoreError,
    UnknownNameError,
    UnsupportedError,
    UsageError,
)
from underdog.forms import forms
from underdog.grading import checkers
from underdog.runs.store.memory_store import MemoryStore
from underdog.strategies import strategies
from underdog.strategies.running.bench import Bench
from underdog.strategies.running.draw import PoolDraw
from underdog.strategies.running.run import solve
from underdog.strategies.voting import decide

QUESTION = Question("q1", "sums", "What is 6 * 7?")


class Sums:
    """A task with one kind of question."""

    name = "sums"
    splits = ("test",)
    forms = ("cot",)
    checker = checkers.create("numeric")

    def problems(self, split, limit=None):
        return iter([Problem(QUESTION, "42")])

    def shots(self, form: str) -> list[Shot] | None:
        return []


class NoSandbox:
    name = "none"

    def run(self, program, limits=None):
        raise AssertionError("ran a program")

    def close(self) -> None:
        """Nothing to end."""


def reply(prompt: Prompt, seed: int) -> str:
    return f"Think {'on ' * (seed % 7)}. The answer is {40 + seed % 3}."


def bench(engine=None, **rest) -> Bench:
    engines = rest.pop("engines", None) or {"main": engine or ScriptedEngine(reply)}
    return Bench(
        engines=engines,
        form="cot",
        task=Sums(),
        sandbox=NoSandbox(),
        store=rest.pop("store", None) or MemoryStore(),
        **rest,
    )


def run(spec, on: Bench | None = None, budget: Budget = Budget()) -> Outcome:
    strategy = strategies.create(spec) if isinstance(spec, str) else spec
    return asyncio.run(solve(strategy, QUESTION, on or bench(), budget))


def test_a_majority_draws_reads_and_decides() -> None:
    outcome = run("majority:n=9")
    assert outcome.sampled == len(outcome.solutions) == 9
    assert outcome.decision.answer in {"40", "41", "42"}
    assert outcome.usage.calls == 9
    assert outcome.usage.prompt_tokens > 0
    assert outcome.stopped_by is None
    assert len({one.index for one in outcome.solutions}) == 9


def test_the_prompt_is_charged_once_however_many_samples() -> None:
    one, many = run("majority:n=1"), run("majority:n=8")
    assert one.usage.prompt_tokens == many.usage.prompt_tokens


def test_strategies_draw_the_same_pool() -> None:
    on = bench()
    first = run("majority:n=6", on)
    second = run("adaptive:max_n=6,level=0.999", on)
    assert second.sampled == 0
    assert [one.text for one in second.solutions] == [
        one.text for one in first.solutions[: len(second.solutions)]
    ]


@pytest.mark.parametrize("spec", ["majority:n=7", "adaptive:max_n=9", "early_stopping:max_n=9"])
def test_an_outcome_does_not_depend_on_what_was_stored(spec: str) -> None:
    warm = bench()
    run("majority:n=4", warm)
    fresh, resumed = run(spec), run(spec, warm)
    assert resumed.decision == fresh.decision
    assert resumed.usage == fresh.usage
    assert resumed.sampled < fresh.sampled


def test_other_settings_draw_other_pools() -> None:
    store = MemoryStore()
    run("majority:n=4", bench(store=store))
    assert run("majority:n=4", bench(store=store, root_seed=1)).sampled == 4
    hot = bench(store=store, params=SamplingParams(temperature=1.0))
    assert run("majority:n=4", hot).sampled == 4


SHAPE = ModelShape(num_params=1000, num_layers=2, hidden_size=8)
PRICE = Price(prompt_usd=1.0, generated_usd=2.0)


@given(
    calls=st.none() | st.integers(0, 12),
    tokens=st.none() | st.integers(0, 400),
    flops=st.none() | st.floats(0, 5e6),
    cost=st.none() | st.floats(0, 1e-3),
    spec=st.sampled_from(["majority:n=10", "adaptive:max_n=10", "greedy", "early_stopping"]),
)
def test_no_cap_is_ever_exceeded(calls, tokens, flops, cost, spec) -> None:
    budget = Budget(calls=calls, generated_tokens=tokens, flops=flops, cost_usd=cost)
    engine = ScriptedEngine(reply, shape=SHAPE, price=PRICE)
    outcome = run(spec, bench(engine, max_tokens=40), budget)
    assert budget.exceeded_by(outcome.usage) is None
    if len(outcome.solutions) == 0:
        assert outcome.decision.answer is None
        assert outcome.stopped_by is not None


def test_a_token_budget_smaller_than_one_reply_still_draws_one() -> None:
    outcome = run("majority:n=5", bench(max_tokens=100), Budget(generated_tokens=20))
    assert len(outcome.solutions) == 1
    assert outcome.usage.generated_tokens <= 20
    assert outcome.stopped_by == "generated_tokens"


def test_a_spent_budget_is_named() -> None:
    assert run("majority:n=5", budget=Budget(calls=2)).stopped_by == "calls"


def test_a_deadline_keeps_what_was_finished() -> None:
    turns = iter(range(100))

    async def pause() -> None:
        if next(turns) >= 2:
            await asyncio.Event().wait()

    outcome = run("majority:n=5", bench(ScriptedEngine(reply, pause=pause)), Budget(seconds=0.5))
    assert len(outcome.solutions) == 2
    assert outcome.stopped_by == "seconds"
    assert outcome.decision.answer is not None


def test_a_deadline_that_is_already_past_draws_nothing() -> None:
    outcome = run("majority:n=5", budget=Budget(seconds=0.0))
    assert outcome.solutions == ()
    assert outcome.stopped_by == "seconds"


def test_a_failed_sample_is_data_and_is_tried_again_on_resume() -> None:
    store = MemoryStore()
    broken = ScriptedEngine(reply, fails=lambda prompt, seed: "lost" if seed % 2 else None)
    outcome = run("majority:n=8", bench(broken, store=store))
    lost = [one for one in outcome.solutions if one.status == "engine_error"]
    assert 0 < len(lost) < 8
    assert lost[0].detail == "lost"
    assert outcome.decision.answer is not None
    assert run("majority:n=8", bench(store=store)).sampled == len(lost)


def test_a_reply_cut_before_its_answer_does_not_vote() -> None:
    engine = ScriptedEngine(lambda prompt, seed: "There are 5 of them and then 6 more of them")
    outcome = run("majority:n=1", bench(engine, max_tokens=4))
    assert outcome.solutions[0].status == "truncated"
    assert outcome.decision.answer is None


def test_a_prompt_that_does_not_fit_is_recorded() -> None:
    outcome = run("majority:n=2", bench(ScriptedEngine(reply, context_tokens=5)))
    assert outcome.decision.answer is None
    assert outcome.error is not None or outcome.solutions[0].status == "engine_error"


def test_an_engine_that_cannot_work_stops_the_run() -> None:
    async def down() -> None:
        raise EndpointError("refused")

    with pytest.raises(EndpointError):
        run("majority:n=2", bench(ScriptedEngine(reply, pause=down)))


class Asks:
    """A strategy that asks for one action and then decides."""

    name = "asks"

    def __init__(self, *actions) -> None:
        self.actions = actions

    def solve(self, question):
        drawn = yield Sample(3)
        for action in self.actions:
            drawn = yield action(drawn)
        return decide(drawn, "asked")


def test_scores_come_back_under_the_name_that_was_asked_for() -> None:
    outcome = run(
        Asks(lambda drawn: Score("deepconf:kind=mean", drawn)),
        bench(params=SamplingParams(top_logprobs=5)),
    )
    assert all("deepconf:kind=mean" in one.scores for one in outcome.solutions)


@pytest.mark.parametrize(
    "action",
    [
        lambda drawn: Score("nobody", drawn),
        lambda drawn: Sample(1, engine="nobody"),
        lambda drawn: Sample(1, form="nobody"),
    ],
)
def test_unknown_names_are_named(action) -> None:
    with pytest.raises(UnknownNameError, match="nobody"):
        run(Asks(action))


class GoldPeeker:
    """An oracle in a verifier's clothes."""

    name = "gold"
    unit = "probability"
    pointwise = True
    sees_gold = True

    def judge(self, problem, solutions):
        return [1.0] * len(solutions)

    async def score(self, question, solutions, calls):
        return [1.0] * len(solutions)


def test_an_oracle_cannot_serve_a_strategy() -> None:
    on = bench(verifiers={"gold": GoldPeeker()})
    with pytest.raises(OracleError, match="oracle bound"):
        run("best_of_n:n=2,verifier=gold", on)


def test_a_question_carries_no_gold() -> None:
    assert not hasattr(QUESTION, "gold")
    assert "42" not in repr(next(Sums().problems("test")).question)


def test_model_scores_are_charged_stored_and_reused() -> None:
    on = bench()
    first = run("weighted:n=4,verifier=p_true,temperature=0", on)
    again = run("weighted:n=4,verifier=p_true,temperature=0", on)
    assert first.usage.verifier_tokens > 0
    assert first.usage.verifier_calls == 8
    assert again.usage.verifier_tokens == first.usage.verifier_tokens
    assert all(0 <= one.scores["p_true"] <= 1 for one in first.solutions)


@given(cap=st.integers(0, 3000))
def test_the_verifier_cap_holds(cap: int) -> None:
    outcome = run("weighted:n=3,verifier=p_true", budget=Budget(verifier_tokens=cap))
    assert outcome.usage.verifier_tokens <= cap
    assert outcome.decision.answer is not None


def test_a_judge_is_another_engine() -> None:
    judge = ScriptedEngine(lambda prompt, seed: "Verdict: Yes", name="judge")
    on = bench(engines={"main": ScriptedEngine(reply), "judge": judge})
    outcome = run("weighted:n=3,verifier=judge,temperature=0", on)
    assert [one.scores["judge"] for one in outcome.solutions] == [1.0] * 3


def judged(judge: ScriptedEngine, **rest) -> Bench:
    return bench(engines={"main": ScriptedEngine(reply), "judge": judge}, **rest)


async def down() -> None:
    raise EndpointError("connection refused")


SCORED = ("best_of_n:n=6,verifier={}", "weighted:n=6,verifier={},temperature=0")
DEAD = {
    "every row fails": ScriptedEngine(reply, name="judge", fails=lambda prompt, seed: "down"),
    "one row fails": ScriptedEngine(
        lambda prompt, seed: "Verdict: Yes",
        name="judge",
        fails=lambda prompt, seed: "down" if seed == 2 else None,
    ),
    "it cannot be reached": ScriptedEngine(reply, name="judge", pause=down),
    "it says nothing": ScriptedEngine("Hm.", name="judge"),
    "the prompt is too long": ScriptedEngine(reply, name="judge", context_tokens=3),
}


@pytest.mark.parametrize("spec", SCORED)
@pytest.mark.parametrize("how", DEAD)
def test_a_dead_judge_decides_nothing_and_is_named(how: str, spec: str) -> None:
    on = judged(DEAD[how])
    outcome = run(spec.format("judge"), on)
    assert outcome.verifier_failed
    assert outcome.decision.answer is None
    assert "judge" in outcome.error
    assert len(outcome.solutions) == 6
    assert all("judge" not in one.scores for one in outcome.solutions)
    assert outcome.usage.generated_tokens > 0
    alive = judged(ScriptedEngine("Verdict: Yes", name="judge"), store=on.store)
    again = run(spec.format("judge"), alive)
    assert (again.sampled, again.verifier_failed, again.error) == (0, False, None)
    assert [one.scores["judge"] for one in again.solutions] == [1.0] * 6


class Broken:
    """A verifier that does what it is told to do."""

    name, unit, pointwise = "broken", "real", True

    def __init__(self, does, pointwise: bool = True) -> None:
        self.does, self.pointwise = does, pointwise

    async def score(self, question, solutions, calls):
        return self.does(solutions)


def raises(error: Exception):
    def does(solutions):
        raise error

    return does


@pytest.mark.parametrize("pointwise", [True, False])
@pytest.mark.parametrize(
    ("does", "reason"),
    [
        (raises(ZeroDivisionError("by 0")), "ZeroDivisionError: by 0"),
        (raises(EndpointError("gone")), "EndpointError: gone"),
        (raises(OSError("disk")), "OSError: disk"),
        (lambda solutions: [None] * len(solutions), "no score to any of 3 solutions"),
        (lambda solutions: [float("nan")] * len(solutions), "no score to any of 3 solutions"),
    ],
)
def test_a_verifier_that_fails_in_any_way_is_no_working_one(does, reason, pointwise) -> None:
    on = bench(verifiers={"broken": Broken(does, pointwise)})
    outcome = run("best_of_n:n=3,verifier=broken", on)
    assert outcome.verifier_failed
    assert reason in outcome.error
    assert outcome.decision.answer is None


@pytest.mark.parametrize("error", [UsageError("odd"), StoreError("full"), UnsupportedError("no")])
def test_what_concerns_the_whole_run_still_ends_it(error: Exception) -> None:
    on = bench(verifiers={"broken": Broken(raises(error))})
    with pytest.raises(type(error)):
        run("best_of_n:n=3,verifier=broken", on)


def test_solutions_without_an_answer_need_no_score() -> None:
    engine = ScriptedEngine(lambda prompt, seed: "I do not know.")
    on = bench(engine, verifiers={"broken": Broken(lambda some: [None] * len(some))})
    outcome = run("best_of_n:n=3,verifier=broken", on)
    assert not outcome.verifier_failed
    assert outcome.decision.answer is None


def test_some_scores_are_enough() -> None:
    on = bench(verifiers={"broken": Broken(lambda some: [None, 1.0, float("inf")])})
    outcome = run("best_of_n:n=3,verifier=broken", on)
    assert not outcome.verifier_failed
    assert outcome.decision.solution.index == 1


@pytest.mark.parametrize("cap", [0, 100, 700, 1500])
@pytest.mark.parametrize("spec", ["best_of_n:n=4,verifier=p_true", "weighted:n=4,verifier=judge"])
def test_stored_scores_never_pass_a_cap(spec: str, cap: int) -> None:
    on = judged(ScriptedEngine("Verdict: Yes", name="judge"))
    whole = run(spec, on)
    budget = Budget(verifier_tokens=min(cap, whole.usage.verifier_tokens - 1))
    outcome = run(spec, on, budget)
    assert outcome.usage.verifier_tokens <= budget.verifier_tokens
    assert outcome.stopped_by == "verifier_tokens"
    assert not outcome.verifier_failed


class Uneven:
    """Asks another number of times than there are solutions."""

    name, unit, pointwise = "uneven", "real", True

    async def score(self, question, solutions, calls):
        prompt = Prompt((Message("user", question.text),))
        await calls.score("main", [(prompt, "Yes")] * (len(solutions) + 1))
        return [float(one.index) for one in solutions]


def test_calls_that_are_not_a_solutions_own_are_shared_evenly() -> None:
    on = bench(ScriptedEngine(reply, shape=SHAPE, price=PRICE), verifiers={"uneven": Uneven()})
    first = run("best_of_n:n=3,verifier=uneven", on)
    again = run("best_of_n:n=3,verifier=uneven", on)
    assert first.usage.verifier_calls == again.usage.verifier_calls == 4
    assert first.usage.verifier_tokens == again.usage.verifier_tokens > 0
    assert again.usage.flops == pytest.approx(first.usage.flops)
    assert again.usage.cost_usd == pytest.approx(first.usage.cost_usd)


def test_agreement_is_recomputed_for_the_solutions_at_hand() -> None:
    outcome = run("best_of_n:n=5,verifier=agreement")
    assert all("agreement" in one.scores for one in outcome.solutions)


def test_a_cascade_charges_both_models() -> None:
    small = ScriptedEngine(lambda prompt, seed: f"The answer is {seed % 1000}.", name="small")
    big = ScriptedEngine(lambda prompt, seed: "The answer is 42.", name="big")
    outcome = run("cascade:max_n=4", bench(engines={"main": small, "big": big}))
    assert outcome.decision.answer == "42"
    assert outcome.usage.calls == 5
    assert {one.engine for one in outcome.solutions} == {"main", "big"}


def test_usage_adds_up_over_solutions() -> None:
    outcome = run("majority:n=6", bench(ScriptedEngine(reply, shape=SHAPE, price=PRICE)))
    made = sum(one.usage.generated_tokens for one in outcome.solutions)
    assert outcome.usage.generated_tokens == made
    assert outcome.usage.flops > 0
    expected = 6 * outcome.usage.prompt_tokens * 1e-6 + made * 2e-6  # each row pays its prompt
    assert outcome.usage.cost_usd == pytest.approx(expected)
    assert isinstance(outcome.usage, Usage)


class Watched:
    """The form `cot`, noting which thread reads."""

    def __init__(self) -> None:
        self._form = forms.create("cot")
        self.name, self.stop = "watched", self._form.stop
        self.max_tokens = self._form.max_tokens
        self.threads: set[int] = set()

    def prompt(self, question, shots=None):
        return self._form.prompt(question, shots)

    def read(self, reply, question, checker, sandbox):
        self.threads.add(threading.get_ident())
        return self._form.read(reply, question, checker, sandbox)


class QuickWatched(Watched, Quick):
    """The same, which says that it waits for nothing."""


@pytest.mark.parametrize(("form", "in_place"), [(Watched(), False), (QuickWatched(), True)])
def test_only_a_quick_form_is_read_where_the_event_loop_runs(form: Watched, in_place: bool) -> None:
    outcome = run("majority:n=4", replace(bench(), forms={"watched": form}, form="watched"))
    assert len(outcome.solutions) == 4
    assert (threading.get_ident() in form.threads) == in_place
    assert len(form.threads) == 1


def test_continuations_of_partial_solutions_have_seeds_of_their_own() -> None:
    bench = Bench({"main": ScriptedEngine("")}, "cot", Sums(), NoSandbox(), MemoryStore())
    whole = PoolDraw.plan(Sample(2), QUESTION, bench)
    one, other = (replace(whole, pool=replace(whole.pool, prefix=text)) for text in ("a", "b"))
    seeds = [draw.seeds(range(4)) for draw in (whole, one, other)]
    assert len({seed for some in seeds for seed in some}) == 12

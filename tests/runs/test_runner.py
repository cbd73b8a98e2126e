import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from tests.runs.toys import ToyChecker, ToyEngine, ToyTask, toy_bench, toy_problems
from underdog.core import (
    Budget,
    Decision,
    EngineInfo,
    Grade,
    Problem,
    Question,
    Quick,
    Sample,
    Steps,
    Usage,
)
from underdog.errors import DataError, EngineError, StoreError, UsageError
from underdog.measure.results import ArmResult
from underdog.runs.manifest import describe
from underdog.runs.runner import Arm, RunProgress, run_arm
from underdog.runs.store.memory_store import MemoryStore
from underdog.runs.store.store import Store
from underdog.strategies.best_of_n import BestOfN
from underdog.strategies.majority import Majority


def arm_on(
    store: Store | MemoryStore, engine: ToyEngine | None = None, n: int = 4, **more: object
) -> Arm:
    return Arm(f"toy majority@{n}", Majority(n), toy_bench(store, engine), **more)  # type: ignore[arg-type]


def manifest_of(arm: Arm, problems: Sequence[Problem]) -> object:
    return describe({"main": arm.bench}, problems, task="sums", split="test")


def run_in(store: Store, arm: Arm, problems: Sequence[Problem], **more: object) -> ArmResult:
    run = store.journal.begin("run", describe({"main": arm.bench}, problems, task="sums", split=""))
    return asyncio.run(run_arm(arm, problems, run=run, **more))  # type: ignore[arg-type]


def test_every_problem_is_solved_graded_and_charged() -> None:
    problems = toy_problems(20)
    result = asyncio.run(run_arm(arm_on(MemoryStore()), problems))
    assert (result.name, result.model, result.form) == ("toy majority@4", "toy-1m", "line")
    assert result.strategy == "majority(n=4)"
    assert [item.problem_id for item in result.items] == [problem.id for problem in problems]
    assert {item.status for item in result.items} == {"right", "wrong"}
    assert result.usage.calls == 80
    assert {item.group for item in result.items} == {"g0", "g1", "g2"}
    assert all(item.num_solutions == 4 for item in result.items)
    assert not result.replayed


def test_results_do_not_depend_on_concurrency_or_store() -> None:
    problems = toy_problems(30)
    alone = asyncio.run(run_arm(arm_on(MemoryStore()), problems, concurrency=1))
    together = asyncio.run(run_arm(arm_on(MemoryStore()), problems, concurrency=8))
    with Store(":memory:") as store:
        kept = run_in(store, arm_on(store), problems, concurrency=8)
        assert store.journal.runs()[0].results() == [kept]
    assert alone == together == kept


def test_a_resumed_arm_reads_finished_items_instead_of_solving_them() -> None:
    problems = toy_problems(10)
    with Store(":memory:") as store:
        run_in(store, arm_on(store), problems[:6])
        engine = ToyEngine()
        arm = arm_on(store, engine)
        [run] = store.journal.runs()
        told: list[RunProgress] = []
        result = asyncio.run(run_arm(arm, problems, run=run, progress=told.append, concurrency=1))
        assert engine.calls == 4
        assert [(one.done, one.total, one.resumed) for one in told] == [
            (7, 10, 6), (8, 10, 6), (9, 10, 6), (10, 10, 6),
        ]  # fmt: skip
        assert told[-1].right == result.num_right
        assert result == asyncio.run(run_arm(arm_on(MemoryStore()), problems))


def test_another_arm_reuses_the_samples_but_not_the_results() -> None:
    problems = toy_problems(5)
    with Store(":memory:") as store:
        run_in(store, arm_on(store, n=4), problems)
        engine = ToyEngine()
        small = run_in(store, arm_on(store, engine, n=2), problems)
        assert engine.calls == 0
        assert small == asyncio.run(run_arm(arm_on(MemoryStore(), n=2), problems))
        assert [one.name for one in store.journal.runs()[0].results()] == [
            "toy majority@4",
            "toy majority@2",
        ]


def test_a_budget_is_part_of_the_arm() -> None:
    problems = toy_problems(3)
    with Store(":memory:") as store:
        run_in(store, arm_on(store), problems)
        capped = run_in(store, arm_on(store, budget=Budget(calls=2)), problems)
        assert [item.usage.calls for item in capped.items] == [2, 2, 2]


def test_problems_must_have_their_own_ids() -> None:
    twice = [*toy_problems(2), *toy_problems(1)]
    with pytest.raises(DataError, match="two problems have the id 'q0'"):
        asyncio.run(run_arm(arm_on(MemoryStore()), twice))


def test_no_concurrency_is_refused() -> None:
    with pytest.raises(UsageError, match="concurrency=0"):
        asyncio.run(run_arm(arm_on(MemoryStore()), [], concurrency=0))


def test_no_problems_give_an_empty_result() -> None:
    assert asyncio.run(run_arm(arm_on(MemoryStore()), [])).items == ()


class Stumbling:
    """A strategy with a defect that shows on one problem."""

    name = "stumbling"

    def solve(self, question: Question) -> Steps:
        solutions = yield Sample(1)
        if question.id == "q2":
            raise ZeroDivisionError("a defect")
        return Decision(solutions[0].answer)


@pytest.mark.parametrize("journalled", [True, False])
def test_a_failing_item_is_recorded_and_spares_its_siblings(
    journalled: bool, caplog: pytest.LogCaptureFixture
) -> None:
    problems = toy_problems(5)
    with Store(":memory:") as store:
        arm = Arm("toy", Stumbling(), toy_bench(store))
        manifest = describe({"main": arm.bench}, problems, task="sums", split="test")
        run = store.journal.begin("run", manifest)
        result = asyncio.run(run_arm(arm, problems, run=run if journalled else None))
        assert [item.status == "undecided" for item in result.items] == [0, 0, 1, 0, 0]
        assert result.items[2].usage == Usage()
        failures = [event.detail for event in run.events() if event.kind == "item failed"]
        assert failures == ["toy, q2: ZeroDivisionError: a defect"] * journalled
        assert caplog.messages == ["item failed: toy, q2: ZeroDivisionError: a defect"]


def test_a_failed_item_is_tried_again_by_the_next_run() -> None:
    problems = toy_problems(4)
    with Store(":memory:") as store:
        flaky = ToyEngine(
            fail=lambda asked, seed: (
                "lost" if asked == problems[1].question.text and seed % 2 else None
            )
        )
        first = run_in(store, arm_on(store, flaky), problems)
        assert first.items[1].num_solutions == 4
        engine = ToyEngine()
        second = run_in(store, arm_on(store, engine), problems)
        assert engine.calls == 1
        assert second == asyncio.run(run_arm(arm_on(MemoryStore()), problems))
        [run] = store.journal.runs()
        assert [event.kind for event in run.events()] == ["started", "item failed", "resumed"]
        assert run.events()[1].detail.endswith("the engine failed on some of its samples: lost")


def test_an_item_without_a_single_sample_is_undecided_not_wrong() -> None:
    dead = ToyEngine(fail=lambda asked, seed: "lost")
    result = asyncio.run(run_arm(arm_on(MemoryStore(), dead), toy_problems(2)))
    assert [item.status for item in result.items] == ["undecided", "undecided"]


def test_an_item_whose_samples_have_no_answer_has_no_answer() -> None:
    class Mute(ToyEngine):
        def _one(self, request, seed):  # type: ignore[no-untyped-def]
            return replace(super()._one(request, seed), text="hmm")

    result = asyncio.run(run_arm(arm_on(MemoryStore(), Mute()), toy_problems(2)))
    assert [item.status for item in result.items] == ["no_answer", "no_answer"]


def test_a_grade_that_is_undecided_is_kept_apart() -> None:
    class Unsure(ToyChecker):
        def grade(self, answer: str, problem: Problem) -> Grade:
            return Grade("undecided", 0.0, "time-out")

    bench = replace(toy_bench(), task=ToyTask(checker=Unsure()))
    result = asyncio.run(run_arm(Arm("toy", Majority(2), bench), toy_problems(2)))
    assert [item.status for item in result.items] == ["undecided", "undecided"]


@pytest.mark.parametrize("marks", [(ToyChecker,), (ToyChecker, Quick)])
def test_only_a_quick_checker_grades_where_the_event_loop_runs(marks: tuple[type, ...]) -> None:
    threads: set[int] = set()

    def grade(self: ToyChecker, answer: str, problem: Problem) -> Grade:
        threads.add(threading.get_ident())
        return ToyChecker.grade(self, answer, problem)

    checker = type("Watched", marks, {"grade": grade})()
    bench = replace(toy_bench(), task=ToyTask(checker=checker))
    result = asyncio.run(run_arm(Arm("toy", Majority(2), bench), toy_problems(3)))
    assert len(result.items) == 3
    assert (threads == {threading.get_ident()}) == (Quick in marks)


def broken_engine() -> ToyEngine:
    class Broken(ToyEngine):
        async def generate(self, requests):  # type: ignore[no-untyped-def]
            if "4" in requests[0].prompt.messages[-1].content:
                raise EngineError("the engine process died; start it again")
            return await super().generate(requests)

    return Broken()


def test_an_engine_that_cannot_work_ends_the_run_and_keeps_what_is_finished() -> None:
    problems = toy_problems(12)
    with Store(":memory:") as store:
        with pytest.raises(EngineError, match="start it again"):
            run_in(store, arm_on(store, broken_engine()), problems, concurrency=1)
        [run] = store.journal.runs()
        finished = run.results()[0].items
        assert len(finished) == 2
        assert run_in(store, arm_on(store), problems).items[:2] == finished


def test_a_store_that_fails_ends_the_run_with_its_error() -> None:
    with Store(":memory:") as store:

        def close(progress: RunProgress) -> None:
            if progress.done == 3:
                store.close()

        with pytest.raises(StoreError, match="closed"):
            run_in(store, arm_on(store), toy_problems(12), progress=close)


def test_an_interrupt_leaves_everything_finished_in_the_store() -> None:
    problems = toy_problems(30)
    with Store(":memory:") as store:
        seen: list[int] = []

        def interrupt(progress: RunProgress) -> None:
            seen.append(progress.done)
            if progress.done == 11:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            run_in(store, arm_on(store), problems, progress=interrupt, concurrency=4)
        [run] = store.journal.runs()
        assert len(run.results()[0].items) >= 11  # and what was committed with the eleventh
        whole = run_in(store, arm_on(store), problems)
        assert whole == asyncio.run(run_arm(arm_on(MemoryStore()), problems))


def test_cancelling_leaves_everything_finished_in_the_store() -> None:
    problems = toy_problems(30)

    async def cancelled(arm: Arm, store: Store) -> int:
        run = store.journal.begin("run", describe({}, problems, task="sums", split="test"))
        reached = asyncio.Event()

        def watch(progress: RunProgress) -> None:
            if progress.done == 5:
                reached.set()

        task = asyncio.create_task(run_arm(arm, problems, run=run, progress=watch))
        await reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return len(run.results()[0].items)

    with Store(":memory:") as store:
        assert asyncio.run(cancelled(arm_on(store), store)) >= 5


def ticking() -> Callable[[], float]:
    ticks = iter(range(100))
    return lambda: float(next(ticks))


def test_progress_tells_rate_and_time_left() -> None:
    told: list[RunProgress] = []
    problems = toy_problems(4)
    arm = arm_on(MemoryStore())
    asyncio.run(run_arm(arm, problems, progress=told.append, clock=ticking(), concurrency=1))
    assert [one.per_second for one in told] == [1.0, 1.0, 1.0, 1.0]
    assert [one.eta_s for one in told] == [3.0, 2.0, 1.0, 0.0]


def test_progress_before_the_first_item_knows_no_rate() -> None:
    start = RunProgress(done=3, total=9, resumed=3, right=1, elapsed_s=0.0)
    assert start.per_second == 0.0
    assert start.eta_s is None


def test_items_of_problems_no_longer_asked_for_are_left_out() -> None:
    problems = toy_problems(6)
    with Store(":memory:") as store:
        run_in(store, arm_on(store), problems)
        [run] = store.journal.runs()
        fewer = asyncio.run(run_arm(arm_on(store), problems[2:4], run=run))
        assert [item.problem_id for item in fewer.items] == ["q2", "q3"]


def test_another_engine_is_another_arm() -> None:
    other = EngineInfo("toy", "toy-2m", "other-fingerprint", context_tokens=512)
    keys = {arm_on(MemoryStore(), ToyEngine(info)).key for info in (other, ToyEngine().info)}
    assert len(keys) == 2


def test_a_group_that_is_no_text_is_written_as_json() -> None:
    problem = replace(toy_problems(1)[0], meta={"group": 3})
    result = asyncio.run(run_arm(arm_on(MemoryStore()), [problem]))
    assert result.items[0].group == "3"


def test_verifier_scores_are_kept_for_the_next_arm() -> None:
    problems = toy_problems(4)
    with Store(":memory:") as store:
        bench = toy_bench(store)
        run_in(store, Arm("a", BestOfN(4, "luck"), bench), problems)
        run_in(store, Arm("b", BestOfN(2, "luck"), bench), problems)
        assert bench.verifiers["luck"].asked == 16  # type: ignore[attr-defined]

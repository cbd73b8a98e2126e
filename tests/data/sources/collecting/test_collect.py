"""Running a source: the journal, the budget, the deadline, the order, what is refused."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.data.sources.scripted_sources import (
    EGGS,
    EGGS_CHAIN,
    EGGS_PROGRAM,
    PENS,
    SHAPE,
    reasons,
    together,
)
from underdog.core import (
    Budget,
    Completion,
    Example,
    GenerateRequest,
    Problem,
    Prompt,
    Question,
    Sandbox,
    Usage,
)
from underdog.data.sources.collecting.allowance import Allowance
from underdog.data.sources.collecting.collect import CollectProgress
from underdog.engines.scripted import ScriptedEngine
from underdog.errors import (
    ContextError,
    DataError,
    EngineError,
    UnderdogError,
    UnknownNameError,
    UsageError,
)


def sums(count: int) -> list[Problem]:
    return [
        Problem(Question(f"p{n}", "demo", f"What is {n} + 1?"), str(n + 1), "train")
        for n in range(count)
    ]


def solve_sum(prompt: Prompt, seed: int) -> str:
    number = int(prompt.messages[-1].content.split()[2])
    return f"It is {number} + 1 = {number + 1 + seed % 2}.\nThe answer is {number + 1 + seed % 2}."


@pytest.mark.parametrize("split", ["test", "dev", "Validation"])
def test_seeds_of_a_held_out_split_are_refused(split: str, sandbox: Sandbox) -> None:
    held = Problem(EGGS.question, EGGS.gold, split)
    with pytest.raises(DataError, match="held out"):
        together("hinted", [held], "x", sandbox)


def test_two_seeds_with_one_id_are_refused(sandbox: Sandbox) -> None:
    with pytest.raises(DataError, match="'eggs'"):
        together("hinted", [EGGS, EGGS], "x", sandbox)


def test_the_main_engine_must_be_there(sandbox: Sandbox) -> None:
    with pytest.raises(UsageError, match="main"):
        together("hinted", [EGGS], {"teacher": ScriptedEngine("x")}, sandbox)


def test_concurrency_must_be_positive(sandbox: Sandbox) -> None:
    with pytest.raises(UsageError, match="0"):
        together("hinted", [EGGS], "x", sandbox, concurrency=0)


def test_a_role_without_an_engine_is_named(sandbox: Sandbox) -> None:
    with pytest.raises(UnknownNameError, match="critic"):
        together("self:engine=critic", [EGGS], "x", sandbox)


def test_no_seeds_make_an_empty_collection(sandbox: Sandbox) -> None:
    made = together("hinted", [], "x", sandbox)
    assert (made.records, made.acceptance, made.cost_per_accepted) == ((), 0.0, None)


@pytest.mark.parametrize("concurrency", [1, 3, 50])
def test_records_do_not_depend_on_how_many_seeds_run_side_by_side(
    concurrency: int, sandbox: Sandbox
) -> None:
    one = together("self:k=4", sums(7), solve_sum, sandbox, concurrency=concurrency)
    other = together("self:k=4", sums(7), solve_sum, sandbox, concurrency=8)
    assert one.records == other.records


def test_another_seed_draws_other_samples(sandbox: Sandbox) -> None:
    seen: list[set[int]] = []
    for root in (0, 1):
        drawn: set[int] = set()
        together("self:k=4", sums(2), lambda p, s, d=drawn: d.add(s) or "x", sandbox, seed=root)
        seen.append(drawn)
    assert not seen[0] & seen[1]


def test_accepted_items_carry_where_they_come_from(sandbox: Sandbox) -> None:
    made = together("hinted", [EGGS], EGGS_CHAIN, sandbox)
    [example] = made.examples
    assert example.id == f"{made.source}/eggs/0"
    expected = {"family": "demo", "form": "cot", "answer": "72", "teacher": "main", "seed": "eggs"}
    assert {name: example.tags[name] for name in expected} == expected
    assert example.completion == EGGS_CHAIN
    assert [segment.weight for segment in example.segments] == [0.0, 1.0]


def test_the_cost_of_an_item_includes_what_was_refused(sandbox: Sandbox) -> None:
    made = together("hinted", [EGGS, PENS], EGGS_CHAIN, sandbox)
    assert made.num_accepted == 1
    cost = made.cost_per_accepted
    assert cost is not None
    assert cost.calls == 2
    assert cost.generated_tokens == made.usage.generated_tokens


def test_a_screen_refuses_examples_with_its_reason(sandbox: Sandbox) -> None:
    def screen(example: Example) -> str | None:
        return "in the test set" if "eggs" in example.prompt else None

    made = together("hinted", [EGGS], EGGS_CHAIN, sandbox, screen=screen)
    assert [(one.reason, one.detail) for one in made.rejected] == [("screened", "in the test set")]
    assert made.examples == []


def test_progress_is_told_after_every_seed(sandbox: Sandbox) -> None:
    told: list[CollectProgress] = []
    together("hinted", sums(3), solve_sum, sandbox, progress=told.append)
    assert [(one.done, one.total) for one in told] == [(1, 3), (2, 3), (3, 3)]
    assert told[-1].records == 3


# the journal


def test_the_same_call_asks_nothing_again(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "deep" / "journal.jsonl"
    first = together("self:k=2", sums(3), solve_sum, sandbox, journal=path)

    def never(prompt: Prompt, seed: int) -> str:
        raise AssertionError("asked again")

    again = together("self:k=2", sums(3), never, sandbox, journal=path)
    assert (again.records, again.usage) == (first.records, first.usage)


def test_more_seeds_can_be_added_to_a_journal(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    together("self:k=2", sums(2), solve_sum, sandbox, journal=path)
    grown = together("self:k=2", sums(4), solve_sum, sandbox, journal=path)
    assert grown.records == together("self:k=2", sums(4), solve_sum, sandbox).records


def test_a_seed_whose_text_changed_is_asked_anew(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    together("hinted", [EGGS], "The answer is 9.", sandbox, journal=path)
    changed = Problem(Question("eggs", "demo", "Mia has 9 * 8 eggs. How many?"), "72", "train")
    made = together("hinted", [changed], EGGS_CHAIN, sandbox, journal=path)
    assert made.num_accepted == 1


@pytest.mark.parametrize(
    ("options", "name"),
    [({"source": "hinted:n=2"}, "source"), ({"seed": 5}, "seed"), ({"name": "b"}, "engines")],
)
def test_a_journal_of_another_collection_is_refused(
    options: dict[str, object], name: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    path = tmp_path / "journal.jsonl"
    together("hinted", [EGGS], "x", sandbox, journal=path)
    source = options.pop("source", "hinted")
    engine = ScriptedEngine("x", name=str(options.pop("name", "scripted")))
    with pytest.raises(DataError, match=f"its {name} was"):
        together(source, [EGGS], engine, sandbox, journal=path, **options)


@pytest.mark.parametrize(
    "line",
    ["nonsense", "[1]", '{"seed": "eggs"}', '{"seed": "e", "records": [1]}',
     '{"seed": "e", "records": [{"id": 3}]}', '{"seed": "e", "step": 0, "ask": "d", "replies": 1}'],
)  # fmt: skip
def test_a_damaged_line_is_named(line: str, sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    together("hinted", [EGGS], "x", sandbox, journal=path)
    with path.open("a") as file:
        file.write(line + "\n")
    with pytest.raises(DataError, match="line 4"):
        together("hinted", [EGGS], "x", sandbox, journal=path)


@pytest.mark.parametrize(
    "text", ['{"mine": 1}\n', '{"mine": 1}', "dear diary", "\n", '{"mine": 1}\nx']
)
def test_a_file_that_is_no_journal_is_left_alone(
    text: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    path = tmp_path / "notes.json"
    path.write_text(text)
    with pytest.raises(DataError, match="line 1"):
        together("hinted", [EGGS], "x", sandbox, journal=path)
    assert path.read_text() == text


@pytest.mark.parametrize("size", [0, 1, 20, 40])
def test_a_journal_cut_in_its_first_line_starts_afresh(
    size: int, sandbox: Sandbox, tmp_path: Path
) -> None:
    path = tmp_path / "journal.jsonl"
    together("hinted", [EGGS], EGGS_CHAIN, sandbox, journal=path)
    path.write_bytes(path.read_bytes()[:size])
    assert together("hinted", [EGGS], EGGS_CHAIN, sandbox, journal=path).num_accepted == 1
    assert len(path.read_text().splitlines()) == 3


def test_a_journal_that_cannot_be_opened_is_named(sandbox: Sandbox, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot open"):
        together("hinted", [EGGS], "x", sandbox, journal=tmp_path)


def test_two_collections_cannot_write_one_journal(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    errors: list[str] = []

    def nested(progress: CollectProgress) -> None:
        try:
            asyncio_free(lambda: together("hinted", [EGGS], "x", sandbox, journal=path))
        except DataError as error:
            errors.append(str(error))

    together("hinted", [EGGS], "x", sandbox, journal=path, progress=nested)
    assert "another collection" in errors[0]


def asyncio_free(call: object) -> None:
    """Call from a thread, where no event loop runs."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        pool.submit(call).result()


def test_a_full_disk_is_reported(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "journal.jsonl"
    together("hinted", [EGGS], "x", sandbox, journal=path)

    def full(fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(UnderdogError, match="No space left"):
        together("hinted", [EGGS, PENS], "x", sandbox, journal=path)


# engines that fail


class Failing(ScriptedEngine):
    """Raises for some prompts."""

    def __init__(self, error: Exception, word: str) -> None:
        super().__init__(solve_sum)
        self._error = error
        self._word = word

    async def generate(self, requests: Sequence[GenerateRequest]) -> list[list[Completion]]:
        if any(self._word in one.prompt.messages[-1].content for one in requests):
            raise self._error
        return await super().generate(requests)


def test_an_engine_that_cannot_work_ends_the_collection_and_keeps_the_journal(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    path = tmp_path / "journal.jsonl"
    engine = Failing(EngineError("no memory"), "What is 2 +")
    with pytest.raises(EngineError, match="no memory"):
        together("hinted", sums(4), engine, sandbox, journal=path, concurrency=1)
    assert path.read_text().count('"records"') == 2
    assert together("hinted", sums(4), solve_sum, sandbox, journal=path).num_done == 4


def test_a_prompt_that_is_too_long_fails_alone(sandbox: Sandbox) -> None:
    engine = Failing(ContextError("9000 tokens"), "What is 2 +")
    made = together("self:k=2", sums(4), engine, sandbox)
    errors = [record for record in made.records if record.reason == "engine error"]
    assert [record.seed for record in errors] == ["p2", "p2"]
    assert "9000 tokens" in errors[0].detail


# the budget


@settings(max_examples=15)
@given(st.integers(0, 40), st.integers(1, 9))
def test_no_cap_is_ever_exceeded(sandbox: Sandbox, calls: int, concurrency: int) -> None:
    budget = Budget(calls=calls)
    made = together(
        "self:k=3", sums(10), solve_sum, sandbox, budget=budget, concurrency=concurrency
    )
    assert made.usage.calls == min(calls // 3 * 3, 30)
    assert made.stopped_by == ("calls" if calls < 30 else None)


@pytest.mark.parametrize(
    "budget", [Budget(generated_tokens=600), Budget(flops=6e8), Budget(cost_usd=0.0)]
)
def test_tokens_and_flops_are_capped_too(budget: Budget, sandbox: Sandbox) -> None:
    engine = ScriptedEngine(solve_sum, shape=SHAPE)
    made = together("hinted", sums(30), engine, sandbox, budget=budget)
    assert budget.exceeded_by(made.usage) is None
    assert made.usage.calls > 0


def test_a_budget_counts_what_the_journal_holds(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    for cap, expected in ((2, 2), (2, 2), (5, 5)):
        budget = Budget(calls=cap)
        made = together("hinted", sums(9), solve_sum, sandbox, journal=path, budget=budget)
        assert made.usage.calls == expected
        assert made.stopped_by == "calls"


def test_a_deadline_stops_and_keeps_what_is_done(sandbox: Sandbox, tmp_path: Path) -> None:
    async def stuck() -> None:
        await asyncio.Event().wait()

    path = tmp_path / "journal.jsonl"
    engine = ScriptedEngine(solve_sum, pause=stuck)
    made = together("hinted", sums(3), engine, sandbox, journal=path, budget=Budget(seconds=0.05))
    assert (made.stopped_by, made.num_done) == ("seconds", 0)
    assert together("hinted", sums(3), solve_sum, sandbox, journal=path).num_done == 3


def test_an_ask_waits_for_room_that_one_in_flight_may_leave() -> None:
    async def play() -> list[bool]:
        allowance = Allowance(Budget(generated_tokens=100))
        worst = Usage(generated_tokens=80)
        granted = [await allowance.reserve(worst)]
        second = asyncio.create_task(allowance.reserve(worst))
        await asyncio.sleep(0)
        assert not second.done()
        await allowance.settle(worst, Usage(generated_tokens=10))
        granted.append(await second)
        await allowance.settle(worst, Usage(generated_tokens=30))
        granted += [await allowance.reserve(worst), await allowance.reserve(Usage())]
        return granted

    assert asyncio.run(play()) == [True, True, False, False]


def test_duplicates_across_seeds_are_refused_in_seed_order(sandbox: Sandbox) -> None:
    new = (
        "Problem: Ivo has 14 red marbles and 9 blue marbles and then gives 5 of them to Pia. "
        "How many marbles does Ivo still have?\n```python\ndef solution():\n"
        "    return 14 + 9 - 5\n```"
    )
    made = together("tinygsm", [EGGS, PENS], new, sandbox)
    assert reasons(made) == ["", "duplicate"]


def test_what_was_collected_makes_a_data_set_that_checks_out(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    from underdog.data.checking.checking import check_dataset
    from underdog.data.dataset.writing import write_dataset

    chains = together("hinted", [EGGS, *sums(3)], f"{EGGS_CHAIN}", sandbox)
    programs = together("perturb", [EGGS], EGGS_PROGRAM, sandbox)
    examples = [*chains.examples, *programs.examples]
    write_dataset(tmp_path / "set", examples, origin={"source": chains.source}, verified=True)
    report = check_dataset(tmp_path / "set")
    assert report.sound
    assert len(examples) == 4


@pytest.mark.parametrize("concurrency", [1, 3, 16])
def test_enough_ends_it_with_the_same_first_items(sandbox: Sandbox, concurrency: int) -> None:
    whole = together("self:k=3", sums(20), solve_sum, sandbox)
    made = together("self:k=3", sums(20), solve_sum, sandbox, wanted=5, concurrency=concurrency)
    assert made.num_accepted == 5
    assert made.records == whole.records[: len(made.records)]
    assert made.records[-1].accepted
    assert made.stopped_by is None
    assert made.num_done < 20


def test_enough_from_a_journal_asks_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    first = together("self:k=3", sums(20), solve_sum, sandbox, wanted=6, journal=path)

    def never(prompt: Prompt, seed: int) -> str:
        raise AssertionError("asked again")

    assert together("self:k=3", sums(20), never, sandbox, wanted=6, journal=path).records == (
        first.records
    )
    more = together("self:k=3", sums(20), solve_sum, sandbox, wanted=9, journal=path)
    assert more.records[: len(first.records)] == first.records
    assert more.num_accepted == 9


def test_enough_counts_what_the_screen_lets_through(sandbox: Sandbox) -> None:
    made = together(
        "self:k=4",
        sums(20),
        solve_sum,
        sandbox,
        wanted=4,
        screen=lambda example: "known" if example.tags["seed"] in ("p0", "p1") else None,
    )
    assert made.num_accepted == 4
    assert "screened" in made.reasons

"""Making a data set: the same bytes every time, distinct problems, honest counts."""

import json
from pathlib import Path

import pytest

from underdog.core import SandboxResult
from underdog.data.checking.checking import check_dataset
from underdog.data.dataset.card.data_card import DataCard, read_card
from underdog.data.dataset.card.plan import MakePlan, plan_of, weighted
from underdog.data.dataset.progress import WriteProgress
from underdog.data.dataset.seen import Seen, marks_of
from underdog.data.dataset.shards import jsonl_path, read_examples, read_table, shards_of
from underdog.data.making.make import make
from underdog.errors import ConfigError, DataError, UnderdogError, UnknownNameError
from underdog.generators.drawing import split_of

pytestmark = pytest.mark.usefixtures("halves")


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*/*"))}


def test_every_problem_is_there_once_in_every_form(sums: tuple[Path, DataCard]) -> None:
    folder, card = sums
    examples = list(read_examples(folder))
    assert (card.problems, card.rows, card.verified) == (150, 300, 300)
    assert len({example.tags["key"] for example in examples}) == 150
    assert len({example.id for example in examples}) == 300
    assert {example.tags["form"] for example in examples} == {"cot", "program"}
    assert all(split_of(str(example.tags["key"])) == "train" for example in examples)


def test_a_row_holds_what_trainers_read(sums: tuple[Path, DataCard]) -> None:
    row = read_table(shards_of(sums[0])[0]).slice(0, 1).to_pylist()[0]
    assert [turn["role"] for turn in row["messages"]][-2:] == ["user", "assistant"]
    assert row["messages"][-1]["content"] == row["completion"]
    assert row["completion"].endswith(f"The answer is {row['answer']}.")
    assert row["prompt"].endswith(row["messages"][-2]["content"])
    assert row["steps"][-1]["value"] == row["answer"]
    assert row["segments"] is None
    assert json.loads(row["tags"]) == {"checker": "numeric"}


def test_the_json_lines_are_the_rows(sums: tuple[Path, DataCard]) -> None:
    shard = shards_of(sums[0])[0]
    lines = jsonl_path(shard).read_text().splitlines()
    rows = read_table(shard).to_pylist()
    assert [json.loads(line)["id"] for line in lines] == [row["id"] for row in rows]
    assert json.loads(lines[0])["tags"] == {"checker": "numeric"}


def test_interrupted_making_ends_with_the_same_bytes(
    tmp_path: Path, sums: tuple[Path, DataCard], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, card = sums
    plan = card.plan
    assert plan is not None
    shards = 0

    def stop_after_two(how_far: WriteProgress) -> None:
        nonlocal shards
        shards += 1
        if shards == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make(plan, tmp_path / "again", name="sums", progress=stop_after_two)
    assert read_card(tmp_path / "again") is None
    seen: list[WriteProgress] = []
    again = make(plan, tmp_path / "again", name="sums", progress=seen.append)
    assert seen[0].resumed == 120
    assert seen[-1].done == 150
    assert seen[-1].eta_s == 0
    assert again == card
    assert _bytes(tmp_path / "again") == _bytes(folder)


@pytest.mark.slow
def test_more_workers_give_the_same_bytes(tmp_path: Path, sums: tuple[Path, DataCard]) -> None:
    folder, card = sums
    assert card.plan is not None
    make(card.plan, tmp_path / "two", workers=2)
    assert _bytes(tmp_path / "two") == _bytes(folder)


@pytest.mark.slow
def test_a_killed_worker_process_is_an_error_that_says_how_to_go_on(tmp_path: Path) -> None:
    from underdog.data.workers import Workers

    with Workers(2) as workers:
        with pytest.raises(UnderdogError, match="same command resumes"):
            workers.ask(_die).take()
        with pytest.raises(UnderdogError, match="same command resumes"):
            workers.ask(_die)


def _die() -> None:
    import os

    os._exit(9)


def test_a_finished_data_set_is_not_made_again(sums: tuple[Path, DataCard]) -> None:
    folder, card = sums
    assert card.plan is not None
    before = {path: path.stat().st_mtime_ns for path in folder.glob("*/*")}
    assert make(card.plan, folder) == card
    assert {path: path.stat().st_mtime_ns for path in folder.glob("*/*")} == before


def test_another_plan_is_refused_by_the_setting_that_differs(sums: tuple[Path, DataCard]) -> None:
    folder, card = sums
    assert card.plan is not None
    with pytest.raises(ConfigError, match="seed=0, now seed=1"):
        make(card.plan.model_copy(update={"seed": 1}), folder)


def test_another_plan_is_refused_while_unfinished(tmp_path: Path) -> None:
    plan = plan_of(["halves"], 5, ["answer"], shard_problems=2)
    make(plan, tmp_path)
    (tmp_path / "card.json").unlink()
    with pytest.raises(ConfigError, match="count=5, now count=6"):
        make(plan.model_copy(update={"count": 6}), tmp_path)


def test_a_used_up_space_ends_the_family_and_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("underdog.data.making.feed.PATIENCE", 300)
    card = make(plan_of(["halves:top=30"], 100, ["answer"]), tmp_path)
    count = card.sources[0]
    assert count.saturated
    assert count.wanted == 100
    assert count.problems == sum(split_of(f"half:{2 * half}") == "train" for half in range(30))
    assert "widen its knobs" in (tmp_path / "README.md").read_text()


def test_saturation_is_the_same_when_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("underdog.data.making.feed.PATIENCE", 300)
    plan = plan_of(["halves:top=30"], 100, ["answer"], shard_problems=10)
    whole = make(plan, tmp_path / "whole", name="x")
    part = tmp_path / "part"
    make(plan, part, name="x")
    for path in (part / "card.json", *sorted(part.glob("*/*"))[2:]):
        path.unlink()
    assert make(plan, part, name="x") == whole


def test_a_problem_of_two_families_is_kept_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("underdog.data.making.feed.PATIENCE", 300)
    card = make(plan_of(["halves(top=20)", "halves(top=21)"], 30, ["answer"]), tmp_path)
    keys = [example.tags["key"] for example in read_examples(tmp_path)]
    assert len(set(keys)) == len(keys) == card.problems
    assert sum(count.repeats for count in card.sources) > 0


def test_wrong_solutions_are_left_out_and_counted(tmp_path: Path) -> None:
    card = make(plan_of(["halves:top=40000,lie=10"], 100, ["cot", "program"]), tmp_path)
    refused = card.sources[0].refused
    assert refused["program"]["graded wrong"] > 0
    assert "cot" not in refused
    assert card.rows == 200 - refused["program"]["graded wrong"]
    assert card.problems == 100
    assert "graded wrong" in (tmp_path / "README.md").read_text()


def test_programs_that_fail_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        name = "broken"

        def run_many(self, programs, limits):
            return [SandboxResult("crashed") for _ in programs]

        def run(self, program, limits):
            raise AssertionError("asked twice")

    monkeypatch.setattr("underdog.data.making.batches.process_sandbox", Broken)
    plan = plan_of(["halves:top=60"], 10, ["answer", "program"])
    card = make(plan, tmp_path)
    assert card.sources[0].refused == {"program": {"crashed": card.sources[0].drawn}}
    assert card.rows == 10


def test_one_form_per_problem_uses_all_forms(tmp_path: Path) -> None:
    plan = plan_of(["addition"], 60, ["answer", "cot"], every_form=False, verify=False)
    card = make(plan, tmp_path, jsonl=False)
    forms = [example.tags["form"] for example in read_examples(tmp_path)]
    assert len(forms) == 60
    assert set(forms) == {"answer", "cot"}
    assert card.verified == 0
    assert not (tmp_path / "jsonl").exists()


def test_prompts_without_instruction_are_the_bare_question(tmp_path: Path) -> None:
    make(plan_of(["addition"], 3, ["cot"], instruction=False), tmp_path)
    first = next(read_examples(tmp_path))
    assert first.prompt == first.tags["question"]


def test_a_share_of_the_prompts_holds_the_instruction(tmp_path: Path) -> None:
    card = make(plan_of(["addition", "words"], 400, ["cot"], instruction=0.2), tmp_path)
    rows = list(read_examples(tmp_path))
    whole = [row for row in rows if row.prompt != row.tags["question"]]
    assert 50 <= len(whole) <= 110
    assert {row.tags["family"] for row in whole} == {"addition", "words"}
    assert card.verified == 400
    assert check_dataset(tmp_path).sound


@pytest.mark.parametrize(("share", "kept"), [(1.0, "true"), (0, "false"), (0.25, "0.25")])
def test_shares_of_all_and_none_are_kept_as_truth_values(share: float, kept: str) -> None:
    plan = plan_of(["addition"], 3, ["cot"], instruction=share)
    assert f'"instruction":{kept}' in plan.model_dump_json()


def test_families_take_turns_by_their_shares(tmp_path: Path) -> None:
    plan = plan_of(["halves(top=900)=3", "addition=1"], 80, ["answer"])
    card = make(plan, tmp_path)
    assert [count.problems for count in card.sources] == [60, 20]
    families = [example.tags["family"] for example in read_examples(tmp_path)]
    assert all("addition" in families[start : start + 7] for start in range(0, 73))


def test_a_damaged_shard_is_named(tmp_path: Path) -> None:
    plan = plan_of(["halves"], 5, ["answer"], shard_problems=2)
    make(plan, tmp_path)
    (tmp_path / "card.json").unlink()
    shards_of(tmp_path)[0].write_bytes(b"PAR1 no")
    with pytest.raises(DataError, match="train-00000"):
        make(plan, tmp_path)


def test_a_folder_of_other_parquet_files_is_refused(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    (tmp_path / "data").mkdir()
    pq.write_table(pa.table({"a": [1]}), tmp_path / "data" / "train-00000.parquet")
    with pytest.raises(DataError, match="not written by underdog"):
        make(plan_of(["halves"], 5, ["answer"]), tmp_path)
    with pytest.raises(DataError, match="lacks the columns id"):
        next(read_examples(tmp_path))


def test_reading_nothing_says_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="underdog data make"):
        next(read_examples(tmp_path, "train"))


@pytest.mark.parametrize(
    ("text", "spec", "weight"),
    [
        ("addition", "addition", 1.0),
        ("addition=0.25", "addition", 0.25),
        ("addition:digits=3", "addition:digits=3", 1.0),
        ("addition:digits=3=2", "addition:digits=3", 2.0),
        ("addition(digits=3)=30%", "addition(digits=3)", 0.3),
    ],
)
def test_weights_are_told_from_knobs(text: str, spec: str, weight: float) -> None:
    assert weighted(text) == (spec, weight)


def test_what_a_plan_cannot_be_is_refused() -> None:
    with pytest.raises(ConfigError, match="weight"):
        weighted("addition=0")
    with pytest.raises(UnknownNameError, match="addition"):
        plan_of(["additon"], 5)
    with pytest.raises(UnknownNameError, match="split"):
        plan_of(["addition"], 5, split="training")
    with pytest.raises(UnknownNameError, match="form"):
        plan_of(["addition"], 5, ["cott"])
    with pytest.raises(ConfigError, match="none of the forms code"):
        plan_of(["addition"], 5, ["code"])
    with pytest.raises(ConfigError, match="named twice"):
        plan_of(["addition", "addition"], 5)
    with pytest.raises(ConfigError, match="count"):
        plan_of(["addition"], 0)
    with pytest.raises(ValueError, match="sum to 1"):
        MakePlan(
            sources=(plan_of(["addition"], 5).sources[0].model_copy(update={"share": 0.5}),),
            count=1,
        )


def test_seen_keys_are_exact_whatever_the_order() -> None:
    seen, expected = Seen(), set[str]()
    for start in range(0, 500, 7):
        keys = [f"k{number % 300}" for number in range(start, start + 20)]
        marks = marks_of(keys)
        fresh = seen.fresh(marks)
        new: list[bool] = []
        for key in keys:
            new.append(key not in expected)
            expected.add(key)
        assert fresh.tolist() == new
        seen.add(marks[fresh])
    assert len(seen) == len(expected)
    seen.add(marks_of([]))


def test_the_card_in_the_folder_says_when_it_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "card.json").write_text("{}")
    with pytest.raises(DataError, match="no card of this version"):
        read_card(tmp_path)

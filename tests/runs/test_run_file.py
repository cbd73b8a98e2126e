"""A run's file asked again: other strategies and sample counts, without its models."""

import json
from pathlib import Path

import pytest

from underdog.errors import DataError, StoreError, UnknownNameError
from underdog.reports.challenge import challenge
from underdog.runs.run_file import replay


@pytest.fixture
def task(tmp_path: Path) -> Path:
    rows = [{"question": f"How much is {n} + 2?", "answer": str(n + 2)} for n in range(4)]
    (tmp_path / "sums.jsonl").write_text("\n".join(map(json.dumps, rows)))
    path = tmp_path / "sums.toml"
    path.write_text('checker = "numeric"\nforms = ["answer"]\n[files]\ntest = "sums.jsonl"\n')
    return path


@pytest.fixture
def played(task: Path, tmp_path: Path) -> Path:
    """The run of a finished match."""
    replies = tmp_path / "replies.json"
    replies.write_text(json.dumps({"*": [f"The answer is {n}." for n in (4, 4, 4, 6, 10)]}))
    challenge(
        f"scripted:{replies}", tasks=task, small_strategy="majority:n=4", run=tmp_path / "run.db"
    )
    return tmp_path / "run.db"


def test_what_was_played_is_replayed_unless_told_otherwise(played: Path) -> None:
    [small] = replay(played)
    [big] = replay(played, side="big")
    assert [arm.strategy for arm in small.arms] == ["majority(n=4)"]
    assert [arm.strategy for arm in big.arms] == ["greedy"]
    assert small.curve == ()


def test_other_strategies_are_replayed_in_any_order_of_the_samples(played: Path) -> None:
    [one] = replay(played, "majority:n=2", "adaptive:max_n=4", order_seed=3)
    assert [arm.strategy.partition("(")[0] for arm in one.arms] == ["majority", "adaptive"]


def test_counts_give_a_curve_and_no_arm(played: Path) -> None:
    [one] = replay(played, counts=(1, 4))
    assert one.arms == ()
    assert {(point.rule, point.n) for point in one.curve} == {
        ("majority", 1),
        ("majority", 4),
        ("pass", 1),
        ("pass", 4),
    }


def test_a_replay_that_needs_more_than_was_sampled_fails_unless_that_is_meant(
    played: Path,
) -> None:
    with pytest.raises(StoreError, match="end before"):
        replay(played, "majority:n=64")
    [one] = replay(played, "majority:n=64", allow_short=True)
    assert one.arms[0].n == 4


def test_a_replay_refuses_what_is_not_there(played: Path, task: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no such run"):
        replay(tmp_path / "none.db")
    with pytest.raises(UnknownNameError, match="strategy"):
        replay(played, "majorty")
    with pytest.raises(UnknownNameError, match="side"):
        replay(played, side="bog")  # pyright: ignore[reportArgumentType]
    task.with_suffix(".jsonl").unlink()
    with pytest.raises(DataError):
        replay(played)

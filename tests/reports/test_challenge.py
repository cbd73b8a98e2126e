"""Matches from Python: played, kept, shown and asked again."""

import json
from pathlib import Path

import pytest

from underdog.engines.sync import open_engine
from underdog.errors import StoreError, UnknownNameError
from underdog.reports.challenge import challenge, report
from underdog.tasks import load_task

TASK = "addition:digits=2"


@pytest.fixture
def model(tmp_path: Path) -> str:
    path = tmp_path / "replies.json"
    replies = [f"The answer is {number}." for number in (4, 4, 4, 6, 10)]
    path.write_text(json.dumps({"*": replies}))
    return f"scripted:{path}"


@pytest.fixture
def task(tmp_path: Path) -> Path:
    rows = [{"question": f"How much is {n} + 2?", "answer": str(n + 2)} for n in range(4)]
    (tmp_path / "sums.jsonl").write_text("\n".join(map(json.dumps, rows)))
    path = tmp_path / "sums.toml"
    path.write_text('checker = "numeric"\nforms = ["answer"]\n[files]\ntest = "sums.jsonl"\n')
    return path


@pytest.fixture
def played(model: str, task: Path, tmp_path: Path) -> Path:
    challenge(model, tasks=task, small_strategy="majority:n=4", run=tmp_path / "run.db")
    return tmp_path / "run.db"


def test_a_model_plays_itself_without_help_when_no_other_is_named(model: str, task: Path) -> None:
    [card] = challenge(model, tasks=str(task), small_strategy=["majority:n=4", "majority:n=2"])
    assert [arm.strategy for arm in card.small.arms] == ["majority(n=4)", "majority(n=2)"]
    assert [arm.strategy for arm in card.big.arms] == ["greedy"]
    assert card.n == 4


def test_open_engines_play_too(model: str) -> None:
    heard: list[tuple[str, int]] = []
    with open_engine(model) as small, open_engine("scripted:reply=4") as big:
        [card] = challenge(
            *(small, big, load_task(TASK)),
            limit=3,
            small_strategy="majority:n=2",
            progress=lambda arm, how_far: heard.append((arm, how_far.done)),
        )
    assert card.n == 3
    assert len({arm for arm, _ in heard}) == 3
    assert heard[-1][1] == 3


def test_of_several_tasks_each_has_a_card_and_a_page(model: str, tmp_path: Path) -> None:
    cards = challenge(
        model, tasks=[TASK, "subtraction"], limit=2, out=tmp_path / "card.html", seed=3
    )
    assert [card.task for card in cards] == ["addition, test", "subtraction, test"]
    assert {page.name for page in tmp_path.glob("*.html")} == {
        "card-addition.html",
        "card-subtraction.html",
    }


def test_the_same_call_goes_on_with_its_run_and_another_seed_is_refused(
    model: str, task: Path, played: Path
) -> None:
    [again] = challenge(model, tasks=task, small_strategy="majority:n=4", run=played)
    assert again.n == 4
    with pytest.raises(StoreError, match="root_seed"):
        challenge(model, tasks=task, small_strategy="majority:n=4", run=played, seed=1)


@pytest.mark.parametrize(
    "wrong", [{"tasks": "gsm8"}, {"small_strategy": "majorty"}, {"split": "tst", "tasks": TASK}]
)
def test_what_is_misspelt_is_refused(model: str, wrong: dict[str, str]) -> None:
    with pytest.raises(UnknownNameError, match="did you mean"):
        challenge(model, **wrong)


def test_a_run_is_shown_again(played: Path, tmp_path: Path) -> None:
    [card] = report(played, tmp_path / "again.html")
    assert card.n == 4
    assert len(card.rows) == 4
    assert "<html" in (tmp_path / "again.html").read_text()
    assert report(played)[0].verdict == card.verdict


def test_without_the_tasks_data_a_run_shows_its_numbers(played: Path, task: Path) -> None:
    task.with_suffix(".jsonl").unlink()
    [card] = report(played)
    assert card.n == 4
    assert card.rows == ()

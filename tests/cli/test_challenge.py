"""`underdog challenge`, `report` and `replay`: one match, shown and asked again."""

import json
from pathlib import Path

import pytest


def quick(*more: object) -> tuple[object, ...]:
    return ("--small-strategy", "majority:n=4", "--sandbox", "monty", *more)


def test_a_match_prints_the_verdict_and_writes_the_card(run, task, model, tmp_path) -> None:
    card = tmp_path / "cards" / "card.html"
    result = run("challenge", "--small", model, "--tasks", task, *quick("--out", card))
    assert result.exit_code == 0, result.output
    assert "4 problems" in result.stdout
    assert "McNemar" in result.stdout
    assert "majority:n=4" in result.stdout
    assert f"fight card: {card}" in result.stderr
    page = card.read_text()
    assert page.startswith("<!doctype html>") or page.startswith("<!DOCTYPE html>")
    assert "How much is 1 + 3?" in page


def test_progress_is_told_on_standard_error(run, task, model) -> None:
    result = run("challenge", "--small", model, "--tasks", task, *quick())
    assert "majority:n=4: 4 problems" in result.stderr
    assert "greedy: 4 problems" in result.stderr


def test_json_is_one_document_with_the_card(run, task, model) -> None:
    result = run("challenge", "--small", model, "--tasks", task, *quick("--json"))
    [card] = json.loads(result.stdout)
    assert card["n"] == 4
    assert card["small"]["arms"][0]["strategy"].startswith("majority")
    assert card["verdict"]["words"] in ("better", "worse", "no difference shown")


def test_against_a_bigger_model_the_small_one_also_plays_alone(run, task, model) -> None:
    big = ("--big", "scripted:reply=The answer is 10.", "--limit", 2, "--json")
    result = run("challenge", "--small", model, "--tasks", task, *quick(*big))
    [card] = json.loads(result.stdout)
    strategies = [arm["strategy"] for arm in card["small"]["arms"]]
    assert len(strategies) == 2
    assert strategies[1] == "greedy"
    assert card["big"]["arms"][0]["n"] == 2


def test_several_tasks_give_a_card_each(run, task, model, tmp_path) -> None:
    other = tmp_path / "other.toml"
    other.write_text(task.read_text())
    out = tmp_path / "card.html"
    tasks = f"{task},{other}"
    result = run("challenge", "--small", model, "--tasks", tasks, *quick("--out", out))
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in tmp_path.glob("*.html")) == [
        "card-other.html",
        "card-sums.html",
    ]


def test_the_same_command_resumes(run, task, model, tmp_path) -> None:
    command = ("challenge", "--small", model, "--tasks", task, *quick("--run", tmp_path / "r.db"))
    first, second = run(*command), run(*command)
    assert second.exit_code == 0, second.output
    assert "4 from before" in second.stderr
    assert first.stdout == second.stdout


def test_other_settings_for_the_same_run_are_refused_by_name(run, task, model, played) -> None:
    more = quick("--run", played, "--seed", 5)
    result = run("challenge", "--small", model, "--tasks", task, *more)
    assert result.exit_code == 2
    assert "root_seed" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--tasks", ","), "names nothing"),
        (("--tasks", "gsm8k,svmap"), "unknown task 'svmap'; did you mean svamp"),
        (("--tasks", "nowhere.toml"), "nowhere.toml: no such task file"),
        (("--small-strategy", "majority:n=0"), "n must"),
        (("--big-strategy", "gredy"), "unknown strategy 'gredy'; did you mean greedy"),
        (("--big-form", "anser"), "unknown form 'anser'; did you mean answer"),
    ],
)
def test_mistakes_are_found_before_a_model_is_loaded(run, arguments, message) -> None:
    result = run("challenge", "--small", "nowhere.gguf", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_limit_below_one_is_refused(run, task) -> None:
    result = run("challenge", "--tasks", task, "--limit", 0)
    assert result.exit_code == 2
    assert "--limit" in result.stderr


def test_an_empty_data_file_is_refused(run, task: Path, model) -> None:
    (task.parent / "sums.jsonl").write_text("")
    result = run("challenge", "--small", model, "--tasks", task, *quick())
    assert result.exit_code == 2
    assert "sums.jsonl is empty" in result.stderr


def test_a_run_file_that_is_no_run_is_refused(run, task, model, tmp_path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but long enough to look at " * 40)
    result = run("challenge", "--small", model, "--tasks", task, *quick("--run", path))
    assert result.exit_code == 2
    assert "notes.txt" in result.stderr


def test_a_report_shows_the_match_again(run, played, tmp_path) -> None:
    card = tmp_path / "again.html"
    result = run("report", played, "--out", card, "--sandbox", "monty")
    assert result.exit_code == 0, result.output
    assert "majority:n=4" in result.stdout
    assert "How much is 1 + 3?" in card.read_text()


def test_a_report_without_the_data_shows_the_numbers_and_says_so(run, played, task) -> None:
    (task.parent / "sums.jsonl").unlink()
    result = run("report", played, "--sandbox", "monty")
    assert result.exit_code == 0, result.output
    assert "data was not at hand" in result.stdout


def test_a_report_on_nothing_is_refused(run, tmp_path) -> None:
    result = run("report", tmp_path / "none.db")
    assert result.exit_code == 2
    assert "no such run; make one with: underdog challenge" in result.stderr


def test_a_replay_evaluates_another_strategy(run, played) -> None:
    result = run("replay", played, "--strategy", "majority:n=2", "--sandbox", "monty", "--json")
    [one] = json.loads(result.stdout)
    assert one["arms"][0]["n"] == 4
    assert one["arms"][0]["replayed"]
    assert one["curve"] == []


def test_a_replay_draws_a_curve_over_counts(run, played) -> None:
    result = run("replay", played, "--n", "1,2,4", "--sandbox", "monty")
    assert result.exit_code == 0, result.output
    assert "pass (oracle bound)" in result.stdout
    assert "majority" in result.stdout


def test_a_replay_of_more_than_was_sampled_is_refused_unless_allowed(run, played) -> None:
    beyond = ("replay", played, "--strategy", "majority:n=9", "--sandbox", "monty")
    result = run(*beyond)
    assert result.exit_code == 2
    assert "lower its n" in result.stderr
    assert run(*beyond, "--allow-short").exit_code == 0


@pytest.mark.parametrize(
    ("counts", "message"),
    [("1,zwei", "not a list of counts"), ("0,1", "n=0; give 1 or more"), (",", "names nothing")],
)
def test_counts_that_are_none_are_refused(run, played, counts, message) -> None:
    result = run("replay", played, "--n", counts, "--sandbox", "monty")
    assert result.exit_code == 2
    assert message in result.stderr


def test_a_plain_replay_shows_the_strategies_that_were_played(run, played) -> None:
    small = run("replay", played, "--sandbox", "monty")
    assert small.exit_code == 0, small.output
    assert "majority(n=4)" in small.stdout
    big = run("replay", played, "--sandbox", "monty", "--side", "big")
    assert "greedy" in big.stdout

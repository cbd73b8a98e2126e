"""`underdog tasks`, `models`, `doctor` and `version`."""

import json
from pathlib import Path

import pytest

from tests.models.tiny_gguf import write_tiny
from underdog.cli import doctor
from underdog.engines import choosing
from underdog.engines.bench import lone_row
from underdog.engines.choosing import EngineChoice
from underdog.models import pulled as model_files
from underdog.sandbox import SandboxReport


def test_tasks_are_listed_with_what_is_missing(run) -> None:
    result = run("tasks", "list")
    assert result.exit_code == 0, result.output
    assert "gsm8k" in result.stdout
    assert "svamp" in json.dumps(json.loads(run("tasks", "list", "--json").stdout)["catalogue"])


def test_a_task_is_shown_with_its_first_problems(run, task) -> None:
    result = run("tasks", "show", task, "--limit", 2)
    assert result.exit_code == 0, result.output
    assert "How much is 2 + 2?" in result.stdout
    assert "gold: 4" in result.stdout
    assert "3 + 3" not in result.stdout


def test_a_task_with_choices_shows_them(run, tmp_path) -> None:
    row = {"question": "Which?", "answer": "B", "options": ["red [x]", "blue"]}
    (tmp_path / "c.jsonl").write_text(json.dumps(row))
    path = tmp_path / "c.toml"
    path.write_text(
        'checker = "choice"\n[files]\ntest = "c.jsonl"\n[columns]\nchoices = "options"\n'
    )
    result = run("tasks", "show", path)
    assert "A. red [x]" in result.stdout
    assert len(json.loads(run("tasks", "show", path, "--json").stdout)["problems"]) == 1


def test_a_sound_task_passes_its_check(run, task) -> None:
    result = run("tasks", "check", task)
    assert result.exit_code == 0, result.output
    assert json.loads(run("tasks", "check", task, "--json").stdout)[0]["num_problems"] == 4


def test_gold_answers_that_the_checker_refuses_and_repeated_ids_are_found(run, task) -> None:
    rows = [
        {"id": "a", "question": "?", "answer": "4"},
        {"id": "a", "question": "?", "answer": "no number"},
        {"id": "b", "question": "?", "answer": ""},
    ]
    (task.parent / "sums.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    task.write_text(f'check_gold = false\n{task.read_text()}[columns]\nid = "id"\n')
    result = run("tasks", "check", task)
    assert result.exit_code == 2
    assert "sums" in result.stderr


def test_a_gold_answer_that_no_reply_could_match_is_found(run, task) -> None:
    row = {"id": "a", "question": "?", "answer": "no number"}
    (task.parent / "sums.jsonl").write_text(json.dumps(row))
    task.write_text(f"check_gold = false\n{task.read_text()}")
    result = run("tasks", "check", task, "--json")
    assert result.exit_code == 2
    assert len(json.loads(result.stdout)[0]["refused"]) == 1


def test_checking_everything_checks_what_has_data(run, monkeypatch, tmp_path) -> None:
    monkeypatch.setattr("underdog.tasks.catalogue", lambda data_dir: [])
    assert run("tasks", "check").exit_code == 0


def test_an_unknown_split_offers_the_known_ones(run, task) -> None:
    result = run("tasks", "show", task, "--split", "tset")
    assert result.exit_code == 2
    assert "test" in result.stderr


def test_models_are_listed_before_and_after_they_are_pulled(run, tmp_path, monkeypatch) -> None:
    assert json.loads(run("models", "list", "--json").stdout)["smollm2-135m"]["here"] is False
    assert "no" in run("models", "list").stdout
    pulled = enter_model(tmp_path, monkeypatch)
    document = json.loads(run("models", "list", "--json").stdout)
    assert document["mine"]["file"] == str(pulled)
    assert "yes" in run("models", "list").stdout


def enter_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Pull a file that stands for a model; whether its content is one is the engine's concern."""
    path = tmp_path / "mine.gguf"
    path.write_bytes(b"weights")
    monkeypatch.setattr(model_files, "read_gguf_header", lambda path: None)
    model_files.pull_model(str(path))
    return path


def test_pulling_prints_where_the_file_is(run, tmp_path, monkeypatch) -> None:
    path = enter_model(tmp_path, monkeypatch)
    assert run("models", "pull", path).stdout.strip() == str(path)
    document = json.loads(run("models", "pull", path, "--json").stdout)
    assert document == {"model": str(path), "file": str(path)}


def test_a_download_tells_its_progress(run, tmp_path, monkeypatch) -> None:
    def pull(source, progress):
        progress(5, 0)
        progress(10, 10)
        return tmp_path / source

    monkeypatch.setattr(model_files, "pull_model", pull)
    assert run("models", "pull", "some").exit_code == 0


def test_an_unknown_model_offers_the_nearest(run) -> None:
    result = run("models", "pull", "smollm-135m")
    assert result.exit_code == 2
    assert "did you mean smollm2-135m" in result.stderr


def test_verifying_finds_a_changed_file(run, tmp_path, monkeypatch) -> None:
    path = enter_model(tmp_path, monkeypatch)
    assert json.loads(run("models", "verify", "--json").stdout) == {"mine": str(path)}
    assert "is whole" in run("models", "verify", "mine").stderr
    path.write_bytes(b"chanced!")
    result = run("models", "verify")
    assert result.exit_code == 2
    assert "mine" in result.stderr


def test_verifying_without_models_says_what_to_do(run) -> None:
    result = run("models", "verify")
    assert result.exit_code == 2
    assert "underdog models pull smollm2-135m" in result.stderr


def test_the_doctor_finds_a_sandbox_and_names_missing_models(run) -> None:
    result = run("doctor")
    assert result.exit_code == 0, result.output
    assert "sandbox monty" in result.stdout
    assert "underdog models pull smollm2-135m" in result.stdout
    states = {one["what"]: one["state"] for one in json.loads(run("doctor", "--json").stdout)}
    assert states["models"] == "optional"


def test_the_doctor_checks_pulled_models(run, tmp_path, monkeypatch) -> None:
    path = enter_model(tmp_path, monkeypatch)
    choice = EngineChoice("llama_cpp", "it is only seven bytes long")
    monkeypatch.setattr(choosing, "choose_engine", lambda path: choice)
    told = run("doctor", "--json").stdout
    assert f"{path}, run by llama_cpp (it is only seven bytes long)" in told
    path.unlink()
    assert "is gone or cut short" in run("doctor", "--json").stdout


def test_the_doctor_says_what_runs_a_lone_row_and_why(run, tmp_path, monkeypatch) -> None:
    for package in ("openvino", "xllamacpp", "gguf", "tokenizers"):
        pytest.importorskip(package)
    monkeypatch.setenv("UNDERDOG_THREADS", "1")
    path = write_tiny(tmp_path / "tiny.gguf", "llama").path
    model_files.pull_model(str(path))
    told = run("doctor", "--json").stdout
    assert "run by openvino" in told
    assert "one row: not measured yet" in told
    record = lone_row._record(path, 1)
    record.parent.mkdir(parents=True)
    record.write_text('{"tokens_per_s": {"openvino": 33, "llama_cpp": 57}}')
    told = run("doctor", "--json").stdout
    assert "one row: llama_cpp (measured tokens/s: openvino 33, llama_cpp 57)" in told


def test_the_doctor_fails_when_nothing_can_work(run, monkeypatch) -> None:
    reports = [SandboxReport("monty", False, "not installed [here]")]
    monkeypatch.setattr("underdog.sandbox.probe", lambda: reports)
    result = run("doctor")
    assert result.exit_code == 2
    assert "not installed [here]" in result.stdout
    assert "missing: sandbox monty" in result.stderr


def test_the_doctor_says_how_to_get_what_is_not_installed(run, monkeypatch) -> None:
    monkeypatch.setattr(doctor, "_ENGINES", {"llama_cpp": "xllamacpp", "openvino": "no-such"})
    monkeypatch.setattr(doctor, "_EXTRAS", {"transformers": ("no-such-package",)})
    result = run("doctor")
    assert "pip install no-such" in result.stdout
    assert "xllamacpp 20" in result.stdout
    assert "pip install 'underdog[transformers]'" in result.stdout


def test_versions_are_printed(run) -> None:
    assert run("version").stdout.startswith("underdog 0.")
    assert json.loads(run("version", "--json").stdout)["python"].startswith("3.")

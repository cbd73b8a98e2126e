"""Finding tasks by name, and the contract that every catalogue task keeps."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.paths import DATA
from underdog.core import Grade, Problem, Sandbox
from underdog.errors import DataError, MissingExtraError, SandboxError, UnknownNameError
from underdog.registry import parse_spec
from underdog.sandbox import open_sandbox
from underdog.tasks import catalogue, load_task, tasks
from underdog.tasks.declared import DeclaredTask
from underdog.tasks.shared_sandbox import make_checker, shared_sandbox
from underdog.tasks.task_catalogue import CATALOGUE, catalogue_names
from underdog.tasks.task_file import read_task_file

NAMES = catalogue_names()
WITH_PROGRAMS = ("humaneval", "mbpp")
REQUIRED = {
    *("gsm8k", "gsm_hard", "svamp", "multiarith", "mawps", "addsub", "singleeq", "singleop"),
    *("math500", "aime24", "amc23", "olympiadbench", "aqua", "humaneval", "mbpp", "strategyqa"),
    *("commonsenseqa", "pubmedqa", "hotpotqa_closed", "banking77", "last_letters", "coin_flip"),
    "underdog-words",
}
PATIENT = "code:timeout_s=60"
KNOWN_DEFECTS = {
    "mbpp-123": "the reference takes longer than the time limit",
}


def open_task(name: str, sandbox: Sandbox | None = None) -> DeclaredTask:
    try:
        task = load_task(name, DATA if DATA.is_dir() else None, sandbox)
    except (DataError, MissingExtraError) as error:
        pytest.skip(str(error))
    assert isinstance(task, DeclaredTask)
    return task


@pytest.fixture(scope="module", params=NAMES)
def loaded(request: pytest.FixtureRequest) -> tuple[DeclaredTask, list[Problem]]:
    task = open_task(request.param)
    return task, all_problems(task)


def all_problems(task: DeclaredTask) -> list[Problem]:
    if task.place.hub is not None:
        pytest.skip("only on the hub here")
    return [problem for split in task.splits for problem in task.problems(split)]


def patient_grade(task: DeclaredTask, problem: Problem, program: str, sandbox: Sandbox) -> Grade:
    """A grade that does not hang on how busy the machine is: what ran out of time runs again."""
    grade = task.checker.grade(program, problem)
    if grade.detail.startswith("timeout"):
        return make_checker(PATIENT, sandbox).grade(program, problem)
    return grade


def test_the_catalogue_has_all_it_promises():
    assert set(NAMES) >= REQUIRED


def test_a_card_says_what_a_list_needs(data_dir: Path):
    cards = {card.name: card for card in catalogue(data_dir)}
    card = cards["gsm8k"]
    assert card.splits == ("train", "test")
    assert card.sizes == {"train": 7473, "test": 1000}
    assert (card.checker, card.licence, card.paper) == ("numeric", "MIT", "arXiv:2110.14168")
    assert card.source == str(data_dir / "gsm8k")
    assert card.local
    assert cards["underdog-words"].sizes == {"train": 40, "dev": 40, "test": 166}


def test_a_card_without_data_says_why_and_what_to_do(tmp_path):
    card = next(card for card in catalogue(tmp_path) if card.name == "singleeq")
    assert card.source is None
    assert not card.local
    assert "set UNDERDOG_DATA_DIR" in card.why_not
    assert card.splits == ("test",)


def test_the_environment_names_the_data_folder(tmp_path, monkeypatch):
    (tmp_path / "singleop").mkdir()
    row = {"id": "x", "question": "1+1?", "answer": "2", "meta": {}}
    (tmp_path / "singleop" / "test.jsonl").write_text(json.dumps(row))
    monkeypatch.setenv("UNDERDOG_DATA_DIR", str(tmp_path))
    assert next(load_task("singleop").problems("test")).id == "x"
    monkeypatch.setenv("UNDERDOG_DATA_DIR", "/nowhere")
    assert next(load_task("singleop", data_dir=str(tmp_path)).problems("test")).id == "x"


def test_any_task_may_lie_under_its_own_name_and_splits(tmp_path):
    (tmp_path / "last_letters").mkdir()
    row = {"id": "x", "question": "Last letters of ab cd?", "answer": "bd", "meta": {}}
    (tmp_path / "last_letters" / "test.jsonl").write_text(json.dumps(row))
    assert next(load_task("last_letters", tmp_path).problems("test")).gold == "bd"


def test_an_unknown_name_offers_the_nearest_and_the_way_to_an_own_task():
    with pytest.raises(UnknownNameError, match=r"did you mean .*gsm8k.*\.toml file"):
        load_task("gsm8")


def test_a_registered_task_is_found_by_its_name(monkeypatch):
    made = load_task("underdog-words")
    monkeypatch.setitem(tasks._entries, "made_by_code", lambda size=1: (made, size))
    assert load_task("made_by_code:size=3") == (made, 3)


def test_importing_tasks_stays_light():
    program = (
        "import sys, underdog.tasks;"
        "heavy = {'pyarrow', 'datasets', 'sympy', 'math_verify', 'torch'} & set(sys.modules);"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60)
    assert result.stderr == b""


@pytest.mark.parametrize("name", NAMES)
def test_a_catalogue_file_is_complete(name: str):
    spec = read_task_file(CATALOGUE / f"{name}.toml")
    assert spec.name == name
    assert spec.forms
    assert spec.description
    assert spec.card.licence
    assert spec.card.cite
    if name in WITH_PROGRAMS:
        assert spec.forms == ("code",)
    if parse_spec(spec.checker)[0] in ("choice", "label"):
        assert spec.forms == ("cot", "answer")


def test_every_gold_answer_is_accepted(loaded: tuple[DeclaredTask, list[Problem]]):
    task, problems = loaded
    if task.name in WITH_PROGRAMS:
        pytest.skip("reference programs have their own test")
    for problem in problems:
        assert problem.gold is not None
        grade = task.checker.grade(problem.gold, problem)
        assert grade.status == "right", (problem.id, problem.gold, grade)
        extraction = task.checker.extract(f"So it is clear.\n#### {problem.gold}", problem.question)
        assert extraction.strict is not None, problem.id
        assert task.checker.grade(extraction.strict, problem).status == "right", problem.id


@pytest.mark.slow
@pytest.mark.parametrize("name", WITH_PROGRAMS)
def test_every_reference_program_passes_its_tests(name: str):
    try:
        sandbox = open_sandbox("jail", workers=2)
    except SandboxError as error:
        pytest.skip(f"code benchmarks are defined by CPython: {error}")
    with sandbox, ThreadPoolExecutor(2) as threads:
        task = open_task(name, sandbox=sandbox)
        problems = [each for each in all_problems(task) if each.id not in KNOWN_DEFECTS]
        grades = threads.map(
            lambda problem: patient_grade(task, problem, problem.gold or "", sandbox), problems
        )
        refused = {p.id: g for p, g in zip(problems, grades, strict=True) if g.status != "right"}
    assert not refused


@pytest.mark.parametrize("name", WITH_PROGRAMS)
def test_a_few_reference_programs_pass_and_broken_ones_do_not(name: str):
    task = open_task(name)
    for problem in [each for each in all_problems(task) if each.split == "test"][:5]:
        assert problem.gold is not None
        grade = patient_grade(task, problem, problem.gold, shared_sandbox())
        assert grade.status == "right", (problem.id, grade)
        broken = f"{problem.gold}\n\n{problem.question.fields['entry_point']} = None\n"
        grade = patient_grade(task, problem, broken, shared_sandbox())
        assert grade.status == "wrong", (problem.id, grade)
        assert not grade.detail.startswith("timeout"), (problem.id, grade)


def test_ids_are_unique_over_all_splits(loaded: tuple[DeclaredTask, list[Problem]]):
    _, problems = loaded
    assert len({problem.id for problem in problems}) == len(problems) > 0


def test_no_gold_reaches_the_question(loaded: tuple[DeclaredTask, list[Problem]]):
    task, problems = loaded
    name = task.name
    public = {"entry_point", "example_call"} if name in WITH_PROGRAMS else set[str]()
    bare = parse_spec(task.spec.checker)[0] in ("numeric", "math")
    assert not (bare and task.spec.instruction)
    for problem in problems:
        question, gold = problem.question, problem.gold or ""
        assert set(question.fields) <= public
        assert not (bare and (question.choices or question.context)), problem.id
        if name in WITH_PROGRAMS:
            assert gold.removeprefix(question.text).strip() not in question.text, problem.id
        solution = problem.meta.get("solution")
        if isinstance(solution, str) and len(solution) > 60:
            assert solution not in question.text + question.context, problem.id


def test_choices_and_contexts_are_mapped(data_dir: Path):
    aqua = next(load_task("aqua", data_dir).problems("test"))
    assert len(aqua.question.choices) == 5
    assert not aqua.question.choices[0].startswith("A")
    common = next(load_task("commonsenseqa", data_dir).problems("dev"))
    assert common.question.choices[0] == "bank"
    assert next(load_task("pubmedqa", data_dir).problems("test")).question.context


def test_mbpp_tells_the_function_and_a_call_but_no_result(data_dir: Path):
    problem = next(load_task("mbpp", data_dir).problems("dev"))
    name, call = problem.question.fields["entry_point"], problem.question.fields["example_call"]
    assert f"Name the function {name}." in problem.question.text
    assert call in problem.question.text
    assert "==" not in problem.question.text
    assert "test_list" in problem.meta


def test_a_task_without_a_data_folder_is_refused_with_advice():
    with pytest.raises(DataError, match="set UNDERDOG_DATA_DIR"):
        load_task("singleeq")

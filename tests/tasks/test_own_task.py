"""A user's own task file: what it may say, what it becomes, how it fails."""

import json
from pathlib import Path

import pytest

from underdog.core import Question, Shot
from underdog.errors import ConfigError, DataError, UnknownNameError, UsageError
from underdog.tasks import load_task

ROW = {"id": "a", "q": "1+1?", "a": "2", "meta": {"level": 3}, "how": "one and one"}
PLAIN = """
checker = "numeric"
[files]
test = "test.jsonl"
[columns]
question = "q"
answer = "a"
"""


@pytest.fixture
def make(tmp_path: Path):
    def make_task(toml: str = PLAIN, *rows: dict[str, object]):
        lines = [json.dumps(row) for row in rows or (ROW,)]
        (tmp_path / "test.jsonl").write_text("\n".join(lines))
        (tmp_path / "own.toml").write_text(toml)
        return load_task(str(tmp_path / "own.toml"))

    return make_task


def first(task):
    return next(task.problems("test"))


def test_a_row_becomes_a_problem(make):
    problem = first(make(PLAIN + 'id = "id"\nmeta = { group = "meta.level" }\n'))
    assert problem.question == Question("a", "own", "1+1?")
    assert (problem.gold, problem.split) == ("2", "test")
    assert problem.meta == {"level": 3, "how": "one and one", "group": 3}


def test_rows_without_an_id_are_numbered(make):
    task = make(PLAIN, ROW, ROW)
    assert [problem.id for problem in task.problems("test")] == ["own-test-00000", "own-test-00001"]


def test_only_declared_columns_are_public(make):
    columns = 'context = "how"\nchoices = "opts"\nfields = { hint = "meta.level" }\n'
    toml = PLAIN.replace("numeric", "choice") + columns
    question = first(make(toml, {**ROW, "a": "B", "opts": ["3", "2"]})).question
    assert question.context == "one and one"
    assert question.choices == ("3", "2")
    assert question.fields == {"hint": "3"}


def test_an_instruction_stands_before_the_question(make):
    assert first(make('instruction = "Add."\n' + PLAIN)).question.text == "Add.\n\n1+1?"


def test_an_instruction_may_place_question_and_fields(make):
    toml = 'instruction = "{question} ({lev}, {other})"\n' + PLAIN
    problem = first(make(toml + 'fields = { lev = "meta.level" }\n'))
    assert problem.question.text == "1+1? (3, {other})"


def test_columns_may_be_joined_and_transformed(make):
    toml = PLAIN.replace('question = "q"', 'question = { column = ["how", "q"], join = ": " }')
    toml = toml.replace('answer = "a"', 'answer = { column = "a", transform = "strip_commas" }')
    problem = first(make(toml, {**ROW, "a": "1,000"}))
    assert (problem.question.text, problem.gold) == ("one and one: 1+1?", "1000")


def test_numbers_and_truth_values_become_text(make):
    toml = PLAIN.replace("numeric", "exact")
    golds = [p.gold for p in make(toml, {**ROW, "a": 2.5}, {**ROW, "a": True}).problems("test")]
    assert golds == ["2.5", "true"]


def test_one_file_may_hold_several_splits(make):
    toml = PLAIN.replace("[columns]", 'dev = "test.jsonl"\n[columns]\nsplit = "part"')
    task = make(toml, {**ROW, "part": "dev"}, {**ROW, "part": "test", "q": "2+0?"})
    assert [problem.question.text for problem in task.problems("test")] == ["2+0?"]
    assert "part" not in first(task).meta


def test_a_split_without_rows_and_rows_without_a_split_are_refused(make):
    toml = PLAIN.replace("[columns]", '[columns]\nsplit = "part"')
    with pytest.raises(DataError, match="no row has 'test' in column 'part'"):
        first(make(toml, {**ROW, "part": "dev"}))
    with pytest.raises(DataError, match=r"line 1: no column 'part' \(split\)"):
        first(make(toml))


def test_shots_are_given_for_their_form_only(make):
    task = make(PLAIN + '[[shots.cot]]\nquestion = "2+2?"\nreply = "#### 4"\n')
    assert task.shots("cot") == (Shot("2+2?", "#### 4"),)
    assert task.shots("answer") is None
    assert task.forms == ("cot", "answer")


def test_questions_without_answers_are_allowed_when_said(make):
    task = make(PLAIN.replace('answer = "a"', "answer = false"))
    assert first(task).gold is None


def test_a_limit_takes_the_first_problems(make):
    task = make(PLAIN, ROW, ROW, ROW)
    assert len(list(task.problems("test", 2))) == 2
    assert len(list(task.problems("test", 0))) == 0
    with pytest.raises(UsageError, match="limit is -1"):
        task.problems("test", -1)


def test_an_unknown_split_offers_the_nearest(make):
    with pytest.raises(UnknownNameError, match="did you mean test"):
        make().problems("tets")


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (
            {"a": "blue"},
            r"line 1: .* 'numeric' rejects the gold answer 'blue' \(it finds no answer",
        ),
        ({"a": "5 or so, or 6"}, r"'numeric' rejects the gold answer .* \(it reads '"),
        ({"a": ""}, r"line 1: column 'a' \(answer\) is empty"),
        ({"a": None}, r"line 1: column 'a' \(answer\) is empty"),
        ({"q": " "}, r"line 1: column 'q' \(question\) is empty"),
        ({"a": ["2"]}, r"column 'a' \(answer\) should be text, found list \['2'\]; name a transf"),
    ],
)
def test_a_row_that_cannot_be_used_is_named(make, row, says):
    with pytest.raises(DataError, match=says):
        first(make(PLAIN, {**ROW, **row}))


def test_the_gold_check_can_be_left_out(make):
    assert first(make("check_gold = false\n" + PLAIN, {**ROW, "a": "two"})).gold == "two"


def test_a_missing_column_offers_the_nearest_names(make):
    with pytest.raises(DataError, match=r"no column 'meta.levle' .* did you mean meta.level"):
        first(make(PLAIN + 'meta = { x = "meta.levle" }\n'))
    with pytest.raises(DataError, match=r"no column 'zzzzzzzz' .*; it has id, q, a, meta, how"):
        first(make(PLAIN.replace('"q"', '"zzzzzzzz"')))


def test_a_transform_that_does_not_fit_names_row_and_column(make):
    toml = PLAIN.replace('"a"', '{ column = "a", transform = "after_hashes" }')
    with pytest.raises(DataError, match=r"line 1: column 'a' \(answer\): transform 'after_hashes'"):
        first(make(toml))


def test_choices_that_are_no_list_are_refused(make):
    with pytest.raises(DataError, match=r"\(choices\) should be a list of options, found str"):
        first(make(PLAIN + 'choices = "how"\n'))


def test_repeated_ids_are_refused_with_both_places(make):
    task = make(PLAIN + 'id = "id"\n', ROW, ROW)
    with pytest.raises(DataError, match=r"line 2: id 'a' was already used in .*line 1"):
        list(task.problems("test"))


def test_a_declared_file_that_is_missing_is_named_when_asked_for(make):
    task = make(PLAIN.replace("[columns]", 'train = "tets.jsonl"\n[columns]'))
    assert task.splits == ("test",)
    with pytest.raises(DataError, match=r"tets.jsonl: no such file; did you mean test.jsonl"):
        next(task.problems("train"))


def test_a_task_without_any_data_says_where_it_looked(make, tmp_path):
    with pytest.raises(DataError, match=f"none.jsonl not found in {tmp_path}; give data_dir"):
        make(PLAIN.replace("test.jsonl", "none.jsonl"))


def test_data_may_be_in_the_data_folder(make, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "far.jsonl").write_text(json.dumps(ROW))
    (tmp_path / "far.toml").write_text(PLAIN.replace("test.jsonl", "far.jsonl"))
    task = load_task(str(tmp_path / "far.toml"), data_dir=tmp_path / "elsewhere")
    assert first(task).gold == "2"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("checker =", "cheker ="), "unknown key 'cheker'; did you mean checker"),
        (("question =", "qestion ="), "unknown key 'columns.qestion'; did you mean question"),
        (('"a"', '{ colum = "a" }'), "unknown key 'columns.answer.colum'; did you mean column"),
        (
            ('"a"', '{ column = "a", transform = "bxed" }'),
            "no transform 'bxed'; did you mean boxed",
        ),
        (('"a"', '{ column = "a", transform = "qqqq" }'), "no transform 'qqqq'; known: after_h"),
        (('"a"', "7"), "columns.answer"),
        (('checker = "numeric"', ""), "key 'checker' is missing"),
        (('[files]\ntest = "test.jsonl"', ""), r"give a \[files\] table"),
        (("checker", "zzzz = 1\nchecker"), "unknown key 'zzzz'; known: name"),
        (("checker", "forms = []\nchecker"), "forms"),
        (("checker", 'name = "a b"\nchecker'), "name"),
        (("[files]", "[files"), "not valid TOML"),
        (("[columns]", '[hub]\nid = "x"\nsplit = {}\n[columns]'), "did you mean splits"),
        (("[files]", "[[shots.cott]]\nquestion=''\nreply=''\n[files]"), "shots.cott is for a form"),
        (("[files]", "[[shots.cot]]\nqestion=''\nreply=''\n[files]"), "did you mean question"),
        (('answer = "a"', 'answer = "a"\ncontext = "a"'), "context would show column 'a'"),
        (('answer = "a"', 'answer = "a"\nfields = { x = "a" }'), "fields.x would show column 'a'"),
        (('answer = "a"', 'answer = "q"'), "question would show column 'q'"),
    ],
)
def test_a_wrong_task_file_is_refused_in_one_line(make, change, says):
    with pytest.raises(ConfigError, match=says) as caught:
        make(PLAIN.replace(*change))
    assert "own.toml" in str(caught.value)


def test_one_column_may_hold_question_and_answer_apart(make):
    toml = PLAIN.replace('"a"', '{ column = "t", transform = "after_hashes" }')
    toml = toml.replace('"q"', '{ column = "t", transform = "before_hashes" }')
    problem = first(make(toml, {"t": "1+1?#### 2"}))
    assert (problem.question.text, problem.gold) == ("1+1?", "2")


def test_a_task_file_that_is_missing_or_unreadable_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="no such task file"):
        load_task(str(tmp_path / "none.toml"))
    (tmp_path / "bad.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="cannot read"):
        load_task(str(tmp_path / "bad.toml"))


def test_an_unknown_checker_offers_the_nearest(make):
    with pytest.raises(UnknownNameError, match="did you mean numeric"):
        _ = make(PLAIN.replace("numeric", "numerik")).checker


def test_csv_works_as_well(tmp_path):
    (tmp_path / "t.csv").write_text("question,answer\n1+1?,2\n")
    (tmp_path / "t.toml").write_text('checker = "numeric"\nfiles = { test = "t.csv" }\n')
    assert first(load_task(str(tmp_path / "t.toml"))).gold == "2"


CODE = """
checker = "code"
forms = "code"
files = { test = "test.jsonl" }
[columns]
question = "q"
answer = "a"
fields = { entry_point = "f" }
meta = { test_list = "tests" }
"""


def test_a_task_of_programs_is_checked_by_its_tests(make):
    row = {"q": "Double x.", "f": "twice", "tests": ["assert twice(3) == 6"]}
    good = {**row, "a": "def twice(x):\n    return x + x\n"}
    assert first(make(CODE, good)).question.fields == {"entry_point": "twice"}
    with pytest.raises(DataError, match="rejects the gold answer 'def twice"):
        first(make(CODE, {**row, "a": "def twice(x):\n    return x\n"}))

"""Where test sets come from, and the account of what was left out."""

import json
from itertools import islice

import pytest

from tests.data.selectors.examples import example
from underdog.data.decontamination import (
    Benchmark,
    ContaminationIndex,
    ContaminationReport,
    Passage,
    benchmark_file,
    decontaminate,
    local_benchmarks,
    protected,
)
from underdog.errors import DataError
from underdog.tasks import load_task

WORDS = load_task("underdog-words")


@pytest.fixture(scope="module")
def index():
    return ContaminationIndex.build([WORDS])


def test_all_splits_but_the_training_ones_are_protected(index):
    assert index.names == {"underdog-words/dev": 40, "underdog-words/test": 166}
    assert [one.name for one in protected(WORDS)] == list(index.names)


def test_our_own_training_problems_repeat_no_test_problem(index):
    train = [problem.question.text for problem in WORDS.problems("train")]
    assert [hits for hits in index.scan(train) if hits] == []


def test_every_test_problem_is_found_in_itself(index):
    problems = [problem for split in ("dev", "test") for problem in WORDS.problems(split)]
    found = index.scan(problem.question.text for problem in problems)
    for problem, hits in zip(problems, found, strict=True):
        assert [(hit.item, hit.rule in ("ngram", "whole")) for hit in hits] == [(problem.id, True)]


def test_contaminated_examples_are_left_out_and_reported(index, tmp_path):
    stolen = next(iter(WORDS.problems("test")))
    rows = [example("good"), example("bad", stolen.question.text), example("fine", "3 + 4 =")]
    report = ContaminationReport(index.names)
    assert [row.id for row in decontaminate(rows, index, report)] == ["good", "fine"]
    assert report.num_checked == 3
    assert report.count.by_rule == {"ngram": 1}
    assert report.count.by_benchmark == {"underdog-words/test": 1}
    path = tmp_path / "report.jsonl"
    report.write(path)
    total, hit = map(json.loads, path.read_text().splitlines())
    assert (total["checked"], total["left_out"]) == (3, 1)
    assert (hit["example"], hit["item"], hit["rule"]) == ("bad", stolen.id, "ngram")


def test_the_solution_is_looked_at_too(index):
    stolen = next(iter(WORDS.problems("test"))).question.text
    assert index.screen(example("e", "Say something.", stolen)) is not None
    assert index.screen(example("e")) is None


def test_decontamination_streams(index):
    def endless():
        number = 0
        while True:
            number += 1
            yield example(f"e{number}")

    kept = decontaminate(endless(), index, ContaminationReport(index.names))
    assert [row.id for row in islice(kept, 2)] == ["e1", "e2"]


def test_a_file_of_ones_own_is_protected(tmp_path):
    path = tmp_path / "exam.jsonl"
    question = "A ferry carries 60 cars and makes 9 trips across the strait; how many cars is that?"
    rows = [{"id": "q7", "prompt": question}, {"question": question.replace("ferry", "barge")}]
    path.write_text("\n".join(map(json.dumps, rows)))
    own = benchmark_file(path)
    assert [passage.item for passage in own.passages] == ["q7", "1"]
    assert ContaminationIndex.build([own]).hits(question)[0].benchmark == "exam.jsonl"


def test_a_file_without_text_is_refused(tmp_path):
    path = tmp_path / "exam.jsonl"
    path.write_text('{"id": 1, "wording": "what?"}')
    with pytest.raises(DataError, match=r"exam\.jsonl.*name its column one of question"):
        benchmark_file(path)


def test_local_benchmarks_are_those_whose_data_is_there(tmp_path):
    folder = tmp_path / "svamp"
    folder.mkdir()
    row = {"id": "1", "question": "Is it so?", "answer": "1"}
    (folder / "test.jsonl").write_text(json.dumps(row))
    names = [one.name for one in local_benchmarks(tmp_path)]
    assert "svamp/test" in names
    assert "gsm8k/test" not in names
    assert "underdog-words/train" not in names


@pytest.mark.slow
def test_planted_copies_of_public_test_items_are_found_at_the_stated_rates(data_dir):
    sets = [one for name in ("gsm8k", "svamp") for one in protected(load_task(name, data_dir))]
    index = ContaminationIndex.build(sets)
    texts = [passage.text for one in sets for passage in one.passages][::4]
    for change, rate in (
        (lambda text: text, 0.99),
        (lambda text: text.upper(), 0.99),
        (lambda text: "".join("7" if char.isdigit() else char for char in text), 0.97),
    ):
        found = sum(bool(hits) for hits in index.scan(map(change, texts)))
        assert found / len(texts) >= rate


@pytest.mark.slow
def test_our_own_problems_repeat_no_public_test_item(data_dir):
    names = ("gsm8k", "svamp", "mawps", "multiarith", "singleeq", "singleop", "addsub", "aqua")
    index = ContaminationIndex.build([load_task(name, data_dir) for name in names])
    own = [problem.question.text for split in WORDS.splits for problem in WORDS.problems(split)]
    assert [hits for hits in index.scan(own) if hits] == []


def test_a_benchmark_may_be_given_as_it_is():
    index = ContaminationIndex.build([Benchmark("b", (Passage("1", "x"),)), WORDS])
    assert index.names["b"] == 1

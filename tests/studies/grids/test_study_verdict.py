"""Verdicts with known outcomes: coins of known bias, arms that are not matched, missing cells."""

from itertools import product

import pytest

from tests.studies.grids.coins import PAIRS, RANGES, Coins
from underdog.errors import DataError
from underdog.studies.expectations import (
    PairedExpectation,
    RangeExpectation,
    judge_all,
)
from underdog.studies.study import Cell, CellResult, Expectation, Finished, Judgement, Results


def results(setting: str = "cpu", left_out: int = 0) -> Results:
    study = Coins()
    cells = study.cells(setting)
    kept = cells[: len(cells) - left_out]
    return Results([Finished(cell, study.run(cell), 1.0) for cell in kept], cells)


def made(marks: dict[str, list[str]], **facts: list[int]) -> Results:
    """Cells with given marks by arm and seed."""
    cells = [
        Finished(
            Cell(arm, seed, {}),
            CellResult({name: values[seed] for name, values in facts.items()}, one),
            1.0,
        )
        for arm, each in marks.items()
        for seed, one in enumerate(each)
    ]
    return Results(cells, [one.cell for one in cells])


@pytest.mark.parametrize(("words", "kind"), [*product(PAIRS, (PAIRS, RANGES))])
def test_an_expectation_with_a_known_outcome(words: str, kind: dict[str, Expectation]) -> None:
    verdict = judge_all([kind[words]], results(), "cpu")
    assert verdict.words == words
    assert [one.words for one in verdict.judgements] == [words]


def test_arms_that_differ_by_more_than_a_hundredth_are_not_judged() -> None:
    [judged] = judge_all([PAIRS["no verdict"]], results(), "cpu").judgements
    assert "not matched: tokens is 600 for longer and 400 for fair" in judged.evidence
    marks = {"a": ["1" * 40] * 2, "b": ["0" * 40] * 2}
    expected = PairedExpectation("a wins", "a", "b")
    near = made(marks, tokens=[1000, 1000])
    assert judge_all([expected], near, "cpu").words == "reproduced"
    cells = [
        Finished(one.cell, CellResult({"tokens": 991 if one.cell.arm == "b" else 1000},
                 one.result.marks), 1.0)
        for one in near.finished
    ]  # fmt: skip
    assert judge_all([expected], Results(cells, near.expected), "cpu").words == "reproduced"
    cells[-1] = Finished(cells[-1].cell, CellResult({"tokens": 989}, "0" * 40), 1.0)
    assert judge_all([expected], Results(cells, near.expected), "cpu").words == "no verdict"


def test_missing_cells_are_not_judged() -> None:
    found = results(left_out=4)
    verdict = judge_all([PAIRS["reproduced"]], found, "cpu")
    assert verdict.words == "no verdict"
    assert "2 of 3 cells are finished" in verdict.judgements[0].evidence


@pytest.mark.parametrize("setting", ["ci", "tune"])
def test_small_settings_give_no_verdict(setting: str) -> None:
    verdict = judge_all([PAIRS["reproduced"]], results("ci"), setting)
    assert {verdict.words, *(one.words for one in verdict.judgements)} == {"no verdict"}


def test_one_seed_the_other_way_is_no_reproduction() -> None:
    marks = {
        "a": ["1" * 50, "1" * 50, "0" * 49 + "1"],
        "b": ["0" * 50, "0" * 50, "1" * 2 + "0" * 48],
    }
    found = made(marks, tokens=[1, 1, 1])
    [judged] = judge_all([PairedExpectation("a wins", "a", "b")], found, "cpu").judgements
    assert "a is better than b" in judged.evidence
    assert judged.words == "null"
    assert "By seed: +100.0%, +100.0%, −2.0%" in judged.evidence


def test_many_comparisons_are_corrected_together() -> None:
    marks = {"a": ["1" * 7 + "0" * 93], "b": ["0" * 100]}
    found = made(marks, tokens=[1])
    alone = PairedExpectation("a wins", "a", "b")
    assert judge_all([alone], found, "cpu").words == "reproduced"
    four = judge_all([alone] * 4, found, "cpu")
    assert four.words == "null"
    assert "4 comparisons (Bonferroni)" in four.judgements[0].evidence


def test_items_that_belong_together_count_as_clusters() -> None:
    found = made({"a": ["1" * 12 + "0" * 88], "b": ["0" * 100]}, tokens=[1])
    grouped = [
        Finished(one.cell, CellResult(one.result.facts, one.result.marks, 4), 1.0)
        for one in found.finished
    ]
    expected = [PairedExpectation("a wins", "a", "b")]
    assert judge_all(expected, found, "cpu").words == "reproduced"
    clustered = judge_all(expected, Results(grouped, found.expected), "cpu")
    assert clustered.words == "null"
    assert "25 clusters" in clustered.judgements[0].evidence


def test_secondary_expectations_do_not_decide() -> None:
    secondary = RangeExpectation("far", lambda _: {"x": 2.0}, 0.0, 1.0, (), primary=False)
    verdict = judge_all([PAIRS["reproduced"], secondary], results(), "cpu")
    assert verdict.words == "reproduced"
    assert [one.words for one in verdict.judgements] == ["reproduced", "not reproduced"]
    assert judge_all([secondary], results(), "cpu").words == "no verdict"


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        (("reproduced", "reproduced"), "reproduced"),
        (("reproduced", "null"), "null"),
        (("null", "not reproduced"), "not reproduced"),
        (("not reproduced", "no verdict"), "no verdict"),
    ],
)
def test_the_worst_primary_expectation_decides(words: tuple[str, ...], verdict: str) -> None:
    assert judge_all([PAIRS[word] for word in words], results(), "cpu").words == verdict


def test_an_arm_without_marks_cannot_be_compared() -> None:
    found = made({"a": [""], "b": [""]}, tokens=[1])
    with pytest.raises(DataError, match="'a' has no marks"):
        judge_all([PairedExpectation("a wins", "a", "b")], found, "cpu")


def test_a_judgement_keeps_its_role() -> None:
    expected = RangeExpectation("in", lambda _: {"x": 0.5}, 0.0, 1.0, (), primary=False)
    [judged] = judge_all([expected], results(), "cpu").judgements
    assert judged == Judgement("in", "reproduced", "x: 0.5.", False)

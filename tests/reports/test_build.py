from dataclasses import replace

import pytest

from tests.reports.example import BIG, SMALL, make_arm, make_card, make_outcomes, make_problems
from underdog.core import Decision, Outcome, Problem, Question, Solution
from underdog.errors import DataError
from underdog.measure.results import ArmResult
from underdog.reports.build import MAX_TEXT_CHARS, build_card
from underdog.reports.fight_card import Corner

PROBLEMS = make_problems(40)
SMALL_ARM = make_arm(PROBLEMS, f"{SMALL} maj@4", SMALL, 0.6, 4, flops_per_token=1e9)
BIG_ARM = make_arm(PROBLEMS, f"{BIG} greedy", BIG, 0.5, 1, flops_per_token=1e10)
ORACLE = replace(SMALL_ARM, name="pass@4", oracle_bound=True)


def with_status(arm: ArmResult, status: str) -> ArmResult:
    return replace(arm, items=(replace(arm.items[0], status=status), *arm.items[1:]))


def test_the_verdict_is_about_the_first_arms():
    card = make_card(60)
    assert card.verdict.left == card.small.headline.name == f"{SMALL} majority@16"
    assert card.verdict.right == card.big.headline.name == f"{BIG} greedy"
    assert card.n == 60


def test_tables_list_arms_by_cost_with_oracle_bounds_last():
    names = [arm.name for arm in make_card(60).small.by_cost()]
    assert names[0] == f"{SMALL} one sample"
    assert names[-2:] == [f"{SMALL} majority@32", f"{SMALL} pass@16"]


def test_every_problem_has_a_row_and_the_outcomes_add_up():
    card = make_card(60)
    outcomes = [row.outcome for row in card.rows]
    assert len(outcomes) == 60
    assert outcomes.count("both") == card.verdict.both
    assert outcomes.count("small-only") == card.verdict.left_only
    assert outcomes.count("big-only") == card.verdict.right_only
    assert outcomes.count("neither") == card.verdict.neither


def test_without_problems_there_are_no_rows_and_corners_come_from_the_arms():
    card = build_card("t", [SMALL_ARM], [BIG_ARM])
    assert card.rows == ()
    assert card.task == ""
    assert card.small.corner == Corner(SMALL, "maj@4", "cot")


def test_problems_that_no_arm_answered_are_not_shown_and_unknown_ones_are_skipped():
    card = build_card("t", [SMALL_ARM], [BIG_ARM], problems=PROBLEMS[:5])
    assert [row.problem_id for row in card.rows] == [problem.id for problem in PROBLEMS[:5]]
    assert card.task == "example"
    assert card.rows[0].small.attempts == ()


def test_the_chosen_solution_comes_first_then_other_answers():
    problem = PROBLEMS[0]
    solutions = tuple(
        Solution(index, "main", "cot", f"text {index}", key, key)
        for index, key in enumerate(["1", "1", "2", "1"])
    )
    outcome = Outcome(problem.id, "maj", Decision("1", solutions[1]), solutions)
    card = build_card(
        "t", [SMALL_ARM], [BIG_ARM], problems=[problem], small_outcomes={problem.id: outcome}
    )
    attempts = card.rows[0].small.attempts
    assert [attempt.text for attempt in attempts] == ["text 1", "text 2", "text 0"]
    assert [attempt.chosen for attempt in attempts] == [True, False, False]
    assert any("Not every solution is shown" in note for note in card.notes)


def test_without_a_chosen_solution_attempts_say_why_they_have_no_answer():
    problem = PROBLEMS[0]
    lost = Solution(0, "main", "cot", "…", status="no_answer")
    outcome = Outcome(problem.id, "maj", Decision(None), (lost,))
    card = build_card(
        "t", [SMALL_ARM], [BIG_ARM], problems=[problem], small_outcomes={problem.id: outcome}
    )
    (attempt,) = card.rows[0].small.attempts
    assert (attempt.chosen, attempt.note) == (False, "no answer")


def test_very_long_solutions_are_cut_and_say_so():
    outcomes = make_outcomes(PROBLEMS, BIG_ARM)
    first = PROBLEMS[0].id
    long = replace(outcomes[first].solutions[0], text="x" * (MAX_TEXT_CHARS + 1234))
    outcomes[first] = replace(outcomes[first], solutions=(long,), decision=Decision("1", long))
    card = build_card("t", [SMALL_ARM], [BIG_ARM], problems=PROBLEMS, big_outcomes=outcomes)
    assert card.rows[0].big.attempts[0].text.endswith("x\n[… 1,234 more characters]")


def test_context_and_choices_are_part_of_the_question():
    item = SMALL_ARM.items[0].problem_id
    question = Question(item, "quiz", "Which?", choices=("red", "blue"), context="A passage.")
    card = build_card("t", [SMALL_ARM], [BIG_ARM], problems=[Problem(question, "A")])
    assert card.rows[0].question == "A passage.\nWhich?\nA. red\nB. blue"


def test_without_flops_the_axis_counts_tokens_and_says_so():
    card = make_card(40, flops=False)
    assert card.cost_axis == "tokens"
    assert card.cost_of(card.big.headline) == card.big.headline.tokens_per_problem
    assert any("counted in tokens" in note for note in card.notes)


def test_oracle_bounds_never_break_even():
    card = build_card("t", [ORACLE], [BIG_ARM])
    assert card.break_even is None
    assert card.verdict.words == "bound"
    assert build_card("t", [SMALL_ARM], [replace(BIG_ARM, oracle_bound=True)]).break_even is None


def test_a_free_big_model_has_no_break_even():
    free = replace(BIG_ARM, items=tuple(replace(i, usage=type(i.usage)()) for i in BIG_ARM.items))
    assert build_card("t", [SMALL_ARM], [free]).break_even is None


@pytest.mark.parametrize(
    ("arms", "note"),
    [
        ([SMALL_ARM, ORACLE], "Arms marked as oracle bounds"),
        ([SMALL_ARM, ORACLE], "named before the match"),
        ([SMALL_ARM], "Only 40 problems"),
        ([SMALL_ARM], "Replayed arms"),
        ([with_status(SMALL_ARM, "undecided")], "1 answers could not be graded"),
    ],
)
def test_the_notes_that_the_numbers_call_for(arms, note):
    assert any(note in text for text in build_card("t", arms, [BIG_ARM]).notes)


def test_notes_that_do_not_apply_are_left_out():
    small = make_arm(make_problems(120), "a", SMALL, 0.5, 1, flops_per_token=1.0)
    big = make_arm(make_problems(120), "b", BIG, 0.5, 1, flops_per_token=1.0)
    text = " ".join(build_card("t", [small], [big], notes=["mine"]).notes)
    assert text.startswith("mine ")
    for absent in ("Only 120", "oracle", "Replayed", "clusters", "graded", "named before"):
        assert absent not in text


def test_clusters_are_mentioned():
    def clustered(arm):
        items = (replace(i, group=f"t{place // 2}") for place, i in enumerate(arm.items))
        return replace(arm, items=tuple(items))

    card = build_card("t", [clustered(SMALL_ARM)], [clustered(BIG_ARM)])
    assert any("20 clusters" in note for note in card.notes)


@pytest.mark.parametrize("sides", [([], [BIG_ARM]), ([SMALL_ARM], [])])
def test_a_side_without_arms_is_refused(sides):
    with pytest.raises(DataError, match="at least one arm per side"):
        build_card("t", *sides)

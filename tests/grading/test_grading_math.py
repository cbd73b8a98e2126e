"""Symbolic mathematics: what a worker serves (called here directly), and what time-outs become."""

import logging

import pytest

from underdog.core import Problem, Question
from underdog.grading import open_checker
from underdog.grading.mathematics import MAX_ANSWER_CHARS, MathChecker
from underdog.grading.pool import counters
from underdog.grading.symbolic.cleanup import clean
from underdog.grading.symbolic.compare import equal, key, read
from underdog.grading.symbolic.structure import shape

QUESTION = Question("q", "t", "?")


@pytest.fixture(autouse=True)
def quiet():
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (r"\left( 3, \frac{\pi}{2} \right)", "(3,1.570796)"),
        (r"1 \pm \sqrt{19}", "{-3.358899,5.358899}"),
        (r"k \geqslant 2", "[2,∞)"),
        ("x<-1", "(-∞,-1)"),
        ("x > 1", "(1,∞)"),
        (r"x \le 1", "(-∞,1]"),
        ("3 > x", "(-∞,3)"),
        (r"5 \ge x > 1", "(1,5]"),
        ("1<x<2", "(1,2)"),
        (r"\text{(C)}", "C"),
        (r"\begin{pmatrix} 1 & 0 \\ 0 & 1 \end{pmatrix}", "matrix2{1,0,0,1}"),
        (r"(-\infty, 0) \cup\{1\}", "union{(-∞,0),{1}}"),
        (r"52_{8}", "52_8"),
        (r"\text{New York}", '"new york"'),
        (r"\text{red}, \text{blue}", '{"blue","red"}'),
        ("6-5i", "6+-5i"),
        ("f(x)=1, g(x)=2", "{name=f(x){1},name=g(x){2}}"),
        ("x=5-2i", "5+-2i"),
        (r"x \in [1,2]", "[1,2]"),
        (r"\sin^2 x + \cos^2 x", "1"),
        (r"\infty", "∞"),
        (r"-\infty", "-∞"),
        (r"\sqrt{2}\sqrt{8}", "4"),
        ("(x)", "x"),
        ("[7]", "7"),
        ("", ""),
    ],
)
def test_keys_show_the_shape(answer, expected):
    assert key(answer) == expected


@pytest.mark.parametrize(
    "answer",
    [r"\frac{1}{0}", r"2^{100000}", "x^", "=", "1<2", "a<b<c>d", "1 < x > 2", r"\{x | x > 1\}",
     "(1,2", ")x(", "0=0", "1=2", "1)(2", r"x)( \cup (y",
     "y=x^", "x+y^=1", "x=x", r"x+y=\frac{1}{0}", r"x+y=\infty", r"2x+y=\frac{x}{x-x}", "x+1=x+1",
     "f(x)+g(x)", "[1,2)+1", r"a \pm b \pm c", r"\sqrt{"],
)  # fmt: skip
def test_what_cannot_be_read_further_is_still_equal_to_itself(answer):
    assert equal(answer, answer)
    assert key(answer) == key(answer)


def test_equations_are_compared_up_to_a_factor():
    assert equal("2x+y=3", "6-4x=2y")
    assert not equal("2x+y=3", "2x+y=4")
    assert key("2x+y^2=3").startswith("0=#")


def test_an_equation_of_a_line_is_what_y_is():
    assert key("2x+y=3") == key("y=3-2x") == key("3-2x")
    assert not equal("2x+y=3", "2y+x=3")
    assert key("2x=3+x").startswith("0=#")


@pytest.mark.parametrize(
    ("small", "same", "other"),
    [
        ("10^{-5000}", r"\frac{1}{10^{5000}}", "0"),
        ("2^{-20000}", "4^{-10000}", "2^{-20001}"),
        (r"\frac{1}{3000!}", r"\frac{2}{2 \cdot 3000!}", r"\frac{1}{3001!}"),
    ],
)
def test_fractions_too_long_to_write_are_compared_exactly(small, same, other):
    assert key(small) == key(same)
    assert not equal(small, other)


def test_where_an_atom_cannot_be_read_math_verify_decides():
    assert not read(r"f(x)+g(x)").canonical
    assert equal("f(x)+g(x)", "g(x)+f(x)")
    assert not equal("f(x)+g(x)", "f(x)-g(x)")
    assert not equal("f(x)+g(x)", r"\frac{")


def test_members_match_within_the_tolerance_in_any_order():
    assert equal("0.33333, 2", "2, 0.333330000001")
    assert key("0.333333, 2") != key("2, 0.3333331")
    assert equal("0.333333, 2", "2, 0.3333331")
    assert not equal("1, 2", "1, 3")
    assert not equal("(1, 2)", "(2, 1)")
    assert not equal("(1, 2)", "1, 2")


def test_step_functions_are_told_apart_far_from_zero():
    assert not equal(r"\lfloor n/100 \rfloor", "0")
    assert equal(r"\lfloor 2n/2 \rfloor", r"\lfloor n \rfloor")


def test_cleaning_gives_one_spelling():
    assert clean(r"$\dfrac{1}{2}$.") == r"\frac{1}{2}"
    assert clean("sqrt(2)") == r"\sqrt{2}"
    assert clean(r"\boxed{5\%}") == "5"


def test_an_atom_is_its_own_shape():
    assert shape("x+1").kind == "atom"


def test_time_running_out_leaves_the_grade_undecided_and_is_counted():
    checker = MathChecker(timeout_s=1.5)
    before = counters().timeouts
    hard = r"9^{9^{9^9}}"
    grade = checker.grade(hard, Problem(QUESTION, r"\sqrt{2}+x"))
    assert grade.status == "undecided"
    assert "1.5 s" in grade.detail
    assert counters().timeouts > before
    assert checker.equal(hard, hard, QUESTION)
    assert not checker.equal(hard, "x+1", QUESTION)


def test_a_comparison_that_runs_out_of_time_is_undecided(monkeypatch):
    from underdog.grading import mathematics
    from underdog.grading.pool import PoolReply

    def ask(operation, timeout_s, *answers):
        return (
            PoolReply("ok", answers[0])
            if operation == "key"
            else PoolReply("timeout", detail="late")
        )

    monkeypatch.setattr(mathematics, "_ask", ask)
    assert MathChecker().grade("x+1", Problem(QUESTION, "x+2")).detail == "late"


def test_long_and_deep_answers_are_compared_as_text():
    checker = open_checker("math")
    long = "x+" * MAX_ANSWER_CHARS
    deep = "(" * 50 + "x" + ")" * 50
    before = counters().requests
    for answer in (long, deep):
        assert checker.vote_key(answer, QUESTION) == "≡" + answer
        assert not checker.equal(answer, "2", QUESTION)
    assert counters().requests == before


def test_percent_is_a_unit():
    checker = open_checker("math")
    assert checker.equal("62.5%", "62.5", QUESTION)
    assert not checker.equal("62.5%", "0.625", QUESTION)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("3:45 PM", "15:45"),
        (r"3:45\text{ p.m.}", "15:45"),
        ("12:30 a.m.", "0:30"),
        ("5 PM", "17:0"),
        ("3 to 4", "3:4"),
        (r"1, 3, 5, \ldots", "{1,3,5,…}"),
        ("1, 3, ...", "{1,3,…}"),
        ("1,000, 2,500", "{1000,2500}"),
        ("1,2,3", "{1,2,3}"),
        ("{18}", "18"),
        ("no solution", '"no solution"'),
        (r"\text{no real roots}", '"no real roots"'),
        ("5 = x", "5"),
        ("y=3, x=2", "(2,3)"),
        ("x=1, z=3, y=2", "(1,2,3)"),
        ("(x,y)=(2,3)", "(2,3)"),
        (r"\emptyset", "{}"),
        (r"\mathbb{R}", "(-∞,∞)"),
        (r"x \ne 2", "union{(-∞,2),(2,∞)}"),
        (r"\mathbb{R}\setminus\{2\}", "union{(-∞,2),(2,∞)}"),
        ("|x|<3", "(-3,3)"),
        (r"|x| \le 3", "[-3,3]"),
        (r"[1,3]\cup[2,5]", "[1,5]"),
        (r"[2,5]\cup[1,3)", "[1,5]"),
        (r"[1,9]\cup[2,5]\cup(10,11)", "union{[1,9],(10,11)}"),
        (r"(0,2)\cup[2,6)", "(0,6)"),
        (r"(0,2)\cup(2,6)", "union{(0,2),(2,6)}"),
        (r"(-\infty,2]\cup(1,\infty)", "(-∞,∞)"),
        (r"[a,3]\cup[2,5]", None),
        (r"2 \mp \sqrt{3}", "{0.2679492,3.732051}"),
    ],
)
def test_answers_of_one_value_share_a_key(answer, expected):
    found = key(answer)
    assert found == expected or (expected is None and found.startswith("union{"))


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("a^m a^n", "a^{m+n}", True),
        ("a^m a^n", "a^{mn}", False),
        (r"\ln x^3", r"3\ln x", True),
        (r"\ln|x|", r"\ln x", False),
        (r"\ln(-x^2-1)", r"\ln(-x^2-2)", False),
        ("1-10^{-12}", "1", False),
        ("5am", "5:00", False),
        (r"3:45\text{ p.m.}", r"3:45\text{ a.m.}", False),
        ("x+y=1", "x-y=1", False),
        ("3x-y=4", "y=3x-4", True),
        ("3x-y^2=4", "2(3x-y^2)=8", True),
        ("xy=4", r"2xy=8", True),
        ("x+y=y+2", "x=2", False),
        ("13:45 PM", "13:45", False),
    ],
)
def test_formulas_of_one_meaning(left, right, same):
    assert equal(left, right) == same
    assert (key(left) == key(right)) == same


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        (r"So $x=\boxed{2}$ or $x=\boxed{3}$.", "2, 3"),
        (r"So $x=\boxed{2}$ and $y=\boxed{3}$.", "x = 2, y = 3"),
        (r"So $\boxed{2}$, $\boxed{3}$, and $\boxed{4}$", "2, 3, 4"),
        (r"First $\boxed{2}$. Then we see $\boxed{3}$.", "3"),
        (r"$\boxed{2}$ so $\boxed{3}$, $\boxed{4}$", "3, 4"),
        (r"$\boxed{2}$ and $\boxed{3}$. The answer is $5$.", "5"),
    ],
)
def test_boxes_that_belong_together_are_one_answer(reply, answer):
    assert open_checker("math").extract(reply, QUESTION).flexible == answer


@pytest.mark.parametrize("answer", [r"(a+b)^2-a^2-2ab=b^2", r"a+\ln(0)=b"])
def test_an_equation_without_a_scale_is_left_unread(answer):
    assert not read(answer).canonical

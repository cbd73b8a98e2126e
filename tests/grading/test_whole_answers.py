"""An answer is read whole or not at all; words are words; what is exact is compared exactly."""

import pytest

from underdog.core import Question
from underdog.forms.equations import run_chain
from underdog.grading import open_checker
from underdog.grading.symbolic import compare
from underdog.tasks.transforms import TRANSFORMS

QUESTION = Question("q", "t", "?")


@pytest.mark.parametrize(
    ("reply", "value"),
    [
        ("The answer is 12,34,567.", None),
        ("The answer is 1,23.", None),
        ("#### 12:50", None),
        (r"\boxed{7:30}", None),
        ("The answer is 3,5.", None),
        ("The answer is 3-5.", None),
        ("The answer is 5 feet 2 inches.", "1.5748 m"),
        ("It takes 1 h 30 min.", "5400 s"),
        ("It takes 1 h 30 kg.", None),
        ("The answer is 2^{10}.", "1024"),
        ("The answer is 5^3.", "125"),
        ("The answer is 2**5.", "32"),
        ("The answer is $1.5M", "1500000"),
        ("The answer is $20k.", "20000"),
        ("About 3 hundred thousand", "300000"),
        (r"#### 0.\overline{3}", "0.3333333"),
        ("The answer is 9 (apples).", "9"),
        ("The answer is 18 because he has 12 left.", "18"),
        ("So 2*3=6", "6"),
        ("He has 1 3/4 cups", "0.0004140294 m^3"),
        ("He has 1 3/4 apples", "1.75"),
        ("That is 1 234 567 in all", "1234567"),
        ("It is <b>18</b>", "18"),
        ("7 apples, where 5=x", "7"),
    ],
)
def test_a_number_is_read_whole_or_not_at_all(reply: str, value: str | None) -> None:
    numeric = open_checker("numeric")
    found = numeric.extract(reply, QUESTION).flexible
    assert (None if found is None else numeric.vote_key(found, QUESTION)) == value


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("5 feet 2 inches", "5 feet 3 inches"),
        ("4 weeks 2 days", "4 weeks 3 days"),
        ("5 feet 2 inches", "5"),
        ("2:30", "2:45"),
    ],
)
def test_quantities_in_several_units_are_not_their_first_number(left: str, right: str) -> None:
    numeric = open_checker("numeric")
    assert not numeric.equal(left, right, QUESTION)
    assert numeric.vote_key(left, QUESTION) != numeric.vote_key(right, QUESTION)


@pytest.mark.parametrize(
    ("reply", "value"),
    [
        ("<think>The answer is 5.</think> 6", "6"),
        ("<think>\nSuppose the answer is 5. Hmm, let me", None),
        ("It is 5, no. </think>\nThe answer is 7.", "7"),
        ("<thinking>\\boxed{3}</thinking>\n#### 4", "4"),
        ("I think the answer is 8.", "8"),
    ],
)
def test_thoughts_are_no_part_of_a_reply(reply: str, value: str | None) -> None:
    assert open_checker("numeric").extract(reply, QUESTION).flexible == value


PAIRS = [
    ("no", "on", False),
    ("yes", r"\text{yes}", True),
    ("Yes", "yes", True),
    ("odd", r"\text{odd}", True),
    ("ABC", "CBA", False),
    ("xy", "yx", True),
    ("abc", "cba", True),
    (r"\log_3 9 \cdot 2", "4", True),
    (r"\ln 2 \cdot 3", r"\ln 6", False),
    (r"\sin x / 2", r"\sin(x/2)", False),
    (r"\sin 2x", r"2\sin x\cos x", True),
    (r"\sqrt[3]{-8}", "-2", True),
    (r"\sqrt[3]{-x}", r"-\sqrt[3]{x}", True),
    (r"0.\overline{3}", r"\frac13", True),
    (r"0.1\overline{6}", r"\frac16", True),
    (r"x \geq 3 \text{ or } x < 1", r"(-\infty,1)\cup[3,\infty)", True),
    ("x > 1 and x < 3", "(1,3)", True),
    (r"\{1,1,2\}", r"\{1,2\}", True),
    ("1, 1, 2", "1, 2", False),
    (r"2 \text{ or } 3", "2", False),
    ("3 or 2", r"2 \text{ or } 3", True),
    ("2|x|", "2x", False),
    (r"\sqrt{4x^2}", "2x", False),
    (r"\sqrt{4x^2}", "2|x|", True),
    ("|x-5|", "5-x", False),
    (r"\max(x,10)", "10", False),
    (r"\tan 45^\circ", "1", True),
    (r"\cos 60°", "0.5", True),
    (r"45^\circ", "45", True),
    ("3 hundred thousand", "300000", True),
    ("9 (apples)", "9", True),
    (r"\sqrt{10^{20}+1}", r"10^{10}", False),
    (r"\sqrt{10^{20}}", r"10^{10}", True),
    (r"\frac{1\pm\sqrt5}{2}", r"\frac{1+\sqrt5}{2}, \frac{1-\sqrt5}{2}", True),
    ("3:45", "1:15", False),
    ("12:10", "6:05", False),
    ("03:45", "3:45", True),
    ("at", "ta", False),
    (r"0.5 + \sqrt{2}", r"\sqrt{2} + \frac12", True),
    (r"x < 1 \text{ and } x > 3 \text{ and } x > 5", "1", False),
]


@pytest.mark.parametrize(("left", "right", "equal"), PAIRS)
def test_mathematics_means_what_it_says(left: str, right: str, equal: bool) -> None:
    math = open_checker("math")
    assert math.equal(left, right, QUESTION) == math.equal(right, left, QUESTION) == equal
    if not equal:
        assert math.vote_key(left, QUESTION) != math.vote_key(right, QUESTION)


@pytest.mark.parametrize(("left", "right", "equal"), PAIRS)
def test_a_worker_says_the_same(left: str, right: str, equal: bool) -> None:
    assert compare.equal(left, right) == equal


@pytest.mark.parametrize(
    ("reply", "formula"),
    [
        (r"The answer is $\$18.90$.", r"\$18.90"),
        (r"So the total is $\$12$.", r"\$12"),
        (r"It costs $\$5 + \$x$.", r"\$5 + \$x"),
    ],
)
def test_an_escaped_dollar_does_not_end_a_formula(reply: str, formula: str) -> None:
    assert open_checker("math").extract(reply, QUESTION).flexible == formula


@pytest.mark.parametrize("spec", ["text", "exact"])
def test_an_accent_may_be_a_character_of_its_own(spec: str) -> None:
    assert open_checker(spec).equal("caf\u00e9", "cafe\u0301", QUESTION)


@pytest.mark.parametrize(
    ("reply", "program"),
    [
        ("```python\ndef f():\n    return 3\n```\nOutput:\n```\n3\n```", "def f():\n    return 3"),
        ("```python\ndef f():\n    return 1\n```\nUse:\n```python\nprint(f())\n```",
         "def f():\n    return 1"),
        ("```\n1 + 1\n```\n```\nx = 2\n```", "x = 2"),
    ],
)  # fmt: skip
def test_the_block_that_is_the_program_is_taken(reply: str, program: str) -> None:
    assert open_checker("code").extract(reply, QUESTION).strict == program


@pytest.mark.parametrize(
    ("reply", "value"),
    [
        ("12 * 8 = 96\n96 - 70 = 26 rolls", 26),
        ("12 * 8 = 96\n96 - 70 = 26.", 26),
        ("12 * 8 = 96\n96 - 70 = 26 (left)", 26),
        ("12 * 8 = 96\n96 - 70 = twenty-six", 26),
        ("12 * 8 = 96\n96 - 70 = some", None),
        ("- 20 + 6 = 26", 26),
        ("* 20 + 6 = 26", 26),
        ("1. 20 + 6 = 26", 26),
        ("-20 + 6 = -14", -14),
        ("2,5 * 4 = 10", 10),
        ("1,200 + 5 = 1,205", 1205),
    ],
)
def test_the_last_equation_is_the_answer_or_there_is_none(reply: str, value: int | None) -> None:
    assert run_chain(reply) == value


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("after_hashes", "#### 3,5", "3,5"),
        ("after_hashes", "#### (1,2)", "(1,2)"),
        ("after_hashes", "#### 1,234,567", "1234567"),
        ("option_texts", ["a.m. only", "p.m. only"], ["a.m. only", "p.m. only"]),
        ("option_texts", ["A) x", "(B) y", "C. z"], ["x", "y", "z"]),
    ],
)
def test_columns_keep_what_is_no_separator_and_no_label(name: str, value, read) -> None:
    assert TRANSFORMS[name](value) == read


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("(1,100),(3,31)", "(1,100), (3,31)", True),
        (r"\left(1,100\right), (3,31)", "(1,100),(3,31)", True),
        ("(1,100)", "(1, 100)", True),
        ("(1,000, 2,000)", "(1000,2000)", True),
        ("1,100", "1100", True),
        ("(1,100)", "1100", False),
        ("[1,200]", "1200", False),
        ("(1,100)", "(1,101)", False),
    ],
)
def test_a_comma_alone_in_brackets_parts_two_numbers(left: str, right: str, same: bool) -> None:
    math = open_checker("math")
    assert math.equal(left, right, QUESTION) == math.equal(right, left, QUESTION) == same

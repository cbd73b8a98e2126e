"""The forms of exact solutions: worked examples, scratchpads, reversed digits, critiques."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from underdog.core import Item, Limits, Problem, Question, SandboxResult
from underdog.core.item import Step
from underdog.errors import ConfigError
from underdog.forms import forms
from underdog.forms.column_arithmetic import WrittenOperation, columns, settle
from underdog.forms.critique import SHOTS as CRITIQUE_SHOTS
from underdog.forms.critique import Critique
from underdog.forms.detailed_scratchpad import SHOTS as DETAILED_SHOTS
from underdog.forms.detailed_scratchpad import detailed_scratch
from underdog.forms.equation_system import SHOTS as SYSTEM_SHOTS
from underdog.forms.reversed import SHOTS as REVERSED_SHOTS
from underdog.forms.scratchpad import SHOTS as SCRATCH_SHOTS
from underdog.forms.scratchpad import scratch, value_of
from underdog.forms.slips import attempt, slip
from underdog.forms.socratic import SHOTS as SOCRATIC_SHOTS
from underdog.forms.solutions import is_given
from underdog.grading import checkers

NUMERIC = checkers.create("numeric")
operators = st.sampled_from(["+", "-", "*"])
numbers = st.integers(-(10**9), 10**9)


class Nowhere:
    name = "nowhere"

    def run(self, program: str, limits: Limits = Limits()) -> SandboxResult:
        return SandboxResult("crashed")

    def close(self) -> None:
        """Nothing to end."""


def read(form: str, reply: str):
    return forms.create(form).read(reply, Question("q", "t", "?"), NUMERIC, Nowhere())


def item(*steps: Step, gold: str = "", meta=None) -> Item:
    gold = gold or steps[-1].value
    return Item(Problem(Question("q", "t", "?"), gold, "train", meta or {}), steps, "key")


ROLLS = item(
    Step("trays", "12", "12"),
    Step("made", "trays * 8", "96", "It makes 12 * 8 = 96 rolls.", "How many are made?"),
    Step("left", "made - 70", "26", "96 - 70 = 26 rolls are left.", "How many are left?"),
)


@pytest.mark.parametrize(
    ("form", "shots", "answers"),
    [
        ("equation_system", SYSTEM_SHOTS, (13, 25, 7, 11)),
        ("reversed", REVERSED_SHOTS, (623, 1106, -28, 400)),
        ("socratic", SOCRATIC_SHOTS, (13, 25, 322)),
        ("critique", CRITIQUE_SHOTS, (26, 22, 25)),
        ("scratchpad", SCRATCH_SHOTS, (574, 425, 8478)),
        ("detailed_scratchpad", DETAILED_SHOTS, (574, 425, 918)),
    ],
)
def test_worked_examples_give_their_answers(form: str, shots, answers) -> None:
    for shot, answer in zip(shots, answers, strict=True):
        reading = read(form, shot.reply)
        assert (reading.status, reading.strict) == ("ok", True)
        assert float(reading.answer) == answer
        for stop in forms.create(form).stop:
            assert stop not in shot.reply.removesuffix(">")


@given(operators, numbers, numbers)
def test_scratchpads_end_with_the_result(operator: str, left: int, right: int) -> None:
    operation = WrittenOperation(operator, left, right)
    for form, write in (("scratchpad", scratch), ("detailed_scratchpad", detailed_scratch)):
        assert read(form, write(operation)).answer == str(value_of(operation))


@pytest.mark.parametrize(
    ("formula", "given"),
    [
        ("12", True), ("-3.5", True), ("'red'", True), ("[1, 2]", True), ("12 apples", False),
        ("made", False), ("made*2", False), ("made - 70", False), ("2 +", False), ("f(", False),
    ],
)  # fmt: skip
def test_only_numbers_and_texts_are_given(formula: str, given: bool) -> None:
    assert is_given(Step("a", formula, "12")) == given


@pytest.mark.parametrize("operator", ["+", "-", "*"])
def test_settling_the_signs_of_small_numbers_keeps_the_result(operator: str) -> None:
    for left in range(-3, 4):
        for right in range(-3, 4):
            settled_is_right(WrittenOperation(operator, left, right))


@given(operators, numbers, numbers)
def test_settling_signs_keeps_the_result(operator: str, left: int, right: int) -> None:
    settled_is_right(WrittenOperation(operator, left, right))


def settled_is_right(operation: WrittenOperation) -> None:
    settled = settle(operation)
    inner = settled.operation
    assert inner.left >= 0
    assert inner.right >= 0
    result = value_of(inner)
    assert (-result if settled.negative else result) == value_of(operation)
    assert bool(settled.line) == (inner != operation or settled.negative)


@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_columns_give_the_digits(left: int, right: int) -> None:
    worked = list(columns(WrittenOperation("+", left, right)))
    text = "".join(str(column.digit) for column in reversed(worked))
    assert int(f"{worked[-1].carry}{text}") == left + right
    high, low = max(left, right), min(left, right)
    text = "".join(
        str(column.digit) for column in reversed([*columns(WrittenOperation("-", high, low))])
    )
    assert int(text) == high - low


def test_a_sum_is_worked_from_the_right() -> None:
    assert scratch(WrittenOperation("-", 12, 30)).splitlines()[0] == "12 - 30 = -(30 - 12)"
    assert "carry 1 in front" in scratch(WrittenOperation("+", 99, 1))
    assert "so far [3 3]" in detailed_scratch(WrittenOperation("+", 28, 5))


@pytest.mark.parametrize(
    "meta",
    [
        {},
        {"operator": "+", "operands": [1]},
        {"operator": "+", "operands": [1, "a"]},
        {"operator": "+", "operands": ["a", 1]},
        {"operator": "/", "operands": [1, 2]},
        {"operator": "+", "operands": "12"},
    ],
)
def test_other_items_have_no_scratchpad(meta) -> None:
    other = item(Step("a", "1 + 2", "3"), meta=meta)
    assert forms.create("scratchpad").render(other) is None
    assert forms.create("detailed_scratchpad").render(other) is None


@pytest.mark.parametrize(
    ("gold", "reply"), [("-12.5", "Reversed: <5.21->"), ("80", "Reversed: <08>")]
)
def test_reversed_answers(gold: str, reply: str) -> None:
    one = item(Step("a", gold, gold))
    assert forms.create("reversed").render(one) == reply
    assert read("reversed", reply).answer == gold
    assert read("reversed", reply.removesuffix(">")).answer == gold


def test_reversed_only_for_numbers() -> None:
    assert forms.create("reversed").render(item(Step("a", "'b'", "b"))) is None
    assert read("reversed", "Reversed: ").status == "no_answer"


def test_socratic_pairs_questions_with_sentences() -> None:
    reply = forms.create("socratic").render(ROLLS)
    assert reply is not None
    assert reply.splitlines()[:2] == ["Q: How many are made?", "A: It makes 12 * 8 = 96 rolls."]
    assert reply.endswith("The answer is 26.")


def test_socratic_asks_for_a_calculation_without_a_question() -> None:
    bare = item(Step("a", "2 + 3", "5"), Step("b", "a * 2", "10", question="Twice that?"))
    assert forms.create("socratic").render(bare) == (
        "Q: What is 2 + 3?\nA: 2 + 3 = 5.\nQ: Twice that?\nA: 5 * 2 = 10.\nThe answer is 10."
    )


def test_socratic_needs_questions_where_nothing_is_calculated() -> None:
    assert forms.create("socratic").render(item(Step("a", "sorted('ba')[0]", "a"))) is None
    assert forms.create("socratic").render(item(Step("a", "5", "5"))) is None


def test_an_equation_system_is_rendered_from_steps_or_given() -> None:
    form = forms.create("equation_system")
    assert form.render(ROLLS) == "trays = 12\nmade = trays * 8\nx = made - 70"
    given_ = item(Step("y", "3", "3"), meta={"equations": ["2 * x + 1 = 7"]})
    assert form.render(given_) == "2 * x + 1 = 7"


@pytest.mark.parametrize(
    "steps",
    [
        (Step("x", "2", "2"), Step("y", "x + 1", "3")),
        (Step("a", "max(1, 2)", "2"),),
        (Step("a", "7 // 2", "3"),),
        (Step("a", "1 + 1", "two"),),
    ],
)
def test_an_equation_system_that_does_not_give_the_answer_is_left_out(steps) -> None:
    assert forms.create("equation_system").render(item(*steps)) is None


def test_replies_without_a_solution_say_why() -> None:
    assert read("equation_system", "no equations").status == "no_answer"
    assert read("equation_system", "y = 3").detail == "x is not determined"
    assert read("equation_system", "x = 1\nx = 2").status == "execution_error"


@pytest.mark.parametrize(
    ("kind", "expression", "value"),
    [("operator", "7 - 7", "0"), ("number", "120 * 3", "360"), ("carry", "1.5 + 2.25", "3.75")],
)
def test_a_slip_changes_the_value(kind, expression: str, value: str) -> None:
    for seed in range(20):
        made = slip(kind, expression, value, Random(seed))
        assert made is not None
        assert made.kind == kind
        assert float(made.value) != float(value)


@pytest.mark.parametrize("expression", ["1 / 218", "1 / 182", "3 / 265", "1 / 615"])
def test_a_wrong_value_has_no_more_than_six_decimal_places(expression: str) -> None:
    for seed in range(40):
        made = slip("number", expression, "0.01", Random(seed))
        assert made is None or len(made.value.partition(".")[2]) <= 6


def test_there_are_calculations_without_such_a_slip() -> None:
    assert slip("operator", "-5", "-5", Random(0)) is None
    assert slip("operator", "2 + 2", "4", Random(0)).value == "0"
    assert slip("operator", "2 * 2", "4", Random(0)) is None


@given(st.randoms(use_true_random=False))
def test_an_attempt_is_wrong_from_its_slip_on(rng: Random) -> None:
    made = attempt(ROLLS, rng)
    assert made is not None
    lines = made.lines
    assert [line.right_value for line in lines] == ["96", "26"]
    assert all(line.value == line.right_value for line in lines[: made.place])
    assert lines[made.place].value != lines[made.place].right_value
    assert lines[-1].value != "26"


def test_no_attempt_without_arithmetic() -> None:
    assert attempt(item(Step("a", "'x' * 2", "xx")), Random(0)) is None
    assert forms.create("critique").render(item(Step("a", "4", "4"))) is None
    assert Critique(right_first=1).render(item(Step("a", "4", "4"))) is None


def test_a_slip_that_leads_nowhere_is_not_used() -> None:
    fragile = item(Step("a", "6 - 5", "1"), Step("b", "3 / a", "3"), Step("c", "b * 0", "0"))
    for seed in range(30):
        made = attempt(fragile, Random(seed))
        assert made is None or made.lines[-1].value != "0"


def test_a_critique_names_the_step_and_ends_right() -> None:
    form = forms.create("critique")
    for number in range(40):
        left, total = 10 + number, (10 + number) * 34
        one = item(
            Step("made", f"{left} * 34", str(total), f"That makes {left} * 34 = {total} rolls."),
            Step("rest", "made - 7", str(total - 7), f"{total} - 7 = {total - 7} rolls are left."),
        )
        one = Item(one.problem, one.steps, f"key{number}")
        attempted, repaired = form.parts(one)
        assert form.render(one) == attempted + repaired
        assert attempted.startswith("1. ")
        assert repaired.startswith("Check: step ")
        assert read("critique", attempted + repaired).answer == str(total - 7)
        assert str(total - 7) not in attempted.splitlines()[1].split()


def test_a_right_attempt_is_confirmed() -> None:
    attempted, repaired = Critique(right_first=1).parts(ROLLS)
    assert attempted == "1. It makes 12 * 8 = 96 rolls.\n2. 96 - 70 = 26 rolls are left.\n"
    assert repaired == "Check: every step is right.\nThe answer is 26."


def test_the_share_of_right_attempts_is_checked() -> None:
    with pytest.raises(ConfigError, match="right_first"):
        Critique(right_first=1.5)


def test_floor_and_remainder_are_written_and_read() -> None:
    form = forms.create("equations")
    one = item(Step("q", "47 // 7", "6"), Step("r", "47 % 7", "5"), Step("s", "q * r", "30"))
    reply = form.render(one)
    assert reply == "47 // 7 = 6\n47 % 7 = 5\n6 * 5 = 30"
    assert read("equations", reply).answer == "30"


@pytest.mark.parametrize(
    "steps",
    [
        (Step("a", "2 ** 0.5", "1.41"),),
        (Step("a", "round(2.4)", "2"),),
        (Step("a", "1 + 1", "2"), Step("b", "5", "5")),
        (Step("a", "7 // 2", "3.5"), Step("b", "a // 3", "9")),
        (Step("a", "1 / 3", "1/3"),),
    ],
)
def test_steps_that_are_no_plain_arithmetic_have_no_equations(steps) -> None:
    assert forms.create("equations").render(item(*steps)) is None


def test_powers_are_written_as_equations() -> None:
    assert forms.create("equations").render(item(Step("a", "2 ** 5", "32"))) == "2 ** 5 = 32"

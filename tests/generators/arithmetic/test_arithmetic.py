"""The arithmetic families: what is drawn, how it is worded, what shares a key."""

import re
from collections import Counter
from fractions import Fraction
from itertools import islice
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from underdog.core import Item
from underdog.errors import ConfigError
from underdog.generators import families
from underdog.generators.arithmetic.division import long_division
from underdog.generators.arithmetic.multiplication import by_place_value
from underdog.generators.craft.decimal_text import decimal, exact_places
from underdog.generators.craft.expressions import ExpressionWriter, expression_key
from underdog.generators.craft.keys import decimal_pair_key, decimal_sum_key, product_key, sum_key
from underdog.generators.craft.number_words import in_words
from underdog.generators.craft.operands import Operands, with_carries
from underdog.generators.craft.phrasing import FRAMES, PLAIN_SYMBOLS, SYMBOLS, bracketed
from underdog.generators.drawing import generate

NAMES = (
    "addition", "subtraction", "multiplication", "division", "chain", "decimals", "fractions",
    "percentages", "powers", "roots", "rounding", "units", "comparison", "modular", "gcd_lcm",
)  # fmt: skip
whole = st.integers(-(10**16), 10**16)


def drawn(spec: str, count: int = 60, split: str = "train") -> list[Item]:
    return list(islice(generate(families.create(spec), split, 11), count))


def carries(left: int, right: int) -> int:
    return sum(
        left % 10**place + right % 10**place >= 10**place
        for place in range(1, max(len(str(left)), len(str(right))) + 1)
    )


@given(whole, whole)
def test_a_sum_its_mirror_and_its_difference_forms_share_a_key(left: int, right: int) -> None:
    key = sum_key((left, right))
    assert key == sum_key((right, left)) == sum_key((-left, -right)) == sum_key((-right, -left))
    assert key.startswith("sub:") == (left * right < 0)


@given(st.lists(whole, min_size=3, max_size=6), st.randoms())
def test_longer_sums_share_a_key_in_any_order_and_sign(terms: list[int], rng: Random) -> None:
    shuffled = [-term for term in terms]
    rng.shuffle(shuffled)
    assert sum_key(terms) == sum_key(shuffled)


@given(whole, whole)
def test_products_share_a_key_whatever_the_order_and_signs(left: int, right: int) -> None:
    assert product_key(left, right) == product_key(-right, left)


def test_decimals_that_are_whole_meet_the_integers() -> None:
    assert decimal_sum_key([30, -70], 1) == sum_key((3, -7))
    assert decimal_pair_key("mul", (400, 2), (5, 0)) == product_key(4, 5)


@given(st.integers(-(10**9), 10**9), st.integers(0, 6))
def test_decimals_are_written_exactly(units: int, places: int) -> None:
    text = decimal(units, places)
    assert round(float(text) * 10**places) == units
    assert not re.search(r"\.\d*0$", text)


def test_places_that_a_division_needs() -> None:
    assert exact_places(1, 1000, 2) is None
    assert exact_places(12, 4, 0) == 0


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zero"),
        (15, "fifteen"),
        (40, "forty"),
        (100, "one hundred"),
        (1_000_001, "one million one"),
        (-999, "minus nine hundred ninety-nine"),
    ],
)
def test_numbers_in_words(number: int, words: str) -> None:
    assert in_words(number) == words


def test_numbers_too_long_for_words_are_refused() -> None:
    with pytest.raises(ValueError, match="15 digits"):
        in_words(10**15)


@given(st.integers(1, 16), st.data())
def test_carries_are_made_as_asked(length: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, length))
    left, right = with_carries(data.draw(st.randoms()), length, count)
    assert carries(left, right) == count
    assert len(str(left)) <= length
    assert len(str(right)) <= length


def test_balanced_carries_come_equally_often() -> None:
    found = Counter[int]()
    for item in drawn("addition:digits=3,carries=balanced", 600):
        left, right = item.problem.meta["operands"]
        if len(str(left)) == len(str(right)) == 3:
            found[carries(left, right)] += 1
    assert min(found[count] for count in range(4)) > sum(found.values()) / 8


def test_balanced_borrows_keep_the_difference_positive_or_swapped() -> None:
    items = drawn("subtraction:digits=3,borrows=balanced,swapped=0")
    assert all(not item.problem.gold.startswith("-") for item in items)


def test_half_of_the_differences_are_negative() -> None:
    below = sum(item.problem.gold.startswith("-") for item in drawn("subtraction", 400))
    assert 140 < below < 260


def test_lengths_are_even_and_long_ones_more_frequent() -> None:
    operands, rng = Operands(12), Random(4)
    lengths = Counter(len(str(number)) for _ in range(3_000) for number in operands.draw(rng))
    assert min(lengths.values()) > 60
    assert lengths[12] > 2 * lengths[1]


@given(whole, whole)
def test_place_value_steps_multiply(left: int, right: int) -> None:
    assert by_place_value(left, right)[-1].value == str(left * right)


@given(st.integers(0, 10**16), st.integers(1, 10**8))
def test_long_division_steps_divide(dividend: int, divisor: int) -> None:
    quotient, rest = divmod(dividend, divisor)
    expected = f"{quotient} R {rest}" if rest else str(quotient)
    assert long_division(dividend, divisor)[-1].value == expected


@given(st.randoms(use_true_random=False), st.integers(2, 8), st.sampled_from(["+-", "+-*", "*/"]))
def test_expressions_have_one_step_per_operation(rng: Random, terms: int, operators: str) -> None:
    writer = ExpressionWriter(rng, 2, operators, PLAIN_SYMBOLS)
    part = writer.write(terms, 0.5)
    assert len(writer.steps) == terms - 1
    assert writer.steps[-1].value == str(part.value)
    assert part.text.count("(") == part.text.count(")")


def test_expressions_share_keys_with_the_plain_families() -> None:
    found = {item.key.partition(":")[0] for item in drawn("chain", 300)}
    assert {"add", "sub", "mul", "div", "sum", "chain"} <= found


def test_the_order_of_summands_and_factors_does_not_change_a_key() -> None:
    class Scripted(Random):
        """Draws that write the same expression in another order."""

        def __init__(self, numbers: list[int], operators: str) -> None:
            super().__init__(0)
            self.numbers, self.operators = numbers, list(operators)

        def getrandbits(self, k: int) -> int:
            return self.numbers.pop(0)

        def choice(self, seq):
            return self.operators.pop(0)

    def key(numbers: list[int], operators: str) -> str:
        writer = ExpressionWriter(Scripted(numbers, operators), 1, "+-*", PLAIN_SYMBOLS)
        return expression_key(writer.write(len(numbers), 0))

    assert key([2, 3, 4], "*+") == key([4, 3, 2], "+*") == "chain:+*2*3+4"
    assert key([2, 3, 4], "*-") == key([4, 3, 2], "-*")
    assert key([2, 3, 4], "**") == key([4, 2, 3], "**")
    assert key([2, 3], "*") == product_key(2, 3)


def test_wordings_are_many_and_plain_is_one() -> None:
    assert len(FRAMES) > 150
    assert len(SYMBOLS) > 50
    varied = {re.sub(r"\d+", "#", i.problem.question.text) for i in drawn("addition", 400)}
    plain = {re.sub(r"\d+", "#", i.problem.question.text) for i in drawn("addition:wording=plain")}
    assert len(varied) > 100
    assert plain == {"What is # + #?"}


@pytest.mark.parametrize("name", NAMES)
def test_questions_leave_no_placeholder(name: str) -> None:
    for item in drawn(name, 150):
        text = item.problem.question.text
        assert not re.search(r"[{}]|  ", text), text
        assert text == text.strip()
        assert re.search(r"\d", text) or "-" in text or " " in text


@pytest.mark.parametrize("name", NAMES)
def test_plain_wording_is_a_knob_of_every_family(name: str) -> None:
    assert drawn(f"{name}:wording=plain", 5)
    with pytest.raises(ConfigError, match="wording"):
        families.create(f"{name}:wording=loud")


def test_a_negative_second_number_stands_in_brackets() -> None:
    assert bracketed("/", "8", "-2", PLAIN_SYMBOLS) == "8 / (-2)"


@pytest.mark.parametrize(
    "spec",
    [
        "addition:digits=17",
        "addition:digits=0",
        "addition:carries=many",
        "addition:negatives=2",
        "subtraction:swapped=-1",
        "multiplication:product_digits=1",
        "division:divisor_digits=9",
        "chain:min_terms=5,max_terms=3",
        "chain:operators=/",
        "chain:operators=+%",
        "decimals:digits=5,places=4",
        "decimals:operators=^",
        "fractions:largest=3",
        "fractions:operators=x",
        "percentages:kind=interest",
        "powers:min_exponent=4,max_exponent=3",
        "roots:places=5",
        "rounding:places=1",
        "units:system=troy",
        "comparison:numbers=7",
        "comparison:kind=words",
        "modular:kind=root",
        "gcd_lcm:kind=sum",
    ],
)
def test_a_knob_out_of_range_is_refused(spec: str) -> None:
    with pytest.raises(ConfigError):
        families.create(spec)


@pytest.mark.parametrize(
    "spec",
    [
        "addition:digits=16,negatives=0.5",
        "multiplication:product_digits=3",
        "multiplication:product_digits=16,short=0",
        "division:digits=16,remainders=1",
        "division:digits=1",
        "division:divisor_digits=1,remainders=0",
        "chain:max_terms=12,digits=16",
        "chain:operators=+-,brackets=1",
        "decimals:operators=+,max_terms=8",
        "fractions:operators==",
        "percentages:kind=before,largest=500",
        "percentages:kind=change",
        "powers:max_exponent=8,largest=9999",
        "roots:places=4,cubes=0",
        "rounding:decimals=1,places=6",
        "units:system=time,mixed=1",
        "comparison:kind=decimals,numbers=6",
        "modular:kind=power,largest=1000",
        "gcd_lcm:kind=lcm,shared=1",
    ],
)
def test_other_knobs_give_items(spec: str) -> None:
    for item in drawn(spec, 40):
        assert item.steps[-1].value == item.problem.gold


def test_knobs_choose_what_they_say() -> None:
    assert {i.problem.meta["kind"] for i in drawn("percentages:kind=fall", 20)} == {"fall"}
    assert all("R" in i.problem.gold for i in drawn("division:remainders=1,short=0", 30))
    assert all(len(i.steps) == 11 for i in drawn("chain:min_terms=12,max_terms=12", 10))


def test_percentage_shares_and_parts_of_the_same_numbers_share_a_key() -> None:
    keys = {i.key.partition(":")[0] for i in drawn("percentages", 200)}
    assert keys == {"percent", "percent_rise", "percent_fall"}


def test_both_directions_of_a_conversion_share_a_key() -> None:
    for item in drawn("units:mixed=0", 80):
        amount = Fraction(item.key.partition(":")[2].partition(",")[0])
        written = re.findall(r"[\d.]*\d", f"{item.problem.question.text} {item.problem.gold}")
        assert amount in {Fraction(number) for number in written}

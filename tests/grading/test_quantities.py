"""Known units are converted or refused; a number without a unit is in the one asked for."""

from fractions import Fraction

import pytest

from underdog.core import Problem, Question
from underdog.grading import open_checker
from underdog.grading.quantities import asked_unit, read_quantity

NUMERIC = open_checker("numeric")
MATH = open_checker("math")


def asking(text: str) -> Question:
    return Question("q", "t", text)


NOTHING = asking("?")


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("3 km", "3000 m"),
        ("1 h 30 min", "90 min"),
        ("2 days 3 hours", "51 h"),
        ("5 feet 2 inches", "62 inches"),
        ("2 lbs 4 oz", "36 ounces"),
        ("5 dollars and 20 cents", "$5.20"),
        ("$0.50", "50 cents"),
        ("100 cm²", "0.01 m²"),
        ("3 cubic feet", "5184 cubic inches"),
        ("50 km/h", "50 kilometers per hour"),
        ("60 mph", "88 feet per second"),
        ("30 °C", "86 °F"),
        ("20 degrees C", "20 °C"),
        ("20 Degrees Celsius", "68 degrees F"),
        ("41 degrees Fahrenheit", "5 degrees C"),
        ("2 Metric Tons", "2,000 kg"),
        ("3 Nautical Miles", "5556 m"),
        ("3 years", "36 months"),
        ("2 gallons", "8 quarts"),
        ("16 fl oz", "2 cups"),
        ("1 metric ton", "1,000 kg"),
        ("1000 l", "1 cubic meter"),
        ("18 apples", "18"),
        ("5 in total", "5"),
        ("3 cup holders", "3"),
        ("$5 per hour", "$5"),
        ("3 km", "3"),
        ("2h15m", "135 min"),
        ("an hour and 20 minutes", "80 minutes"),
        ("a week", "7 days"),
        ("5 P.M.", "5 pm"),
        ("five feet six inches", "66 in"),
    ],
)
def test_equal_quantities(left: str, right: str) -> None:
    assert NUMERIC.equal(left, right, NOTHING)
    assert NUMERIC.equal(right, left, NOTHING)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("3000 kg", "3000 m"),
        ("3 km", "3 m"),
        ("3 km", "3 miles"),
        ("90 min", "90 s"),
        ("5 feet 2 inches", "5 feet 3 inches"),
        ("$5", "5 cents"),
        ("$5", "€5"),
        ("£5", "5 pence"),
        ("5 m", "5 minutes"),
        ("5 m", "5 m^2"),
        ("5 square meters", "5 cubic meters"),
        ("30 °C", "30 °F"),
        ("8 ounces", "1 cup"),
        ("60 mph", "60 km/h"),
        ("1 month", "30 days"),
        ("1 h 3 apples", "1 h"),
    ],
)
def test_other_quantities_with_keys_apart(left: str, right: str) -> None:
    for checker in (NUMERIC, MATH):
        assert not checker.equal(left, right, NOTHING)
        assert not checker.equal(right, left, NOTHING)
        assert checker.vote_key(left, NOTHING) != checker.vote_key(right, NOTHING)


@pytest.mark.parametrize(
    ("question", "answer", "gold", "right"),
    [
        ("How many minutes does it take?", "1.5 hours", "90", True),
        ("How many hours does it take?", "90 minutes", "1.5", True),
        ("How many minutes does it take?", "90 hours", "90", False),
        ("How many hours does it take?", "90 minutes", "90", False),
        ("What is its length in feet?", "2 yards", "6", True),
        ("How much is it in dollars?", "50 cents", "0.5", True),
        ("How old is she?", "12 years", "12", True),
        ("How many square feet of tile are needed?", "1 square yard", "9", True),
        ("How many miles per hour is that?", "88 feet per second", "60", True),
        ("How many apples weigh that much?", "3 kg", "3", True),
        ("How long does it take?", "90 minutes", "90", True),
    ],
)
def test_a_bare_number_is_in_the_unit_asked_for(
    question: str, answer: str, gold: str, right: bool
) -> None:
    problem = Problem(asking(question), gold)
    for checker in (NUMERIC, MATH):
        assert (checker.grade(answer, problem).status == "right") == right


def test_five_in_the_morning_is_not_five_in_the_afternoon() -> None:
    assert NUMERIC.equal("5 PM", "5", NOTHING)
    assert not NUMERIC.equal("5 PM", "5 AM", NOTHING)


def test_votes_share_the_asked_unit() -> None:
    question = asking("Each lap takes 45 minutes. How many minutes do two laps take?")
    keys = {
        NUMERIC.vote_key(text, question) for text in ("90", "90 minutes", "1.5 h", "1 h 30 min")
    }
    assert keys == {"90"}
    assert {NUMERIC.vote_key(text, NOTHING) for text in ("$18", "18", "18 dollars")} == {"18"}


@pytest.mark.parametrize(
    ("reply", "found"),
    [
        ("So it takes 1 h 30 min.", "1 h 30 min"),
        ("He ran 3 km in 2 hours", "2 hours"),
        ("It weighs 3,000 kg in all", "3,000 kg"),
        ("That is 5 in total", "5"),
        ("Two of them: 2 hours 3 miles", None),
    ],
)
def test_the_last_number_keeps_its_unit(reply: str, found: str | None) -> None:
    assert NUMERIC.extract(reply, NOTHING).flexible == found


@pytest.mark.parametrize(
    "text",
    [
        "2 hours 3 miles",
        "1 h 3 apples",
        "a dog",
        "3 min 2 h",
        "5 °C 3 °C",
        "1 h 30",
        "5 m 2 x" + " 1 m" * 50,
    ],
)
def test_parts_that_do_not_add_up_are_no_quantity(text: str) -> None:
    assert read_quantity(text) is None


def test_the_asked_unit_is_the_last_one_named() -> None:
    assert asked_unit(asking("How many hours is it in minutes?")) == asked_unit(
        asking("Give it in minutes.")
    )
    assert asked_unit(asking("How many apples?")) is None
    read = read_quantity("5 feet 2 inches")
    assert read is not None
    assert read.number == Fraction(62)


@pytest.mark.parametrize("unit", ["", " minutes", " km", " kg", " s"])
def test_a_tolerance_is_in_the_unit_that_both_are_written_in(unit: str) -> None:
    numeric = open_checker("numeric:tolerance=0.5")
    assert numeric.equal(f"90.4{unit}", f"90{unit}", NOTHING)
    assert not numeric.equal(f"90.6{unit}", f"90{unit}", NOTHING)

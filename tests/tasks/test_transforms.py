"""Each named column transform on what it is for, and on what it is not."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from underdog.core import JSONValue
from underdog.tasks.transforms import TRANSFORMS

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("name", "value", "result"),
    [
        ("after_hashes", "so 1+1=2\n#### 1,234 ", "1234"),
        ("before_hashes", "so it is 2\n#### 2", "so it is 2"),
        ("strip_commas", " 12,000 ", "12000"),
        ("strip", " a ", "a"),
        ("lower", "YES", "yes"),
        ("yes_no", True, "yes"),
        ("yes_no", 0, "no"),
        ("letter", 2, "C"),
        ("letter", "0", "A"),
        ("letter_from_one", 1, "A"),
        ("first", [3, 4], 3),
        ("join_answers", ["x", 2], "x ; 2"),
        ("paragraphs", ["a", "b"], "a\n\nb"),
        ("option_texts", ["A)7", "(B) 8", "C. A) 9", "10:30"], ["7", "8", "A) 9", "10:30"]),
        ("choice_texts", {"B": "oak", "A": "pear"}, ["pear", "oak"]),
        ("choice_texts", {"label": ["B", "A"], "text": ["oak", "pear"]}, ["pear", "oak"]),
        ("boxed", "\\boxed{1} then \\boxed{\\frac{1}{2}}.", "\\frac{1}{2}"),
        ("called_function", ["assert f(1) == 2", "assert g(1)"], "f"),
        ("called_function", ["assert set(own([1])) == set([1])"], "own"),
        ("called_function", ["assert sum(10,15) == 6"], "sum"),
        ("example_call", ["assert math.isclose(f([1,  2]), 3)"], "f([1, 2])"),
    ],
)
def test_a_transform_makes_what_the_task_needs(name: str, value: JSONValue, result: JSONValue):
    assert TRANSFORMS[name](value) == result


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("after_hashes", "no mark"),
        ("after_hashes", ["a"]),
        ("yes_no", "perhaps"),
        ("letter", 26),
        ("letter", None),
        ("letter_from_one", 0),
        ("letter_from_one", None),
        ("first", []),
        ("first", "abc"),
        ("choice_texts", ["a"]),
        ("choice_texts", {"label": ["A"], "text": ["a", "b"]}),
        ("boxed", "none here"),
        ("boxed", "\\boxed{open"),
        ("called_function", []),
        ("called_function", ["assert x == 1"]),
        ("called_function", ["assert ("]),
    ],
)
def test_a_value_that_does_not_fit_is_refused(name: str, value: JSONValue):
    with pytest.raises((ValueError, SyntaxError)):
        TRANSFORMS[name](value)


@pytest.mark.parametrize("name", sorted(TRANSFORMS))
@settings(max_examples=25)
@given(value=JSON)
def test_no_transform_fails_in_any_other_way(name: str, value: JSONValue):
    with contextlib.suppress(ValueError, SyntaxError):
        TRANSFORMS[name](value)


@pytest.mark.parametrize("name", sorted(TRANSFORMS))
def test_every_transform_is_documented(name: str):
    from tests.paths import CHECKOUT

    assert f"`{name}`" in (CHECKOUT / "docs" / "tasks.md").read_text()

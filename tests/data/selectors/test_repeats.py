"""Exact, MinHash and sketch de-duplication."""

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.data.selectors.examples import example
from underdog.data.dataset.shingles import shingles, windows
from underdog.data.selectors import Aids, select
from underdog.data.selectors.minhash import Signer, bands
from underdog.data.selectors.sketch import sketch

STORY = (
    "A bakery sells bread for 3 euros a loaf and rolls for half a euro each. On Monday it sold 40 "
    "loaves and 120 rolls. How many euros did the bakery take in on Monday altogether?"
)


def kept(spec, *questions, **aids):
    rows = [example(f"e{n}", question) for n, question in enumerate(questions)]
    return [choice.kept for choice in select(spec, rows, aids=Aids(**aids))]


def test_exact_ignores_case_and_white_space_only():
    assert kept("exact", "How many?", " how  MANY?", "How many") == [True, False, True]


def test_exact_looks_at_the_part_it_is_told():
    rows = [example("a", "1+1", "2"), example("b", "0+2", "2")]
    assert [choice.kept for choice in select("exact:part=completion", rows)] == [True, False]
    assert [choice.kept for choice in select("exact:part=prompt", rows)] == [True, True]


def test_a_repeat_names_the_example_that_it_repeats():
    rows = [example("first"), example("second")]
    for spec in ("exact", "minhash", "sketch"):
        assert [choice.rival for choice in select(spec, rows)] == [None, "first"]


def test_minhash_drops_a_text_with_a_word_changed_and_keeps_another():
    other = "Three ships left the harbour at dawn, each with a crew of nine. How many sailed out?"
    near = STORY.replace("altogether", "in total")
    assert kept("minhash:threshold=0.7", STORY, near, other) == [True, False, True]


def test_minhash_keeps_short_items_that_differ_in_a_number():
    assert kept("minhash", "3 + 4 =", "3 + 5 =", "3 + 4 =") == [True, True, False]


def test_minhash_throws_away_what_has_no_words():
    assert [choice.reason for choice in select("minhash:part=prompt", [example("e", " ")])] == [
        "no words"
    ]


@pytest.mark.parametrize("likeness", [0.3, 0.6, 0.9])
def test_signatures_estimate_jaccard_similarity(likeness):
    rng = Random(5)
    shared = int(200 * likeness)
    pool = np.array([rng.getrandbits(64) for _ in range(400)], dtype=np.uint64)
    left = pool[:200]
    right = np.concatenate([pool[:shared], pool[200 : 400 - shared]])
    true = shared / (400 - shared)
    signer = Signer.seeded(2048, seed=1)
    assert abs((signer.sign(left) == signer.sign(right)).mean() - true) < 4 * 0.5 / 2048**0.5


@pytest.mark.parametrize("threshold", [0.5, 0.7, 0.8, 0.95])
def test_bands_find_nearly_all_pairs_at_the_threshold_but_few_far_below(threshold):
    count, rows = bands(threshold, 128)
    assert count * rows <= 128
    assert 1 - (1 - threshold**rows) ** count >= 0.95
    assert 1 - (1 - (threshold / 2) ** rows) ** count < 0.5


def test_a_threshold_of_nothing_compares_all_pairs():
    assert bands(0.0, 16) == (16, 1)


@given(st.lists(st.integers(0, 2**64 - 1), max_size=30), st.integers(1, 16))
def test_window_hashes_are_the_polynomial_of_their_words(values, size):
    base = 0x9E3779B97F4A7C15
    expected = [
        sum(values[start + i] * base**i for i in range(size)) % 2**64
        for start in range(len(values) - size + 1)
    ]
    assert windows(np.array(values, dtype=np.uint64), size).tolist() == expected


def test_a_text_shorter_than_a_shingle_is_one_shingle():
    assert len(shingles(["a", "b"], 5)) == 1
    assert len(shingles([], 5)) == 0


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("=SUM(A1:A9)*2", "=SUM(B2:B77)*3.5"),
        ('find "red" in 7 bags', 'find "dark blue" in 12 bags'),
        ("She gave Tom 3 pears.", "She gave Anna 40 pears."),
        ("a = 'x' + str(1)", "a = 'other' + str(22)"),
    ],
)
def test_a_sketch_forgets_constants(left, right):
    assert sketch(left) == sketch(right)


@pytest.mark.parametrize(("left", "right"), [("f(1)", "g(1)"), ("1 + 2", "1 - 2")])
def test_a_sketch_remembers_structure(left, right):
    assert sketch(left) != sketch(right)


def test_sketch_keeps_as_many_of_each_as_told():
    assert kept("sketch:each=2", "1 + 2", "3 + 4", "5 + 6", "5 - 6") == [True, True, False, True]

"""Items come from hashed streams, splits from canonical keys."""

from collections import Counter
from itertools import islice
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from underdog.core.item import Draft, Step
from underdog.errors import DataError, UnknownNameError
from underdog.generators import families
from underdog.generators.drawing import distinct, generate, split_of
from underdog.generators.streams import HashedStream
from underdog.seeds import derive, digest_each
from underdog.tasks import load_task
from underdog.tasks.generated import as_task


class OneItem:
    """A family whose whole space is one item."""

    name = "one"
    version = 1
    checker = "numeric"
    forms = ("answer",)

    def draft(self, rng: Random) -> Draft:
        return Draft("What is 1?", "1", (Step("one", "1", "1"),), "one", 1.0)


def test_shares_are_kept() -> None:
    found = Counter(split_of(f"add:{number},7") for number in range(5_000))
    assert 0.77 < found["train"] / 5_000 < 0.83
    assert 0.08 < found["dev"] / 5_000 < 0.12


def test_an_unknown_split_is_refused_with_the_names() -> None:
    with pytest.raises(UnknownNameError, match="did you mean train"):
        next(generate(OneItem(), "trian", 0))


def test_a_split_that_the_family_cannot_fill_is_an_error() -> None:
    empty = next(split for split in ("dev", "test", "train") if split != split_of("one"))
    with pytest.raises(DataError, match="widen its knobs"):
        next(generate(OneItem(), empty, 0))


def test_distinct_ends_when_nothing_new_comes() -> None:
    items = generate(OneItem(), split_of("one"), 0)
    assert len(list(distinct(items, patience=10))) == 1


def test_neighbouring_seeds_share_next_to_nothing() -> None:
    family = families.create("addition:digits=9")
    keys = [
        {item.key for item in islice(generate(family, "train", seed), 500)} for seed in (42, 43)
    ]
    assert len(keys[0] & keys[1]) < 25


def test_an_item_does_not_depend_on_those_before() -> None:
    family = families.create("chain")
    items = list(islice(generate(family, "dev", 3), 12))
    assert list(islice(generate(family, "dev", 3, start=9), 3)) == items[9:]


def test_item_ids_are_unique_and_carry_their_seed() -> None:
    items = list(islice(generate(families.create("addition"), "test", 8), 20))
    assert [item.problem.id for item in items[:2]] == [
        "addition-v2-test-8-0",
        "addition-v2-test-8-1",
    ]
    assert items[0].problem.meta["family"] == "addition"
    assert items[0].problem.meta["key"] == items[0].key


def test_a_family_is_a_task() -> None:
    task = as_task(families.create("addition:digits=3"))
    problems = list(task.problems("dev", 5))
    assert (task.name, len(problems), task.splits) == ("addition", 5, ("train", "dev", "test"))
    assert task.forms == families.create("addition").forms
    assert task.shots("cot") is None


def test_digests_follow_their_paths() -> None:
    first, second = islice(digest_each(("a", 1)), 2)
    assert first != second
    assert second == next(digest_each(("a", 1), 1))
    assert first != next(digest_each(("a", 2)))
    assert first[:8] != derive("a", 1, 0).to_bytes(8, "big")


@given(st.integers(), st.integers(-(10**20), 10**20), st.integers(0, 10**20))
def test_a_stream_draws_within_bounds(seed: int, low: int, width: int) -> None:
    stream = HashedStream()
    stream.seed(seed)
    assert low <= stream.randint(low, low + width) <= low + width
    assert 0 <= stream.random() < 1
    assert 0 <= stream.getrandbits(70) < 1 << 70
    assert stream.choice(range(100_000)) in range(100_000)
    assert stream.sample(range(20), 5)


def test_a_stream_is_fair() -> None:
    stream = HashedStream()
    stream.seed("dice")
    rolls = Counter(stream.randint(1, 6) for _ in range(6_000))
    assert all(800 < rolls[face] < 1_200 for face in range(1, 7))
    letters = Counter(stream.choice("ab") for _ in range(2_000))
    assert 850 < letters["a"] < 1_150
    mean = sum(stream.random() for _ in range(2_000)) / 2_000
    assert 0.46 < mean < 0.54
    assert Counter(stream.getrandbits(1) for _ in range(2_000))[1] > 850


def test_a_stream_goes_on_past_its_first_digest() -> None:
    stream = HashedStream()
    stream.restart(bytes(range(64)))
    words = [stream.getrandbits(32) for _ in range(64)]
    assert len(set(words)) == 64
    assert len({stream.getrandbits(1_000) for _ in range(5)}) == 5


def test_a_short_stream_key_is_filled_up() -> None:
    stream = HashedStream()
    draws: list[object] = []
    for draw in (
        stream.random,
        lambda: stream.choice("abc"),
        lambda: stream.randint(1, 9),
        lambda: stream.randrange(10**40),
        lambda: stream.sample(range(10**6), 2),
    ):
        stream.restart(bytes(64))
        draws.append(draw())
    assert 0 < draws[0] < 1
    assert draws[4] != [0, 0]


def test_a_stream_refuses_what_it_cannot_do() -> None:
    stream = HashedStream()
    with pytest.raises(IndexError):
        stream.choice([])
    with pytest.raises(ValueError, match="negative"):
        stream.getrandbits(-1)
    with pytest.raises(ValueError, match="empty range"):
        stream.randint(3, 2)
    with pytest.raises(NotImplementedError, match="key"):
        stream.getstate()
    with pytest.raises(NotImplementedError, match="restart"):
        stream.setstate(())


def test_a_family_is_a_task_with_its_knobs_in_brackets_too() -> None:
    [problem] = load_task("addition(digits=2,negatives=0.0)").problems("dev", 1)
    assert problem.question.task == "addition"

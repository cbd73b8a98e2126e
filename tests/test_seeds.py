"""Seeds derived by hashing names."""

from hypothesis import given
from hypothesis import strategies as st

from underdog.seeds import derive, unit

paths = st.lists(st.one_of(st.text(), st.integers()), max_size=5).map(tuple)


def test_a_path_gives_the_same_seed_on_every_machine() -> None:
    assert derive("gsm8k", "train", 0) == 10038083527227944405


@given(paths)
def test_seeds_are_unsigned_64_bit_numbers(path: tuple[str | int, ...]) -> None:
    assert 0 <= derive(*path) < 2**64


@given(paths, paths)
def test_different_paths_give_different_seeds(
    left: tuple[str | int, ...], right: tuple[str | int, ...]
) -> None:
    same = [(type(name), name) for name in left] == [(type(name), name) for name in right]
    assert (derive(*left) == derive(*right)) == same


def test_a_number_and_its_text_are_different_names() -> None:
    assert derive(1) != derive("1")


def test_where_a_path_is_cut_matters() -> None:
    assert derive("a", "bc") != derive("ab", "c")


@given(paths)
def test_units_lie_in_the_half_open_interval(path: tuple[str | int, ...]) -> None:
    assert 0.0 <= unit(*path) < 1.0


def test_units_are_spread_evenly() -> None:
    draws = [unit("spread", index) for index in range(4000)]
    for tenth in range(10):
        share = sum(tenth <= 10 * draw < tenth + 1 for draw in draws) / len(draws)
        assert 0.07 < share < 0.13

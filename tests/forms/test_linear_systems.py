"""Equations that a model wrote are solved exactly, never executed, and always end."""

from contextlib import suppress
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from underdog.errors import DataError
from underdog.forms.linear_systems import solve


@pytest.mark.parametrize(
    ("equations", "x"),
    [
        (["x = 3 + 4 * 2"], 11),
        (["x = made - 70", "made = 12 * 8"], 26),
        (["x + y = 14", "5 * x + 9 * y = 98"], 7),
        (["3 * (x - 2) = x / 2 + 4"], 4),
        (["2 * x = 1"], Fraction(1, 2)),
        (["area = side * width", "side = 4", "2 * side + 2 * width = 20", "x = area / side"], 6),
        (["x = side ** 2", "side = 5"], 25),
        (["x = -(+3)", "0 * y = 0"], -3),
        (["x = $1,200 − 200"], 1000),
        (["x = 0.1 + 0.2"], Fraction(3, 10)),
        (["x + y = 2", "2 * x + 2 * y = 4", "y = 1"], 1),
        (["x + y + z = 6", "y + z = 5", "x - z = -2"], 1),
    ],
)
def test_systems_are_solved(equations: list[str], x: object) -> None:
    assert solve(equations)["x"] == x


@pytest.mark.parametrize(
    "equations",
    [
        ["x = 1", "x = 2"],
        ["x = 1 / 0"],
        ["x"],
        ["x = y = 2"],
        ["x = 'a'"],
        ["x = f(2)"],
        ["x = __import__('os')"],
        ["x = 2 // 3"],
        ["x = 9 ** 99"],
        ["x = True"],
        ["x = 1e999"],
        ["x = ("],
        ["x = " + "1 + " * 200 + "1"],
        ["x = 1"] * 61,
        [" + ".join(f"a{number}" for number in range(50)) + " = 1"],
        [f"a{number} = {'9' * 300} * a{number + 1}" for number in range(8)] + ["a8 = 9"],
    ],
)
def test_what_cannot_be_solved_is_refused(equations: list[str]) -> None:
    with pytest.raises(DataError):
        solve(equations)


@pytest.mark.parametrize("equations", [[], ["x + y = 3"], ["x * y = 6"], ["x * x = 4", "z = 1"]])
def test_what_is_not_determined_has_no_value(equations: list[str]) -> None:
    assert "x" not in solve(equations)


@given(st.lists(st.integers(-50, 50), min_size=2, max_size=5), st.randoms())
def test_random_systems_give_their_solution(values: list[int], rng) -> None:
    names = [f"v{place}" for place in range(len(values))]
    equations = []
    for row in range(len(values)):
        weights = [rng.randint(-3, 3) + (7 if row == place else 0) for place in range(len(values))]
        total = sum(weight * value for weight, value in zip(weights, values, strict=True))
        left = " + ".join(f"{w} * {name}" for w, name in zip(weights, names, strict=True))
        equations.append(f"{left} = {total}")
    solved = solve(equations)
    for name, value in solved.items():
        assert value == values[names.index(name)]


@given(st.lists(st.text(alphabet="xy12+-*/=() ^.", max_size=25), max_size=5))
def test_any_text_gives_values_or_a_typed_error(lines: list[str]) -> None:
    with suppress(DataError):
        assert all(isinstance(value, Fraction) for value in solve(lines).values())


def test_forty_unknowns_are_solved_and_more_are_refused() -> None:
    def chain(unknowns: int) -> list[str]:
        names = [f"x{number}" for number in range(unknowns)]
        return [" + ".join(names) + " = 820", *(f"{name} = 1" for name in names[1:])]

    assert solve(chain(40))["x0"] == 820 - 39
    with pytest.raises(DataError, match="more than 40 unknowns"):
        solve(chain(41))

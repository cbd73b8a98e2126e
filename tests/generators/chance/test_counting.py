"""Counts agree with listing everything."""

import re
from itertools import combinations, permutations, product

import pytest

from tests.generators.item_checks import check_family, draw
from underdog.errors import ConfigError
from underdog.generators import families
from underdog.generators.chance.counting import KINDS


def listed(kind: str, text: str) -> int | None:
    numbers = [int(number) for number in re.findall(r"\d+", text)]
    if kind == "rows":
        n, k = max(numbers), min(numbers)
        return sum(1 for _ in permutations(range(n), k))
    if kind == "groups":
        return sum(1 for _ in combinations(range(max(numbers)), min(numbers)))
    if kind == "pairs":
        return sum(1 for _ in combinations(range(numbers[0]), 2))
    if kind == "paths":
        k, m = numbers[:2]
        return sum(1 for moves in product((0, 1), repeat=k + m) if sum(moves) == m)
    if kind == "letters":
        word = re.search(r"[A-Z]{4,}", text)
        return len(set(permutations(word[0]))) if word and len(word[0]) < 8 else None
    if kind == "divisors":
        return sum(numbers[0] % each == 0 for each in range(1, numbers[0] + 1))
    return LISTED[kind](text, numbers) if kind in LISTED else None


def either(text: str, numbers: list[int]) -> int:
    numbers = [n for n in numbers if n > 1]
    n, (p, q) = max(numbers), sorted(set(numbers) - {max(numbers)})
    hits = sum(each % p == 0 or each % q == 0 for each in range(1, n + 1))
    return n - hits if "neither" in text or "left" in text else hits


def multiples(text: str, numbers: list[int]) -> int:
    a, b = map(int, re.search(r"(\d+) to (\d+)", text).groups())
    k = next(n for n in [*numbers, a, b] if n not in (a, b) or numbers.count(n) > 1)
    return sum(each % k == 0 for each in range(a, b + 1))


def some(text: str, numbers: list[int]) -> int:
    k, n, m = numbers if text.startswith("A group") else (numbers[2], *numbers[:2])
    people = [*range(n), *(-1 - each for each in range(m))]
    return sum(any(one < 0 for one in group) for group in combinations(people, k))


def together(text: str, numbers: list[int]) -> int:
    n, k = numbers
    rows = permutations(range(n))
    return sum(
        max(map(row.index, range(k))) - min(map(row.index, range(k))) == k - 1 for row in rows
    )


def shared(text: str, numbers: list[int]) -> int:
    n, k = numbers if not text.startswith("A shop") else reversed(numbers)
    return sum(sum(parts) == n for parts in product(range(n + 1), repeat=k))


LISTED = {
    "either": either,
    "multiples": multiples,
    "some": some,
    "together": together,
    "shared": shared,
}


@pytest.mark.parametrize("kind", KINDS)
def test_items_of_each_kind_are_whole_and_counted(kind: str) -> None:
    for item in check_family(f"counting:kind={kind},size=8", 25):
        found = listed(kind, item.problem.question.text)
        assert found is None or found == int(item.problem.gold), item.problem.question.text


def test_mixed_items_are_whole() -> None:
    assert {i.problem.meta["kind"] for i in check_family("counting")} == set(KINDS)


def test_handshakes_and_pairs_share_a_key() -> None:
    keys = {i.key for i in draw("counting:kind=groups,size=10", 300)}
    assert keys & {i.key for i in draw("counting:kind=pairs,size=5", 300)}


@pytest.mark.parametrize("knobs", ["kind=other", "size=4", "size=31"])
def test_knobs_out_of_range_are_refused(knobs: str) -> None:
    with pytest.raises(ConfigError):
        families.create(f"counting:{knobs}")

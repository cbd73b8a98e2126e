"""The mutation benchmark on small programs: faults are found, put in, noticed and taken out."""

import ast
import sys

import pytest

from tests.paths import CHECKOUT

sys.path.insert(0, str(CHECKOUT / "benchmarks"))

from mutation import chosen_tests, try_fault
from mutation_sites import changed, drawn, sites

SOURCE = '''"""A text with 1 < 2 in it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Counter:
    count: int = 0


def pick(items: list[int | None], limit: float = 0.5) -> int | None:
    """Not 3 + 4."""
    for item in items:
        if item is not None and item * 2 >= limit:
            return item
        continue
    if not items:
        raise ValueError(f"{len(items) + 1} items")
    print("é", len(items) - 1)
    return None
'''
FAULTS = {
    "count: int = 1", "limit: float = 1.5", "(not (item is not None and item * 2 >= limit))",
    "((item is not None) or (item * 2 >= limit))", "(item is None)", "(item * 2 > limit)",
    "((item) / (2))", "item * 3", "return None", "break", "(not (not items))", "if (items)",
    "pass", "((len(items)) + (1))", "len(items) - 2",
}  # fmt: skip


def test_every_fault_is_another_program_and_none_is_in_words_types_or_errors() -> None:
    found = sites(SOURCE)
    texts = [changed(SOURCE, one) for one in found]
    assert all(ast.dump(ast.parse(text)) != ast.dump(ast.parse(SOURCE)) for text in texts)
    assert len(set(texts)) == len(texts) == len(FAULTS)
    for fault in FAULTS:
        assert sum(text.count(fault) > SOURCE.count(fault) for text in texts) >= 1, fault


def test_the_sample_hangs_on_the_seed_alone() -> None:
    found = {"b.py": sites(SOURCE), "a.py": sites(SOURCE)}
    first = drawn(found, 10, 1)
    assert first == drawn(dict(reversed(found.items())), 10, 1) != drawn(found, 10, 2)
    assert len(set(first)) == 10
    assert len(drawn(found, 99, 1)) == 2 * len(FAULTS)


def test_the_quickest_tests_that_reach_a_line_are_run() -> None:
    seen = {
        "tests": {"tests/runs/a": 3.0, "tests/runs/b": 1.0, "tests/runs/c": 0.5},
        "lines": {"f.py": {"7": ["tests/runs/a", "tests/runs/b", "tests/runs/failed"]}},
    }
    assert chosen_tests(seen, "runs", "f.py", 7, 20.0) == ["tests/runs/b", "tests/runs/a"]
    assert chosen_tests(seen, "runs", "f.py", 7, 2.0) == ["tests/runs/b"]
    assert len(chosen_tests(seen, "runs", "f.py", 8, 20.0)) == 3


@pytest.mark.slow
def test_a_fault_is_killed_or_survives_and_leaves_nothing_behind(tmp_path) -> None:
    tree = tmp_path / "tree"
    (tree / "src").mkdir(parents=True)
    file = tree / "src" / "sized.py"
    file.write_text("def big(x: int) -> bool:\n    return x > 3\n\n\ndef idle():\n    print(1)\n")
    test = tree / "test_sized.py"
    test.write_text(
        "from sized import big, idle\n\ndef test_big():\n    assert big(4)\n    idle()\n"
    )
    source = file.read_text()
    verdicts = {
        one.what: try_fault(tree, "runs", "src/sized.py", one, ["test_sized.py::test_big"], 60.0)
        for one in sites(source)
        if one.what in ("return x > 3 -> return None", "print(1) -> pass")
    }
    assert verdicts["return x > 3 -> return None"].outcome == "killed"
    assert "test_big" in verdicts["return x > 3 -> return None"].killer
    assert verdicts["print(1) -> pass"].outcome == "survived"
    assert file.read_text() == source

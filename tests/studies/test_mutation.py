"""The mutation benchmark on small programs: faults are found, put in, noticed and taken out."""

import ast
import sys

import pytest

from tests.paths import CHECKOUT

sys.path.insert(0, str(CHECKOUT / "benchmarks"))

from mutation import Verdict, chosen_tests, failing, surroundings, try_fault, write
from mutation_runner import Runner
from mutation_sites import changed, drawn, sites, statement

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


def test_a_fault_meets_the_tests_of_its_line_then_those_of_its_folder() -> None:
    seen = {
        "tests": {
            "tests/runs/a": 3.0, "tests/runs/b": 1.0, "tests/runs/c": 0.5, "tests/cli/f": 2.0,
            "tests/cli/late": 0.1,
        },
        "lines": {
            "src/f.py": {
                "7": ["tests/runs/a", "tests/runs/b", "tests/runs/failed"],
                "8": ["tests/cli/f"],
            },
        },
    }  # fmt: skip

    def chosen(lines: range | None, cap_s: float = 20.0) -> list[str]:
        names = chosen_tests(seen, "runs", "src/f.py", lines, cap_s)
        return [name.rpartition("/")[2] for name in names]

    assert chosen(range(7, 8)) == ["b", "a", "c"]
    assert chosen(range(7, 8), 2.0) == ["b", "c"]
    assert chosen(range(7, 9)) == ["f", "b", "a", "c"]  # the test named like the file first
    assert chosen(range(9, 10)) == ["c", "b", "a"]
    assert chosen(None) == ["f", "b", "a", "c"]  # what runs at import: every test of the file


def test_the_lines_of_a_fault_are_those_of_its_statement() -> None:
    source = (
        "LIMIT = 3\n\n\ndef big(\n    x: int = 4,\n) -> bool:\n    if (\n        x\n"
        "        > LIMIT\n    ):\n        return max(\n            x, 1\n        ) > 2\n"
        "    return False\n"
    )
    assert [statement(source, line) for line in (1, 5)] == [None, None]
    assert statement(source, 9) == range(7, 11)
    assert statement(source, 12) == range(11, 14)
    assert statement(source, 14) == range(14, 15)


def test_the_table_tells_first_from_now_and_keeps_reasons(tmp_path) -> None:
    def verdict(line: int, outcome: str, round: int = 1) -> Verdict:
        killer = "tests/runs/test_it.py::test_a" if outcome == "killed" else ""
        return Verdict("runs", "src/a.py", line, "1 -> 2", outcome, 3, killer, 0.5, line, round)

    found = [verdict(1, "killed"), verdict(2, "survived", 2), verdict(3, "killed", 2)]
    write(found, tmp_path, "")
    table = tmp_path / "faults.csv"
    rows = table.read_text().splitlines()
    assert rows[1] == "runs,src/a.py,1,1,1 -> 2,killed,killed,tests/runs/test_it.py::test_a,"
    assert rows[3].startswith("runs,src/a.py,3,3,1 -> 2,survived,killed,")
    assert "| all | 3 | 1 (33.3%) | 2 (66.7%) |" in (tmp_path / "results.md").read_text()
    table.write_text("\n".join([*rows[:2], rows[2] + "speed only", rows[3]]) + "\n")
    write(found, tmp_path, "")
    assert table.read_text().splitlines()[2].endswith(",survived,survived,,speed only")


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
    runner = Runner(tree, surroundings(tree))
    verdicts = {
        one.what: try_fault(
            runner, tree, "runs", "src/sized.py", one, ["test_sized.py::test_big"], 60.0
        )
        for one in sites(source)
        if one.what in ("return x > 3 -> return None", "print(1) -> pass")
    }
    assert verdicts["return x > 3 -> return None"].outcome == "killed"
    assert "test_big" in verdicts["return x > 3 -> return None"].killer
    assert verdicts["print(1) -> pass"].outcome == "survived"
    assert file.read_text() == source
    runner.close()


@pytest.mark.slow
def test_a_test_that_fails_without_a_fault_is_named(tmp_path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "test_it.py").write_text(
        "def test_good():\n    print(1)\n\ndef test_bad():\n    assert 0\n"
    )
    names = ["test_it.py::test_good", "test_it.py::test_bad"]
    runner = Runner(tmp_path, surroundings(tmp_path))
    assert failing(runner, tmp_path, names) == {"test_it.py::test_bad"}
    runner.close()

"""What the interpreter says is what the program prints when it really runs."""

import ast

import pytest

from tests.generators.item_checks import check_family, draw, shared_sandbox
from underdog.core import Limits
from underdog.errors import ConfigError
from underdog.generators import families
from underdog.generators.programs.complexity import complexity
from underdog.generators.programs.language import (
    Assign,
    Binary,
    For,
    If,
    Name,
    Number,
    Print,
    RecordedRun,
    source,
    write,
)
from underdog.generators.programs.tinypy import _renamed


def test_items_are_whole() -> None:
    check_family("tinypy")


def test_the_programs_print_their_answers() -> None:
    items = draw("tinypy", 200, seed=4)
    lines: list[str] = []
    for item in items:
        lines += [item.problem.meta["source"], "print('---')"]
        assert item.problem.meta["source"] in item.problem.question.text
    result = shared_sandbox().run("\n".join(lines), Limits(timeout_s=30))
    assert result.status == "ok", result.error
    printed = result.stdout.split("---\n")
    for item, output in zip(items, printed, strict=False):
        assert " ".join(output.split()) == item.problem.gold, item.problem.question.text


def test_levels_add_branches_and_loops() -> None:
    for level, branches in ((1, 1), (2, 2), (3, 2), (4, 3)):
        for item in draw(f"tinypy:level={level},min_level={level}", 20):
            assert item.problem.meta["cyclomatic"] == branches
            kinds = {type(node) for node in ast.walk(ast.parse(item.problem.meta["source"]))}
            assert (ast.For in kinds) == (level > 2)
            assert (ast.If in kinds) == (level in (2, 4))


def test_brackets_are_written_where_they_matter() -> None:
    a, two, less = Name("a"), Number(2), Number(-2)
    assert write(Binary("*", Binary("+", a, two), two)) == "(a + 2) * 2"
    assert write(Binary("-", a, Binary("-", a, two))) == "a - (a - 2)"
    assert write(Binary("+", Binary("*", a, two), less)) == "a * 2 + (-2)"
    assert write(Binary("%", less, two)) == "(-2) % 2"


def test_a_run_records_every_executed_step() -> None:
    program = [
        Assign("a", Number(5)),
        For("i", 1, 3, (If(Binary(">", Name("a"), Number(5)), (), (Assign("a", Number(9)),)),)),
        If(Binary("==", Name("a"), Number(9)), (Assign("a", Number(1)),), ()),
        Print(Name("a")),
        Print(Binary("//", Number(7), Number(2))),
    ]
    run = RecordedRun(program)
    assert run.output == "1 3"
    names = [step.name for step in run.trace.steps]
    assert names == [
        *("a_1", "i_1", "test_1", "a_2", "i_2", "test_2", "test_3", "a_3"),
        *("printed_1", "printed_2", "output"),
    ]
    assert run.trace.steps[2].text == "a > 5: 5 > 5 is false."
    assert source(program)[1:3] == ["for i in range(1, 3):", "    if a > 5:"]


def test_complexity_is_the_papers() -> None:
    program = [
        Assign("a", Number(1)),
        Assign("b", Binary("+", Name("a"), Name("a"))),
        Print(Name("b")),
    ]
    measured = complexity(program)
    operators, uses, distinct = 3, 6, 3
    assert measured.cyclomatic == 1
    assert measured.halstead == operators / 2 * uses / distinct
    assert measured.overall == (1 + 3) / 2


def test_the_names_of_variables_do_not_change_the_key() -> None:
    def program(name: str, loop: str) -> list[Assign | For | Print]:
        added = Assign(name, Binary("+", Name(name), Name(loop)))
        return [Assign(name, Number(3)), For(loop, 0, 3, (added,)), Print(Name(name))]

    assert _renamed(program("a", "i")) == _renamed(program("total", "k"))
    assert _renamed(program("a", "i")) != _renamed(program("a", "i")[:-1])


@pytest.mark.parametrize(
    "knobs", ["level=5", "min_level=3,level=2", "variables=1", "loops=1", "size=2"]
)
def test_knobs_out_of_range_are_refused(knobs: str) -> None:
    with pytest.raises(ConfigError):
        families.create(f"tinypy:{knobs}")

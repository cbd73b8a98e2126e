"""What every generated item must satisfy, checked over many items at once.

All programs of a batch run as one program in the sandbox, so that hundreds of items take a second.
"""

import atexit
from collections.abc import Sequence
from functools import cache
from itertools import islice
from keyword import iskeyword

from underdog.core import Checker, Limits, Sandbox
from underdog.core.item import Family, Item
from underdog.forms import forms
from underdog.forms.reading import read_text
from underdog.generators import families
from underdog.generators.drawing import generate, split_of
from underdog.grading import open_checker
from underdog.grading.numerals import read_number
from underdog.sandbox import open_sandbox

_MARK = "---"
_LIMITS = Limits(timeout_s=60, output_bytes=1 << 22)
_BATCH = 100


def draw(spec: str, count: int, split: str = "train", seed: int = 0) -> list[Item]:
    """The first `count` items of a family."""
    return list(islice(generate(families.create(spec), split, seed), count))


def check_family(spec: str, count: int = 150, seed: int = 0) -> list[Item]:
    """Draw items, check all of them, and give them back."""
    family = families.create(spec)
    items = list(islice(generate(family, "train", seed), count))
    checker = open_checker(family.checker)
    for item in items:
        check_shape(item, family, checker)
        check_written_forms(item, family, checker)
    for start in range(0, len(items), _BATCH):
        check_programs(items[start : start + _BATCH], checker, shared_sandbox())
    return items


@cache
def shared_sandbox() -> Sandbox:
    """One for all tests of the process: starting it costs more than the programs."""
    sandbox = open_sandbox("monty:subset=false")
    atexit.register(sandbox.close)
    return sandbox


def check_shape(item: Item, family: Family, checker: Checker) -> None:
    problem, names = item.problem, [step.name for step in item.steps]
    assert problem.gold
    assert "\n" not in problem.gold
    assert problem.split == split_of(item.key) == "train"
    assert item.key == problem.meta["key"]
    assert names
    assert len(set(names)) == len(names), names
    for name in names:
        assert name.isidentifier(), name
        assert name.islower() or name[0].islower(), name
        assert not iskeyword(name), name
    assert item.steps[-1].text, item
    assert "{" not in problem.question.text, problem.question.text
    for step in item.steps:
        assert "{}" not in step.text, step
        assert not step.text or step.text.endswith((".", "!")), step
    assert checker.equal(item.steps[-1].value, problem.gold, problem.question)
    assert checker.grade(problem.gold, problem).status == "right"
    assert item.problem.meta["family"] == family.name


def check_written_forms(item: Item, family: Family, checker: Checker) -> None:
    """Every form but the program reads the gold answer back from its own rendering."""
    problem = item.problem
    for name in family.forms:
        form = forms.create(name)
        reply = form.render(item)
        if reply is None or name == "program":
            continue
        reading = (
            read_text(reply, problem.question, checker)
            if name in ("answer", "cot")
            else form.read(reply, problem.question, checker, _NO_SANDBOX)
        )
        assert reading.status == "ok", (name, reply, reading)
        assert reading.strict, (name, reply, reading)
        assert reading.answer is not None
        assert checker.grade(reading.answer, problem).status == "right", (name, reply, reading)


def check_programs(items: Sequence[Item], checker: Checker, sandbox: Sandbox) -> None:
    """Formulas, run one after the other, give the steps' values."""
    lines: list[str] = []
    for place, item in enumerate(items):
        lines.append(f"def item_{place}():")
        for step in item.steps:
            lines += [f"    {step.name} = {step.formula}", f"    print({step.name})"]
        lines += [f"    print('{_MARK}')", f"item_{place}()"]
    result = sandbox.run("\n".join(lines), _LIMITS)
    assert result.status == "ok", (result.error, [item.steps for item in items][:1])
    outputs = result.stdout.split(f"{_MARK}\n")
    assert len(outputs) == len(items) + 1
    for item, output in zip(items, outputs, strict=False):
        printed = output.splitlines()
        assert len(printed) == len(item.steps), item
        for step, value in zip(item.steps, printed, strict=True):
            assert same_value(step.value, value), (step, value)
        assert checker.grade(printed[-1], item.problem).status == "right", (item, printed[-1])


def same_value(stated: str, printed: str) -> bool:
    """Equal as text or, for fractions, as numbers."""
    if stated == printed:
        return True
    left, right = read_number(stated), read_number(printed)
    return left is not None and right is not None and abs(left - right) < 1e-9 * max(1, abs(left))


class _NoSandbox:
    name = "none"

    def run(self, program: str, limits: Limits = _LIMITS) -> object:
        raise AssertionError("only the program form runs anything")

    def close(self) -> None:
        return None


_NO_SANDBOX: Sandbox = _NoSandbox()  # type: ignore[assignment]

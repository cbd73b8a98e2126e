"""What every registered family must keep: exact steps, honest splits, forms that read back."""

import keyword
from collections.abc import Iterator
from functools import cache
from itertools import islice

import pytest

from underdog.core import Checker, Item, Limits, Sandbox, SandboxResult
from underdog.core.item import Family
from underdog.errors import MissingExtraError
from underdog.forms import forms
from underdog.forms.program import program_in
from underdog.generators import families
from underdog.generators.drawing import SHARES, generate, split_of
from underdog.grading import checkers
from underdog.grading.numerals import read_number
from underdog.sandbox.probing import open_sandbox

FEW, MANY, BATCH = 100, 10_000, 500
LIMITS = Limits(timeout_s=30, output_bytes=1 << 24)
NAMES = families.names()
LONG = 10_000


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """Runs a batch of our own programs in Monty without asking whether it may, else as usual."""
    with open_sandbox("monty:subset=false") as quick, open_sandbox("auto") as usual:
        yield Eager(quick, usual)


class Eager:
    """A sandbox that asks another one where it does not end well."""

    def __init__(self, quick: Sandbox, usual: Sandbox) -> None:
        self._quick, self._usual = quick, usual
        self.name = usual.name

    def run(self, program: str, limits: Limits = LIMITS) -> SandboxResult:
        if len(program) > LONG:
            result = self._quick.run(program, limits)
            if result.status == "ok":
                return result
        return self._usual.run(program, limits)

    def close(self) -> None:
        """Nothing of its own."""


@cache
def family_of(name: str) -> Family:
    try:
        return families.create(name)
    except MissingExtraError as error:
        pytest.skip(str(error))


@cache
def items_of(name: str, count: int = FEW, seed: int = 1, split: str = "train") -> list[Item]:
    return list(islice(generate(family_of(name), split, seed), count))


@cache
def checker_of(name: str) -> Checker:
    return checkers.create(family_of(name).checker)


def same(left: str, right: str) -> bool:
    """Equal as text, or as numbers up to what a float keeps."""
    if left == right:
        return True
    first, second = read_number(left), read_number(right)
    if first is None or second is None:
        return False
    return abs(first - second) <= abs(second) / 10**9


def right(name: str, answer: str | None, item: Item) -> bool:
    return answer is not None and checker_of(name).grade(answer, item.problem).status == "right"


@pytest.mark.parametrize("name", NAMES)
def test_a_family_says_what_it_is(name: str) -> None:
    family = family_of(name)
    assert family.name.partition(":")[0] == name
    assert family.version >= 1
    assert family.forms
    assert set(family.forms) <= set(forms.names())
    assert families.describe(name)


@pytest.mark.parametrize("name", NAMES)
def test_the_checker_takes_the_gold_answer(name: str) -> None:
    for item in items_of(name):
        assert item.problem.gold is not None
        assert right(name, item.problem.gold, item), item.problem
        extracted = checker_of(name).extract(
            f"The answer is {item.problem.gold}.", item.problem.question
        )
        assert right(name, extracted.strict, item), item.problem


@pytest.mark.parametrize("name", NAMES)
def test_the_last_step_gives_the_answer(name: str) -> None:
    for item in items_of(name):
        assert right(name, item.steps[-1].value, item), item
        names = [step.name for step in item.steps]
        assert len(set(names)) == len(names)
        assert all(each.isidentifier() and not keyword.iskeyword(each) for each in names)


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_gives_the_same_items(name: str) -> None:
    again = list(islice(generate(family_of(name), "train", 1), 20))
    assert again == items_of(name)[:20]
    assert list(islice(generate(family_of(name), "train", 1, start=7), 5)) == again[7:12]


@pytest.mark.parametrize("name", NAMES)
def test_another_seed_gives_another_stream(name: str) -> None:
    texts = [item.problem.question.text for item in items_of(name)]
    other = [item.problem.question.text for item in items_of(name, FEW, 2)]
    assert sum(a == b for a, b in zip(texts, other, strict=True)) < FEW // 2


@pytest.mark.parametrize("name", NAMES)
def test_no_key_is_in_two_splits(name: str) -> None:
    for split in SHARES:
        for item in items_of(name, 30, 3, split):
            assert split_of(item.key) == split == item.problem.split


@pytest.mark.parametrize("name", NAMES)
def test_the_default_form_is_rendered_for_every_item(name: str) -> None:
    form = forms.create(family_of(name).forms[0])
    assert all(form.render(item) for item in items_of(name))


@pytest.mark.parametrize("name", NAMES)
def test_every_listed_form_is_rendered_for_some_items(name: str) -> None:
    for spec in family_of(name).forms:
        form = forms.create(spec)
        assert any(form.render(item) for item in items_of(name)), spec


@pytest.mark.parametrize("name", NAMES)
def test_rendered_solutions_read_back_to_gold(name: str, sandbox: Sandbox) -> None:
    for spec in family_of(name).forms:
        check_form(name, spec, items_of(name), sandbox)


@pytest.mark.parametrize("name", NAMES)
def test_formulas_evaluate_to_their_values(name: str, sandbox: Sandbox) -> None:
    check_formulas(items_of(name), sandbox)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_ten_thousand_items_keep_all_of_it(name: str, sandbox: Sandbox) -> None:
    """Gold, split, the steps' formulas, the default form; about two more forms by turns."""
    default, *others = family_of(name).forms
    turns = max(1, len(others) // 2)
    keys: set[str] = set()
    stream = generate(family_of(name), "train", 5)
    for _ in range(MANY // BATCH):
        items = list(islice(stream, BATCH))
        check_shape(name, items)
        check_formulas(items, sandbox)
        check_form(name, default, items, sandbox)
        for place, spec in enumerate(others):
            check_form(name, spec, items[place % turns :: turns], sandbox)
        keys.update(item.key for item in items)
    for split in ("dev", "test"):
        for item in islice(generate(family_of(name), split, 5), BATCH):
            assert item.problem.split == split
            assert item.key not in keys


def check_shape(name: str, items: list[Item]) -> None:
    for item in items:
        assert right(name, item.problem.gold, item), item
        assert right(name, item.steps[-1].value, item), item
        assert item.problem.split == split_of(item.key) == "train"


def check_form(name: str, spec: str, items: list[Item], sandbox: Sandbox) -> None:
    form = forms.create(spec)
    replies = [(item, form.render(item)) for item in items]
    written = [(item, reply) for item, reply in replies if reply is not None]
    if spec == "program":
        check_programs(name, written, sandbox)
        written = written[:1]
    for item, reply in written:
        reading = form.read(reply, item.problem.question, checker_of(name), sandbox)
        assert reading.status == "ok", (spec, reply, reading.detail)
        assert reading.strict, (spec, reply)
        assert right(name, reading.answer, item), (spec, reply, reading.answer)


def check_programs(name: str, written: list[tuple[Item, str]], sandbox: Sandbox) -> None:
    """Many programs in one run: the sandbox's start would cost more than the programs."""
    source: list[str] = []
    for number, (_, reply) in enumerate(written):
        code = program_in(reply) or ""
        source.append(code.replace("def solution()", f"def solution_{number}()"))
        source.append(f"print(repr(str(solution_{number}())))")
    for (item, reply), line in zip(written, run(source, sandbox), strict=True):
        assert right(name, literal(line), item), (reply, line)


def check_formulas(items: list[Item], sandbox: Sandbox) -> None:
    source: list[str] = []
    for number, item in enumerate(items):
        source.append(f"def run_{number}():")
        for step in item.steps:
            source.append(f"    {step.name} = {step.formula}")
            source.append(f"    print(repr(str({step.name})))")
        source.append(f"run_{number}()")
    steps = [step for item in items for step in item.steps]
    for step, line in zip(steps, run(source, sandbox), strict=True):
        assert same(literal(line), step.value), (step, line)


def run(source: list[str], sandbox: Sandbox) -> list[str]:
    result = sandbox.run("\n".join(source) + "\n", LIMITS)
    assert result.status == "ok", result.error
    return result.stdout.splitlines()


def literal(line: str) -> str:
    """The text of a printed `repr`; such texts hold no quotes or escapes that matter here."""
    return line[1:-1].replace("\\n", "\n").replace("\\'", "'")

"""docs/extend.md: its ten files, in a package of their own, work beside underdog."""

import json
import os
import re
import subprocess
import sys

import pytest

from tests.paths import CHECKOUT

PAGE = (CHECKOUT / "docs" / "extend.md").read_text("utf-8")
FILES = re.findall(r"```python\n# extras/(\w+)\.py\n(.*?)```", PAGE, re.DOTALL)
GROUPS = {
    "two_agree": ("underdog.strategies", "two_agree:TwoAgree"),
    "brevity": ("underdog.verifiers", "brevity:Brevity"),
    "boxed": ("underdog.forms", "boxed:Boxed"),
    "hex_colour": ("underdog.grading", "hex_colour:HexColour"),
    "dice": ("underdog.engines", "dice_engine:open_dice"),
    "literal": ("underdog.sandbox", "literal_sandbox:LiteralSandbox"),
    "doubling": ("underdog.generators", "doubling:Doubling"),
    "asks": ("underdog.data.selectors", "questions_first:Asks"),
    "plain_answers": ("underdog.data.sources", "plain_answers:PlainAnswers"),
    "coins": ("underdog.studies", "coins:Coins"),
}
USE = """
import asyncio, json
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from underdog.core import Budget, Example, Problem, Question, Segment, Solution
from underdog.data.selectors import select
from underdog.data.sources.collecting.collect import collect
from underdog.engines.opening import open_engine
from underdog.engines.scripted import ScriptedEngine
from underdog.forms import forms
from underdog.generators import families
from underdog.generators.drawing import generate
from underdog.grading import open_checker
from underdog.runs.store.memory_store import MemoryStore
from underdog.sandbox import open_sandbox
from underdog.strategies import strategies
from underdog.strategies.running.bench import Bench
from underdog.strategies.running.run import solve
from underdog.studies import studies
from underdog.studies.expectations import judge_all
from underdog.studies.study import Results
from underdog.studies.study_run import run_cells
from underdog.tasks.single import SingleQuestion
from underdog.verifiers import verifiers

numeric = open_checker("numeric")
question = Question("q", "demo", "How much is 1 + 2?")
sandbox = open_sandbox("literal")


async def solved(spec):
    engine = open_engine("dice:six")
    task = SingleQuestion(question.text, numeric)
    bench = Bench({"main": engine}, "boxed", task, sandbox, MemoryStore(), root_seed=3)
    return await solve(strategies.create(spec), question, bench, Budget(calls=9))


outcome = asyncio.run(solved("two_agree:max_n=8"))
short = asyncio.run(solved("best_of_n:n=4,verifier=brevity"))
items = generate(families.create("doubling"), "train", 1)
item = next(items)
boxed = forms.create("boxed")
read = boxed.read(boxed.render(item), item.problem.question, numeric, sandbox)
rows = [Example(text, (Segment(text, "user", 0.0),)) for text in ("Why?", "Because.")]
replies = iter(["The answer is 3.", "The answer is 4."])
problems = [Problem(Question(str(n), "demo", f"{n} + 2?"), "3", "train") for n in (1, 2)]
made = asyncio.run(
    collect(
        "plain_answers", problems,
        {"main": ScriptedEngine(lambda prompt, seed: next(replies))},
        checker=numeric, sandbox=sandbox,
    )
)
colour = open_checker("hex_colour")
coins = studies.create("coins")
cells = coins.cells("cpu")
with TemporaryDirectory() as folder:
    tossed = [one.finished for one in run_cells(coins, cells, Path(folder), 2) if one.finished]
judged = judge_all(coins.expectations(), Results(tossed, cells), "cpu")
print(json.dumps({
    "two_agree": [outcome.decision.reason, outcome.decision.candidates[0].votes],
    "brevity": [0 < one.scores["brevity"] <= 1 for one in short.solutions],
    "boxed": [read.answer == item.problem.gold, read.strict],
    "hex_colour": [colour.equal("#FFF", one, question) for one in ("#ffffff", "#fffffe")],
    "dice": outcome.solutions[0].text.startswith("The answer is "),
    "literal": [sandbox.run("print(7)").stdout, sandbox.run("import os").status],
    "doubling": len({one.key for one in islice(items, 50)}),
    "asks": [choice.kept for choice in select("asks", rows)],
    "plain_answers": [record.accepted for record in made.records],
    "coins": [len(tossed), judged.words],
}))
"""
EXPECTED = {
    "two_agree": ["two agree", 2],
    "brevity": [True] * 4,
    "boxed": [True, True],
    "hex_colour": [True, False],
    "dice": True,
    "literal": ["7\n", "unsupported"],
    "doubling": 50,
    "asks": [True, False],
    "plain_answers": [True, False],
    "coins": [6, "reproduced"],
}


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What a program says that uses all ten parts of an installed package."""
    site = tmp_path_factory.mktemp("site")
    package, info = site / "extras", site / "extras-0.1.dist-info"
    package.mkdir()
    info.mkdir()
    (package / "__init__.py").write_text("")
    for name, text in FILES:
        (package / f"{name}.py").write_text(text)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: extras\nVersion: 0.1\n")
    points = [f"[{group}]\n{name} = extras.{place}" for name, (group, place) in GROUPS.items()]
    (info / "entry_points.txt").write_text("\n\n".join(points))
    paths = os.pathsep.join(filter(None, [str(site), os.environ.get("PYTHONPATH", "")]))
    done = subprocess.run(
        [sys.executable, "-c", USE],
        env=os.environ | {"PYTHONPATH": paths, "UNDERDOG_CACHE": str(site / "cache")},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", GROUPS)
def test_an_example_of_the_page_works_beside_underdog(name: str, used: dict[str, object]) -> None:
    assert used[name] == EXPECTED[name]


def test_the_page_has_a_file_for_every_seam() -> None:
    assert len(FILES) == len(GROUPS)
    assert all(f"`{group}`" in PAGE for group, _ in GROUPS.values())


def test_an_example_fits_on_a_screen() -> None:
    code = {name: [line for line in text.splitlines() if line.strip()] for name, text in FILES}
    assert {name: len(lines) for name, lines in code.items() if len(lines) > 36} == {}

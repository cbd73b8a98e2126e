"""Data sets made, mixed and selected on the command line: rows, cards and all other files."""

import json
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.pinned.conftest import Run, Tell
from tests.pinned.doors import REGISTRIES
from tests.pinned.folders import contents, copy_files
from tests.pinned.pins import Pins, digest

pytestmark = pytest.mark.untraced
MADE, MIXED, SELECTED, SOURCES = (Pins(name) for name in ("made", "mixed", "selected", "sources"))
FAMILIES = {
    "all forms": ("addition:digits=4", "linear_system", "syllogism", "digits", "tinypy", "tables"),
    "one form": ("words=2", "chain", "counting", "--one-form", "--seed", 5),
    "bare": (
        "words",
        "tables",
        "--instruction",
        "0",
        "--no-verify",
        "--no-jsonl",
        "--forms",
        "cot",
    ),
    "dev": ("percentages", "plans", "--split", "dev", "--licence", "mit", "--name", "two"),
    "open": ("microgsm", "urns", "--no-decontaminate", "--forms", "program,equations"),
    "small": ("clock:step=30", "--forms", "answer"),
    "clear": ("words", "--seed", 11, "--test-file", "held.jsonl", "--forms", "answer,cot"),
}
REPLIES = [
    "It is 15 + 6 = 21.\nThe answer is 21.",
    "It is 16 + 4 * 17 = 84.\nThe answer is 84.",
    "It is 18 + 7 = 25.\nSo 18 + 7 = 25 books.\nThe answer is 25.",
    "```python\ndef solution():\n    red = 3\n    blue = 2\n    return red + blue\n```",
    "Problem: Ivo has 14 red marbles and 9 blue marbles and then gives 5 of the marbles to Pia. "
    "How many marbles does Ivo still have after that?\n```python\ndef solution():\n"
    "    marbles = 14 + 9\n    return marbles - 5\n```",
    "Question: What broke the wheel in 1861?\n"
    "Quote: It ground barley until a flood broke its wheel in 1861.\nAnswer: a flood",
    "Once there was a mill. A cat lived in it. The cat was glad, and so was the miller. " * 5,
    "The answer is 9.",
    "Sorry, I can't help with that.",
]
MILL = (
    "The mill on the Wend was built in 1790 by two brothers. It ground barley until a flood broke "
    "its wheel in 1861. Today the mill houses a small museum of clocks.\n"
)
SEEDS = {"stories": "stories", "documents": "files:mill.txt"}
SPECS = {
    "self": "self:k=9",
    "teachers": "teachers:source=hinted(n=6)",
    "matched": "matched:n=5,ratio=2",
    "documents": "documents:n=16",
}
KEPT = {
    "random": ("--keep", "30%", "--seed", 4),
    "longest": ("--keep", 12),
    "exact:part=prompt": (),
    "minhash:threshold=0.5": (),
    "sketch": (),
    "diversity:dims=64": ("--keep", 9),
    "highest_loss": ("--keep", 10, "--model", "scripted:replies.json"),
    "ifd:guard=false": ("--keep", 10, "--model", "scripted:replies.json"),
    "ic_ifd:guard=false": ("--keep", 10, "--model", "scripted:replies.json"),
    "nuggets:anchors=5": ("--keep", 8, "--model", "scripted:replies.json"),
    "pass_rate": ("--pass-rates", "rates.json"),
    "pass_rate:low=0": ("--from-model", "scripted:replies.json", "--samples", 4, "--form", "cot"),
    "s2l:clusters=4": ("--keep", 12, "--trajectories", "losses.parquet"),
    "learning_percentage:clusters=4": ("--keep", 12, "--trajectories", "losses.parquet"),
}


@pytest.fixture(autouse=True)
def files(place: Path) -> None:
    """The committed files, and a test set of what some of them ask."""
    copy_files(place)
    rows = map(
        json.loads, (place / "sums" / "jsonl" / "train-00001.jsonl").read_bytes().splitlines()
    )
    held = {row["question"] for row in rows if row["family"] == "words"}
    lines = [json.dumps({"question": text}) for text in sorted(held)]
    (place / "held.jsonl").write_text("\n".join(lines))


@pytest.mark.parametrize(
    ("name", "workers"), [("all forms", 2), *((name, 1) for name in MADE.keys(list(FAMILIES)))]
)
def test_data_of_families(tell: Tell, place: Path, name: str, workers: int) -> None:
    shape = ("--count", 40, "--shard-problems", 15, "--workers", workers, "--json")
    tell("data", "make", *FAMILIES[name], *shape, "--out", "made")
    MADE.same(name, contents(place / "made", name))


@pytest.mark.parametrize("source", SOURCES.keys(REGISTRIES["source"].names()))
def test_data_of_models(run: Run, place: Path, source: str) -> None:
    (place / "said.json").write_text(json.dumps({"*": REPLIES}))
    (place / "mill.txt").write_bytes(MILL.encode())
    roles = ("main", "weak", "strong", "student", "solver")
    models = (word for role in roles for word in ("--from-model", f"{role}=scripted:said.json"))
    result = run(
        *(
            "data",
            "collect",
            SPECS.get(source, f"{source}:n=6"),
            *models,
            "--task",
            SEEDS.get(source, "own.toml"),
        ),
        *("--count", 4, "--max-seeds", 4, "--sandbox", "monty", "--out", "made", "--json"),
    )
    found = {"exit code": result.exit_code, **contents(place / "made", source)}
    if source == "teachers":  # enough is kept before all seeds are done: which are is chance
        found.pop("journal.jsonl")
    SOURCES.same(source, found)


def test_data_of_a_recipe(tell: Tell, place: Path) -> None:
    (place / "make.toml").write_bytes(RECIPE.encode())
    tell("data", "make", "make.toml", "--out", "all", "--workers", 1)
    Pins("recipe").same("all", contents(place / "all"))


@pytest.mark.parametrize(
    ("more", "workers"),
    [
        (("--items", 90), 1),
        (("--items", 90), 2),
        (("--tokens", 3000), 1),
        (("--items", 30, "--rank", 1, "--world", 2), 1),
    ],
)
def test_mixtures(tell: Tell, place: Path, more: Sequence[object], workers: int) -> None:
    shown = tell("data", "mix", "mix.toml", *more, "--out", "mixed", "--workers", workers)
    name = " ".join(map(str, more))
    MIXED.same(name, {"shown": digest(shown, f"mixed {name}"), **contents(place / "mixed", name)})


@pytest.mark.parametrize("by", SELECTED.keys(list(KEPT)))
def test_selections(run: Run, place: Path, by: str) -> None:
    ids = [row["id"] for row in pq.read_table(place / "sums" / "data").to_pylist()]
    rates = {name: number % 5 / 4 for number, name in enumerate(ids)}
    (place / "rates.json").write_text(json.dumps(rates))
    losses = [[4.0, 4.0 - n % 7 / 4, 3.0 - n % 5 / 8, 2.0 - n % 3 / 4] for n in range(len(ids))]
    pq.write_table(pa.table({"id": ids, "losses": losses}), place / "losses.parquet")
    result = run("data", "select", "sums", "--by", by, *KEPT[by], "--out", "kept")
    assert result.exit_code == 0, result.output
    SELECTED.same(by, {"shown": digest(result.stdout, by), **contents(place / "kept", by)})


RECIPE = """
seed = 3
test_files = ["held.jsonl"]
[[pool]]
source = "self:k=4"
model = "scripted:replies.json"
seeds = "own.toml"
count = 4
[[pool]]
name = "sums"
family = "addition:digits=3"
forms = ["cot"]
count = 6
"""

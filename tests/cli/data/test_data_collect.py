"""`underdog data collect` and recipes: what is written and said, and how it goes on."""

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from underdog.cli.data.collect import complete_source
from underdog.cli.data.make import complete_family
from underdog.data.dataset.shards import read_examples

Run = Callable[..., Result]

TASK = """
checker = "numeric"
forms = ["cot"]
[files]
train = "train.jsonl"
test = "test.jsonl"
"""
RIGHT = "It is {a} + {b} = {c}.\nThe answer is {c}."
WRONG = "It is {a} + {b} = {d}.\nThe answer is {d}."


def _question(a: int, b: int) -> str:
    return f"A shelf holds {a} red books and {b} blue books; how many books stand on it?"


@pytest.fixture
def seeds(tmp_path: Path) -> str:
    rows = [{"question": _question(a, a + 1), "answer": str(2 * a + 1)} for a in range(2, 22)]
    (tmp_path / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "test.jsonl").write_text(json.dumps(rows[0]) + "\n")
    path = tmp_path / "books.toml"
    path.write_text(TASK)
    return str(path)


@pytest.fixture
def model(tmp_path: Path) -> str:
    """A model that is right twice out of three times, in one way."""
    from underdog.core import Question
    from underdog.forms import forms

    table: dict[str, list[str]] = {}
    for a in range(2, 22):
        cells = {"a": a, "b": a + 1, "c": 2 * a + 1, "d": 2 * a + 3}
        asked = forms.create("cot").prompt(Question("q", "books", _question(a, a + 1)), None)
        right, wrong = RIGHT.format(**cells), WRONG.format(**cells)
        table[asked.messages[-1].content] = [right, wrong, right]
    path = tmp_path / "replies.json"
    path.write_text(json.dumps(table))
    return f"scripted:{path}"


@pytest.fixture
def command(seeds: str, model: str) -> tuple[Any, ...]:
    return (
        *("data", "collect", "self:k=3", "--from-model", model, "--task", seeds),
        *("--sandbox", "monty"),
    )


def _card(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "card.json").read_text())


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*/*"))}


def test_a_model_makes_a_data_set_that_checks_out(
    run: Run, command: tuple[Any, ...], tmp_path: Path
) -> None:
    out = tmp_path / "made"
    result = run(*command, "--count", 10, "--out", out)
    assert result.exit_code == 0, result.output
    assert "10 problems, 10 rows, 100.0% verified" in result.stdout
    rows = list(read_examples(out))
    assert [row.tags["answer"] for row in rows][:2] == ["5", "7"]
    card = _card(out)
    made = card["sampling"]
    assert (made["accepted"], made["plan"]["models"]) == (10, {"main": "scripted:replies.json"})
    assert made["calls"] >= 30
    assert made["generated_tokens"] > made["records"]
    rejected = [json.loads(line) for line in (out / "rejected.jsonl").read_text().splitlines()]
    assert len(rejected) == made["records"] - 10
    assert {row["reason"] for row in rejected} <= {"wrong answer", "duplicate", "unsound"}
    assert made["reasons"] == dict(card["sources"][0]["refused"][""])
    text = (out / "README.md").read_text()
    assert "One that is kept cost" in text
    assert "FLOPs that are unknown" in text
    checked = run("data", "check", out, "--workers", 1)
    assert checked.exit_code == 0, checked.output
    assert "10 graded right again" in checked.stdout


def test_the_same_command_makes_nothing_again_and_a_larger_count_goes_on(
    run: Run, command: tuple[Any, ...], tmp_path: Path
) -> None:
    out = tmp_path / "made"
    run(*command, "--count", 5, "--out", out)
    journal = (out / "journal.jsonl").read_bytes()
    before = _bytes(out)
    assert run(*command, "--count", 5, "--out", out).exit_code == 0
    assert (out / "journal.jsonl").read_bytes() == journal
    assert _bytes(out) == before
    assert run(*command, "--count", 8, "--out", out).exit_code == 0
    assert (out / "journal.jsonl").read_bytes().startswith(journal)
    assert _card(out)["rows"] == 8
    assert run(*command, "--count", 8, "--out", tmp_path / "at-once").exit_code == 0
    assert _bytes(out) == _bytes(tmp_path / "at-once")


def test_a_making_that_was_cut_while_writing_ends_with_the_same_bytes(
    run: Run, command: tuple[Any, ...], tmp_path: Path
) -> None:
    out = tmp_path / "made"
    run(*command, "--count", 5, "--out", out)
    before = _bytes(out)
    (out / "card.json").unlink()
    next(out.glob("jsonl/*")).unlink()
    assert run(*command, "--count", 5, "--out", out).exit_code == 0
    assert _bytes(out) == before


def test_what_repeats_the_task_s_own_test_file_is_screened(
    run: Run, command: tuple[Any, ...], tmp_path: Path
) -> None:
    out = tmp_path / "made"
    result = run(*command, "--count", 5, "--out", out, "--test-file", tmp_path / "test.jsonl")
    assert result.exit_code == 2
    assert "screened" in result.stderr
    (tmp_path / "test.jsonl").write_text(json.dumps({"question": "Where do the " + "ha " * 20}))
    result = run(*command, "--count", 5, "--out", out, "--test-file", tmp_path / "test.jsonl")
    assert result.exit_code == 0, result.output
    assert "test.jsonl" in _card(out)["decontamination"]["checked_against"]


def test_a_cap_stops_it_and_the_card_says_so(
    run: Run, command: tuple[Any, ...], tmp_path: Path
) -> None:
    out = tmp_path / "made"
    result = run(*command, "--count", 15, "--out", out, "--budget-calls", 21)
    assert result.exit_code == 0, result.output
    card = _card(out)
    assert card["sampling"]["stopped_by"] == "calls"
    assert card["rows"] < 15
    assert "Stopped by the cap on calls; 15 were wanted" in (out / "README.md").read_text()
    assert run(*command, "--count", 15, "--out", out).exit_code == 0
    assert _card(out)["rows"] == 15


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("--task", "gsm8k:split=test"), "held out"),
        (("--task", "mawps:split=all"), "which is a test set"),
        (("--task", "gsm9k"), "did you mean gsm8k"),
        (("--from-model", "scripted:reply=x"), "two models for the role main"),
        (("--from-model", "weak=nothing.gguf"), "nothing.gguf"),
    ],
)
def test_what_cannot_be_is_named(
    run: Run, command: tuple[Any, ...], tmp_path: Path, change: tuple[str, ...], message: str
) -> None:
    result = run(*command, *change, "--out", tmp_path / "made")
    assert result.exit_code == 2, result.output
    assert message in result.stderr
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(
    ("source", "message"), [("sel:k=3", "did you mean self"), ("self:kk=3", "did you mean k")]
)
def test_a_wrong_source_is_named(
    run: Run, command: tuple[Any, ...], tmp_path: Path, source: str, message: str
) -> None:
    result = run(*command[:2], source, *command[3:], "--out", tmp_path / "made")
    assert result.exit_code == 2, result.output
    assert message in result.stderr
    assert not (tmp_path / "made").exists()


def test_missing_parts_are_asked_for(run: Run, tmp_path: Path) -> None:
    out = ("--out", tmp_path / "x")
    for arguments, missing in (
        (("make", *out), "FAMILY"),
        (("make", "addition"), "--out"),
        (("collect", *out), "SOURCE"),
        (("collect", "self", "--task", "gsm8k", *out), "--from-model"),
        (("collect", "self", "--from-model", "scripted:reply=4", *out), "--task"),
    ):
        result = run("data", *arguments)
        assert result.exit_code == 2
        assert "Missing" in result.stderr
        assert missing in result.stderr


@pytest.mark.parametrize(
    ("typed", "now"),
    [
        (
            "--source self:k=4 --from-model m.gguf --task gsm8k out",
            "self:k=4 --from-model m.gguf --task gsm8k --out out",
        ),
        ("--task=gsm8k --source=self --out=o", "self --task gsm8k --out o"),
        (
            "--source self --json --no-jsonl --seed -3 --out o",
            "self --json --no-jsonl --seed -3 --out o",
        ),
        ("--source self --workers 1 --forms cot --one-form --split dev", "self"),
        (
            "addition --from-model weak=m.gguf --budget-tokens 9 --out o",
            "SOURCE --from-model weak=m.gguf --budget-tokens 9 --out o",
        ),
        ("--source 'self(k=4)' --task 'my task.toml'", "'self(k=4)' --task 'my task.toml'"),
    ],
)
def test_the_old_spelling_is_answered_with_the_new_command(run: Run, typed: str, now: str) -> None:
    result = run("data", "make", *shlex.split(typed))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.endswith(f": underdog data collect {now}\n")
    assert result.stderr.count("\n") == 1


def test_another_source_or_kind_of_data_is_refused(
    run: Run, command: tuple[Any, ...], tmp_path: Path
) -> None:
    out = tmp_path / "made"
    run(*command, "--count", 5, "--out", out)
    result = run(*command[:2], "self:k=2", *command[3:], "--count", 5, "--out", out)
    assert result.exit_code == 2
    assert "source=self:k=3, now source=self:k=2" in result.stderr
    family = ("data", "make", "addition", "--count", 5, "--workers", 1, "--no-decontaminate")
    assert "another kind" in run(*family, "--out", out).stderr
    assert run(*family, "--out", tmp_path / "sums").exit_code == 0
    assert "another kind" in run(*command, "--count", 5, "--out", tmp_path / "sums").stderr
    (tmp_path / "sums" / "card.json").unlink()
    assert "another data set" in run(*command, "--count", 5, "--out", tmp_path / "sums").stderr


RECIPE = """
seed = 3
test_files = ["test.jsonl"]
[[pool]]
source = "self:k=3"
model = "{model}"
seeds = "{seeds}"
count = 4
[[pool]]
name = "sums"
family = "addition:digits=3"
forms = ["cot"]
count = 6
"""


def test_a_recipe_makes_all_its_pools_and_a_mixture_takes_them(
    run: Run, seeds: str, model: str, tmp_path: Path
) -> None:
    (tmp_path / "test.jsonl").write_text(json.dumps({"question": "Where do the " + "ha " * 20}))
    path = tmp_path / "make.toml"
    path.write_text(RECIPE.format(model=model, seeds=seeds))
    result = run("data", "make", path, "--out", tmp_path / "all", "--workers", 1)
    assert result.exit_code == 0, result.output
    assert _card(tmp_path / "all" / "self")["rows"] == 4
    sums = _card(tmp_path / "all" / "sums")
    assert sums["rows"] == 6
    assert sums["decontamination"]["checked_against"]["test.jsonl"] == 1
    again = run("data", "make", path, "--out", tmp_path / "all", "--workers", 1, "--json")
    assert set(json.loads(again.stdout)) == {"self", "sums"}
    mix = tmp_path / "all" / "mix.toml"
    mix.write_text('[pools.a]\nshare = 0.5\ndata = "self"\n[pools.b]\nshare = 0.5\ndata = "sums"\n')
    mixed = run("data", "mix", mix, "--items", 12, "--out", tmp_path / "mixed", "--workers", 1)
    assert mixed.exit_code == 0, mixed.output


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("count = 4", "cout = 4", "unknown key 'pool.0.cout'; did you mean count?"),
        ("seed = 3", "sed = 3", "unknown key 'sed'; did you mean seed?"),
        ("seed = 3", "x1 = 3", "unknown key 'x1'; known: pool, seed, test_files"),
        ("count = 4", "count = 0", "greater than or equal to 1, got '0'"),
        ('source = "self:k=3"', "", "exactly one of source and family"),
        ('forms = ["cot"]', 'seeds = "x"', "seeds does not go with family"),
        ('name = "sums"', 'name = "self"', "two pools are called 'self'"),
        ('name = "sums"', 'name = "a/b"', "pattern"),
        ("seeds = ", "# ", "needs seeds"),
        ("[[pool]]", "[[pool", "not valid TOML"),
    ],
)
def test_a_wrong_recipe_is_named(
    run: Run, seeds: str, model: str, tmp_path: Path, old: str, new: str, message: str
) -> None:
    path = tmp_path / "make.toml"
    path.write_text(RECIPE.format(model=model, seeds=seeds).replace(old, new, 1))
    result = run("data", "make", path, "--out", tmp_path / "all")
    assert result.exit_code == 2
    assert message in result.stderr
    assert (
        "no.toml: no such file" in run("data", "make", "no.toml", "--out", tmp_path / "all").stderr
    )


@pytest.mark.parametrize(
    "option",
    [("--count", 5), ("--forms", "cot"), ("--seed", 9), ("--no-verify",), ("--licence", "mit")],
)
def test_an_option_that_a_recipe_decides_is_refused_beside_it(
    run: Run, seeds: str, model: str, tmp_path: Path, option: tuple[Any, ...]
) -> None:
    path = tmp_path / "make.toml"
    path.write_text(RECIPE.format(model=model, seeds=seeds))
    result = run("data", "make", path, "--out", tmp_path / "all", *option)
    assert result.exit_code == 2
    assert "not beside" in result.stderr
    assert not (tmp_path / "all").exists()


def test_stories_and_passages_can_be_seeds(run: Run, tmp_path: Path) -> None:
    text = tmp_path / "mill.txt"
    text.write_text("The mill was built in 1790. It ground barley until 1861.")
    for source, seeds in (("stories", "stories"), ("documents", f"files:{text}")):
        result = run(
            *("data", "collect", source, "--from-model", "scripted:reply=no"),
            *("--task", seeds, "--max-seeds", 2, "--out", tmp_path / source),
        )
        assert result.exit_code == 2
        assert "was accepted" in result.stderr
        assert (tmp_path / source / "journal.jsonl").exists()


def test_select_measures_a_student_s_pass_rates(
    run: Run, command: tuple[Any, ...], model: str, tmp_path: Path
) -> None:
    run(*command, "--count", 12, "--out", tmp_path / "made", "--no-decontaminate")
    select = ("data", "select", tmp_path / "made", "--by", "pass_rate", "--sandbox", "monty")
    result = run(*select, "--from-model", model, "--samples", 16, "--out", tmp_path / "kept")
    assert result.exit_code == 0, result.output
    assert "pass rates of 12 problems from 192 samples" in result.stderr
    origin = _card(tmp_path / "kept")["origin"]
    assert (origin["student"], origin["samples"], origin["calls"]) == ("replies.json", 16, 192)
    again = run(*select, "--from-model", model, "--samples", 16, "--out", tmp_path / "kept")
    assert again.exit_code == 2
    assert "holds a data set already" in again.stderr
    always = run(
        *(*select, "--from-model", "scripted:reply=The answer is 5.", "--samples", 2),
        *("--out", tmp_path / "none"),
    )
    assert always.exit_code == 2
    assert "no example is left" in always.stderr


def test_rows_that_cannot_be_graded_have_no_pass_rate(run: Run, model: str, tmp_path: Path) -> None:
    from underdog.core import Example, Segment
    from underdog.data.dataset.writing import write_dataset

    text = (Segment("Why?", "user", 0.0), Segment("Because.", "assistant", 1.0))
    write_dataset(tmp_path / "plain", [Example("a", text)], origin={})
    result = run(
        *("data", "select", tmp_path / "plain", "--by", "pass_rate", "--from-model", model),
        *("--out", tmp_path / "kept"),
    )
    assert result.exit_code == 2
    assert "row 'a' has no answer" in result.stderr


def test_names_of_families_and_sources_complete() -> None:
    assert complete_family("gcd") == ["gcd_lcm"]
    assert complete_source("tea") == ["teachers"]

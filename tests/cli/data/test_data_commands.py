"""`underdog data`: what each command prints and writes, and how it fails."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

Run = Callable[..., Result]


@pytest.fixture
def made(run: Run, tmp_path: Path) -> Path:
    folder = tmp_path / "sums"
    result = run(
        *("data", "make", "addition:digits=3", "--count", 20, "--forms", "cot"),
        *("--out", folder, "--workers", 1),
    )
    assert result.exit_code == 0, result.output
    assert "20 problems, 20 rows, 100.0% verified" in result.stdout
    return folder


@pytest.fixture
def mix(made: Path, tmp_path: Path) -> Path:
    path = tmp_path / "mix.toml"
    path.write_text(
        f"""
        [pools.fresh]
        share = 0.9
        family = "addition"
        forms = ["answer"]
        [pools.kept]
        share = 0.1
        data = "{made.name}"
        """
    )
    return path


def test_make_then_check_then_inspect(run: Run, made: Path, tmp_path: Path) -> None:
    checked = run("data", "check", made, "--workers", 1)
    assert checked.exit_code == 0
    assert "the card is true: 20 problems, 20 rows, 20 graded right again" in checked.stdout
    page = tmp_path / "page.html"
    shown = run("data", "inspect", made, "--samples", 1, "--page", page)
    assert shown.exit_code == 0
    assert "The answer is" in shown.stdout
    assert "<svg" in page.read_text()


def test_documents_for_machines(run: Run, made: Path) -> None:
    again = run(
        *("data", "make", "addition:digits=3", "--count", 20, "--forms", "cot"),
        *("--out", made, "--workers", 1, "--json"),
    )
    assert json.loads(again.stdout)["rows"] == 20
    report = json.loads(run("data", "check", made, "--workers", 1, "--json").stdout)
    assert report["sound"]
    inspected = json.loads(run("data", "inspect", made, "--json").stdout)
    assert inspected["rows"] == 20


def test_a_false_card_is_an_error_that_names_the_fault(run: Run, made: Path) -> None:
    card = json.loads((made / "card.json").read_text())
    card["rows"] = 21
    (made / "card.json").write_text(json.dumps(card))
    result = run("data", "check", made, "--workers", 1)
    assert result.exit_code == 2
    assert "the card is not true" in result.stdout
    assert "is not what its card says" in result.stderr


def test_select_keeps_a_part(run: Run, made: Path, tmp_path: Path) -> None:
    result = run("data", "select", made, "--by", "random", "--keep", "50%", "--out", tmp_path / "s")
    assert result.exit_code == 0, result.output
    assert "10 rows" in result.stdout
    again = run(
        *("data", "select", made, "--by", "exact", "--out", tmp_path / "t", "--json"),
    )
    assert json.loads(again.stdout)["card"]["rows"] == 20


def test_select_says_what_is_missing(run: Run, made: Path, tmp_path: Path) -> None:
    result = run("data", "select", made, "--by", "ifd", "--keep", "5", "--out", tmp_path / "s")
    assert result.exit_code == 2
    assert "needs an engine" in result.stderr
    rates = tmp_path / "rates.json"
    rates.write_text("[]")
    result = run(
        *("data", "select", made, "--by", "pass_rate", "--pass-rates", rates),
        *("--out", tmp_path / "s"),
    )
    assert result.exit_code == 2
    assert "no JSON object of pass rates" in result.stderr


def test_mix_prints_exposures_and_repeats(run: Run, mix: Path, tmp_path: Path) -> None:
    out = tmp_path / "mixed"
    result = run("data", "mix", mix, "--items", 600, "--out", out, "--workers", 1)
    assert result.exit_code == 0, result.output
    assert "600 rows" in result.stdout
    assert "90.0%" in result.stdout
    assert "kept:" in result.stderr
    assert "came again" in result.stderr
    page = tmp_path / "page.html"
    assert run("data", "inspect", out, "--page", page).exit_code == 0
    assert page.read_text().count("<svg") == 3
    assert run("data", "check", out, "--workers", 1).exit_code == 0
    again = run("data", "mix", mix, "--items", 600, "--out", out, "--json")
    assert [one["pool"] for one in json.loads(again.stdout)["exposures"]] == ["fresh", "kept"]


def test_plan_says_the_needed_share_and_what_it_assumes(run: Run, mix: Path) -> None:
    command = ("data", "plan", "--target", "kept", "--mix", mix)
    result = run(*command, "--model-width", 6)
    assert result.exit_code == 0, result.output
    assert "times the 10.000% of now" in result.stdout
    assert "Assumed:" in result.stdout
    assert "learned at 10.0% already" in run(*command, "--model-width", 40).stdout
    assert "not learned at any share" in run(*command, "--model-width", 1).stdout
    document = json.loads(run(*command, "--model-width", 6, "--json").stdout)
    assert document["plan"]["target"] == "kept"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("addition:digit=3",), "digits"),
        (("additon",), "did you mean addition"),
        (("addition", "--forms", "cott"), "did you mean cot"),
        (("addition=0",), "weight must be above 0"),
    ],
)
def test_a_wrong_family_or_form_is_named(
    run: Run, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    result = run("data", "make", *arguments, "--out", tmp_path / "x")
    assert result.exit_code == 2
    assert message in result.stderr


def test_a_used_up_family_is_said(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("underdog.data.making.feed.PATIENCE", 200)
    result = run(
        *("data", "make", "addition:digits=1", "--count", 500, "--forms", "answer"),
        *("--out", tmp_path / "x", "--workers", 1),
    )
    assert result.exit_code == 0
    assert "Widen its knobs" in result.stderr


def test_make_keeps_clear_of_own_and_local_test_sets(run: Run, tmp_path: Path) -> None:
    mine = tmp_path / "mine.jsonl"
    mine.write_text(json.dumps({"question": "Which colour has the moon on a cold clear night?"}))
    command = ("data", "make", "addition", "--count", 5, "--forms", "cot", "--workers", 1)
    result = run(*command, "--out", tmp_path / "on", "--test-file", mine)
    assert result.exit_code == 0, result.output
    assert "0 left out because they repeat one of" in result.stdout
    assert "not on this machine, so not checked: " in result.stderr
    card = json.loads((tmp_path / "on" / "card.json").read_text())
    assert {"mine.jsonl", "underdog-words/test"} <= set(card["decontamination"]["checked_against"])
    assert "gsm8k" in card["decontamination"]["not_here"]
    result = run(*command, "--out", tmp_path / "off", "--no-decontaminate")
    assert "switched off" in result.stderr
    assert json.loads((tmp_path / "off" / "card.json").read_text())["decontamination"]["off"]


def _stolen(path: Path, folder: Path, count: int) -> str:
    """A test set of questions of a data set's rows; the first of them."""
    from underdog.data.dataset.shards import read_examples

    texts = [str(one.tags["question"]) for one in read_examples(folder)][:count]
    path.write_text("".join(json.dumps({"question": text}) + "\n" for text in texts))
    return texts[0]


@pytest.fixture
def words(run: Run, tmp_path: Path) -> Path:
    """A mixture file over word problems, and a mixture made of it without looking at test sets."""
    path = tmp_path / "words.toml"
    path.write_text('[pools.w]\nshare = 1.0\nfamily = "words"\nforms = ["cot"]\n')
    command = ("data", "mix", path, "--items", 12, "--workers", 1, "--no-decontaminate")
    result = run(*command, "--out", tmp_path / "open")
    assert result.exit_code == 0, result.output
    assert "not checked against any test set" in result.stderr
    return path


@pytest.mark.parametrize("named_in", ["options", "file"])
def test_mix_leaves_out_what_is_in_your_own_test_set(
    run: Run, words: Path, tmp_path: Path, named_in: str
) -> None:
    first = _stolen(tmp_path / "mine.jsonl", tmp_path / "open", 3)
    given: tuple[object, ...] = ("--test-file", tmp_path / "mine.jsonl")
    if named_in == "file":
        words.write_text('test_files = ["mine.jsonl"]\n' + words.read_text())
        given = ()
    command = ("data", "mix", words, "--items", 12, "--workers", 1, "--out", tmp_path / "clear")
    result = run(*command, *given)
    assert result.exit_code == 0, result.output
    assert "left out because they repeat one of" in result.stdout
    document = json.loads(run(*command, *given, "--json").stdout)
    facts = document["card"]["decontamination"]
    assert facts["left_out"] >= 3
    assert document["exposures"][0]["left_out"] == facts["left_out"]
    assert "mine.jsonl" in facts["checked_against"]
    shown = run("data", "inspect", tmp_path / "clear", "--samples", 12).stdout
    assert first not in " ".join(shown.split())
    refused = run(*command, "--no-decontaminate")
    assert refused.exit_code == 2
    assert "other test sets" in " ".join(refused.stderr.split())


def test_a_mixture_file_can_switch_the_comparison_off(
    run: Run, words: Path, tmp_path: Path
) -> None:
    words.write_text("decontaminate = false\n" + words.read_text())
    result = run(
        *("data", "mix", words, "--items", 5, "--workers", 1, "--out", tmp_path / "off"), "--json"
    )
    assert json.loads(result.stdout)["card"]["decontamination"]["off"]


def test_mixing_a_data_set_that_was_made_clear_says_so(
    run: Run, made: Path, tmp_path: Path
) -> None:
    path = tmp_path / "kept.toml"
    path.write_text(f'[pools.kept]\nshare = 1.0\ndata = "{made.name}"\n')
    result = run("data", "mix", path, "--items", 20, "--out", tmp_path / "again", "--workers", 1)
    assert result.exit_code == 0, result.output
    assert "compared when they were made, so not again: kept" in result.stderr

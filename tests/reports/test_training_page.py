"""The page of a training run tells what its folder holds, escapes it, and loads nothing."""

import json
from pathlib import Path

import pytest

from tests.reports.browser import OUT, find_chromium, run_chromium
from underdog.errors import DataError
from underdog.reports.training.training_page import write_training_report
from underdog.reports.training.training_record import read_training_record

HOSTILE = "<script>alert(1)</script>"


def write(folder: Path, *, steps: int = 700, dev: bool = True, name: str = "both") -> Path:
    """A training folder as a run leaves it, without the model."""
    place = folder / "stages" / name
    place.mkdir(parents=True)
    stage = {"name": name, "schedule": "wsd", "clip": 1.0}
    claim = {
        "recipe": {"model": HOSTILE, "seed": 7, "stages": [stage]}, "dtype": "bfloat16",
        "model": "ab" * 32, "data": {"both/sums": "cd" * 32}, "versions": {"torch": "2.13.0"},
    }  # fmt: skip
    (folder / "recipe.json").write_text(json.dumps(claim))
    lines = [
        {
            "step": n, "loss": 3 / n + 0.5, "gradient": 2.0 / n**0.5, "learning_rate": 1e-3,
            "progress": n / steps, "tokens": 100 * n, "loss_tokens": 60 * n,
            "padded_tokens": 104 * n, "cpu_seconds": 0.2 * n, "seconds": 0.1,
            "pools": {"sums": 70 * n, HOSTILE: 30 * n},
        }
        for n in range(1, steps + 1)
    ]  # fmt: skip
    (place / "log.jsonl").write_text("".join(f"{json.dumps(one)}\n" for one in lines))
    pools = {
        "sums": {"target": 0.7, "share": 0.7, "items": 9, "tokens": 70, "loss_tokens": 5,
                 "passes": None},
        HOSTILE: {"target": 0.3, "share": 0.3, "items": 4, "tokens": 30, "loss_tokens": 5,
                  "passes": 1.5},
    }  # fmt: skip
    families = [{"pool": "sums", "family": "addition", "items": 9, "tokens": 70, "loss_tokens": 5}]
    ledger = {"counted_by": "us", "step": steps, "left_out": 3, "pools": pools,
              "families": families}  # fmt: skip
    (place / "ledger.json").write_text(json.dumps(ledger))
    if dev:
        points = [(0, 4, 0.03, 0.26), (steps, 22, 0.38, 0.71)]
        scores = [
            {"step": step, "progress": step / steps, "tokens": 100 * step, "generated_tokens": 321,
             "cpu_seconds": 12.0, "seconds": 9.0,
             "scores": [{"name": "words", "form": "cot", "n": 40, "right": right, "no_answer": 1,
                         "undecided": 0, "low": low, "high": high}]}
            for step, right, low, high in points
        ]  # fmt: skip
        answers = [
            {"step": step, "name": "words", "problem_id": f"p{n}", "answer": "7",
             "status": "right" if n < right else "wrong"}
            for step, right, _, _ in points
            for n in range(40)
        ]  # fmt: skip
        (place / "dev.jsonl").write_text("".join(f"{json.dumps(one)}\n" for one in scores))
        (place / "dev_answers.jsonl").write_text("".join(f"{json.dumps(x)}\n" for x in answers))
    return folder


def test_it_tells_the_gain_with_its_interval_the_exposure_and_how_to_do_it_again(tmp_path) -> None:
    folder = write(tmp_path / "better")
    (folder / "stages" / "both" / "done.json").write_text(
        '{"left_out": 3, "kept_by": "dev accuracy", "kept_step": 700}'
    )
    text = write_training_report(folder).read_text()
    assert "Dev accuracy 10.0% before, 55.0% after" in text
    gain = read_training_record(folder).stages[0].dev_gain()
    assert gain is not None
    assert gain.difference.value == pytest.approx(0.45)
    assert f"{100 * gain.difference.interval.low:+.1f} to" in text
    assert "a gain" in text
    assert "the best of several reads too high" in text
    assert "Carried loss" in text
    assert "60.0%" in text
    assert "3.8%" in text  # padding
    assert "endless" in text
    assert "addition" in text
    assert "cd" * 32 in text
    assert "2.13.0" in text
    assert HOSTILE not in text
    assert "http://" not in text.replace("http://www.w3.org", "")


def test_a_run_without_dev_accuracy_does_not_boast(tmp_path) -> None:
    text = write_training_report(write(tmp_path / "out", dev=False, steps=3)).read_text()
    assert "No dev accuracy was measured" in text
    assert "not finished" in text


def test_a_folder_that_is_none_or_is_damaged_says_so(tmp_path) -> None:
    with pytest.raises(DataError, match="no training folder"):
        write_training_report(tmp_path)
    folder = write(tmp_path / "out", steps=3)
    (folder / "stages" / "both" / "ledger.json").write_text("{")
    with pytest.raises(DataError, match=r"ledger\.json is damaged"):
        write_training_report(folder)


@pytest.mark.slow
@pytest.mark.skipif(find_chromium() is None, reason="no Chromium on PATH")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_browser_draws_it(tmp_path, scheme) -> None:
    OUT.mkdir(exist_ok=True)
    page = write_training_report(write(tmp_path / "better"))
    options = ["--blink-settings=preferredColorScheme=0"] if scheme == "dark" else []
    shot = OUT / f"training-{scheme}.png"
    run_chromium(page, f"--screenshot={shot}", "--window-size=1200,3000", *options)
    assert shot.stat().st_size > 100_000

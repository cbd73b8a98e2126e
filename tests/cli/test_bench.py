"""`underdog bench engine`."""

import json

import pytest

from underdog.cli import bench


@pytest.fixture(autouse=True)
def no_peak(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "_peak", lambda: 1e9)


def test_speeds_are_shown_with_memory_and_the_machines_ceiling(run, model) -> None:
    result = run("bench", "engine", model, "--counts", "1,4", "--repeats", 1)
    assert result.exit_code == 0, result.output
    assert "samples" in result.stdout
    assert "prefill" in result.stdout
    assert "steps" in result.stdout
    assert "GB" in result.stdout
    assert "plain 8-bit product's 1 GFLOP/s" in result.stdout


def test_json_has_every_measurement(run, model) -> None:
    result = run("bench", "engine", model, "--counts", "2", "--repeats", 1, "--json")
    document = json.loads(result.stdout)
    speeds = document["benchmark"]["speeds"]
    assert [(speed["what"], speed["rows"]) for speed in speeds] == [
        ("samples", 2),
        ("prefill", 1),
        ("steps", 16),
    ]
    assert document["peak_flops_per_s"] == 1e9


def test_without_openvino_there_is_no_ceiling(run, model, monkeypatch) -> None:
    monkeypatch.setattr(bench, "_peak", lambda: None)
    result = run("bench", "engine", model, "--counts", "1", "--repeats", 1)
    assert "8-bit" not in result.stdout


def test_a_count_below_one_is_refused(run, model) -> None:
    assert run("bench", "engine", model, "--counts", "0").exit_code == 2
